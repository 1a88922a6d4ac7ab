"""What people said of a rule's findings, and how the rule stands."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passdown.domain.observation import Seen

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation

KIND = "rule"
PLAYBOOK = "playbook"
TOLD = "audit_feedback"
AUDITOR = "auditor"
DISMISSED = "dismissed"


@dataclass(slots=True)
class Record:
    """What was said of one rule's findings: which were right, which were not; and what the rule
    weighs where nobody decided. One without such a weight is certain by itself: nobody's word
    moves it."""

    usual: str = ""
    right: list[int] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    @property
    def n(self) -> int:
        """Findings that were judged."""
        return len(self.right) + len(self.wrong)


def said(corpus: Corpus) -> dict[str, Record]:
    """What was said, by rule; of one finding the last word counts."""
    last: dict[tuple[str, str, str], tuple[bool, int]] = {}
    usual: dict[str, str] = {}
    for item in corpus.observations(kinds=(Seen.EVENT,)):
        if (key := _key(item)) is not None:
            last[key] = (_told(item, "verdict") != DISMISSED, item.seq)
            usual[key[0]] = _told(item, "usual")
    found: dict[str, Record] = defaultdict(Record)
    for (rule, _, _), (right, seq) in last.items():
        (found[rule].right if right else found[rule].wrong).append(seq)
        found[rule].usual = usual[rule]
    return dict(found)


def level(corpus: Corpus, rule: str, usual: str) -> str:
    """What a rule weighs: what was approved, or what it was when it was asked about."""
    record = corpus.record(KIND, rule)
    return str(record.body.get("level", usual)) if record else usual


def _key(item: Observation) -> tuple[str, str, str] | None:
    meta = item.meta
    if meta.get("source") != AUDITOR or meta.get("event_kind") != TOLD:
        return None
    rule = _told(item, "rule")
    return (rule, _told(item, "audit_key"), _told(item, "fp")) if rule else None


def _told(item: Observation, name: str) -> str:
    inner = item.meta.get("meta")
    return str(inner.get(name, "")) if isinstance(inner, dict) else ""
