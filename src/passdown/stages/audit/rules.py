"""How each rule stands: what it usually weighs, what was decided, and what people's words leave of
it. What is certain by itself (a key, a check switched off) needs nobody's word to weigh."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passdown.stages.audit.keep import FEEDBACK
from passdown.stages.audit.kinds import KINDS
from passdown.stages.audit.linted import HEAD
from passdown.stages.audit.memory import DISMISSED
from passdown.text.earned import INFO, WARN, fallen, mean, offered
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KIND = "rule"
CLAIMS = {f"claims.{kind.name}": kind.cap for kind in KINDS}
USUAL = {
    **CLAIMS, "claims.removes_leftover": INFO, "tamper.skipped": WARN, "tamper.focused": WARN,
    "tamper.hollow": WARN, "tamper.deleted": WARN, "tamper.asserts": INFO,
    "tamper.threshold": WARN, "tamper.owners": WARN, "tamper.gate": INFO, "drift.removed": WARN,
    "drift.breaking": WARN, "drift.deprecated": WARN, "drift.version": INFO,
    "dynamic.broken": WARN, "dynamic.flaky": INFO, "kb.playbook": INFO,
    "inference": INFO,
}  # fmt: skip
"""What each rule weighs until something else is decided; those that are certain are not here, nor
are those of linters, which are as many as there are linters."""


def usual(rule: str) -> str:
    """What a rule weighs until something else is decided; '' for one that is certain."""
    return WARN if rule.startswith(HEAD) else USUAL.get(rule, "")


@dataclass(frozen=True, slots=True)
class Standing:
    """One rule: what it weighs and why."""

    rule: str
    usual: str
    approved: str
    level: str
    right: int
    n: int

    def plain(self) -> dict[str, Any]:
        """As it is shown."""
        return {
            "rule": self.rule, "usual": self.usual, "approved": self.approved,
            "level": self.level, "confirmed": self.right, "n": self.n,
            "mean": round(mean(self.right, self.n), 3),
            "low": round(wilson(self.right, self.n)[0], 3),
            "next": offered(self.level, self.right, self.n),
        }  # fmt: skip


def precision(standings: Iterable[Standing]) -> dict[str, dict[str, Any]]:
    """How often people found each rule right, of those whose findings they judged at all."""
    return {
        one.rule: {"n": one.n, "mean": round(mean(one.right, one.n), 3),
                   "lb": round(wilson(one.right, one.n)[0], 3)}
        for one in standings if one.n
    }  # fmt: skip


def standings(rows: Iterable[Mapping[str, Any]], approved: Mapping[str, str]) -> list[Standing]:
    """Every rule, in order. Of the words about one finding the last count, whoever's they are."""
    said: dict[tuple[str, str], tuple[str, bool]] = {}
    for row in rows:
        if row.get("kind") == FEEDBACK and row.get("rule"):
            right = row.get("verdict") != DISMISSED
            said[str(row.get("audit_key")), str(row.get("fp"))] = (str(row["rule"]), right)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for rule, right in said.values():
        counts[rule][0] += right
        counts[rule][1] += 1
    linters = {rule for rule in (*counts, *approved) if rule.startswith(HEAD)}
    return [
        _standing(rule, approved.get(rule, ""), *counts[rule])
        for rule in sorted({*USUAL, *linters})
    ]


def _standing(rule: str, approved: str, right: int, n: int) -> Standing:
    level = fallen(approved or usual(rule), right, n)
    return Standing(rule, usual(rule), approved, level, right, n)
