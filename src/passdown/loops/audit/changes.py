"""What a yes implies: a rule's weight, or a playbook, where it is still as it was when asked."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, assert_never

from passdown.domain.change import Put
from passdown.domain.errors import Conflict, Invalid
from passdown.domain.record import Record
from passdown.loops.audit.payload import DemoteRule, FilePlaybook, PromoteRule
from passdown.loops.audit.playbook import restamped, without_orders
from passdown.loops.audit.rules import KIND, PLAYBOOK, level, said
from passdown.text.earned import BLOCK, LEVELS, fallen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.settings import Settings
    from passdown.loops.audit.payload import Payload

_PART = re.compile(r"[^\w]+")


def changes(payload: Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The record that is put; Conflict where the rule weighs something else by now, Invalid where
    it would rise to what people's words do not bear."""
    match payload:
        case PromoteRule() | DemoteRule():
            return [_rule(payload, corpus)]
        case FilePlaybook():
            return [_playbook(payload, corpus) if payload.choice == "file" else
                    restamped(payload, corpus)]  # fmt: skip
        case _:
            assert_never(payload)


def hesitates(payload: Payload, corpus: Corpus, settings: Settings) -> str:
    """Why no grant suffices: what audits know, and what a rule comes to weigh more, people say."""
    return "" if isinstance(payload, DemoteRule) else "people decide what audits know and weigh"


def playbook_key(title: str) -> str:
    """The key of a playbook: its title in words, and for certain."""
    words = _PART.sub("-", title.casefold())[:60].strip("-")
    return f"{words}-{hashlib.sha256(title.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _rule(payload: PromoteRule | DemoteRule, corpus: Corpus) -> Put:
    up = LEVELS.index(payload.to) > LEVELS.index(payload.was)
    if up is not isinstance(payload, PromoteRule) or payload.to == payload.was:
        raise Invalid(f"{payload.was} to {payload.to} is no such step", next="Reject this.")
    now = level(corpus, payload.rule, payload.was)
    if now != payload.was:
        what = f"{payload.rule} weighs {now} now, not {payload.was}"
        raise Conflict(what, where=payload.rule, next="Reject this; it is asked again if it holds.")
    record = said(corpus).get(payload.rule)
    right, n = (len(record.right), record.n) if record else (0, 0)
    if payload.to == BLOCK and fallen(BLOCK, right, n) != BLOCK:
        what = f"{right} of {n} findings were right: too few to block"
        raise Invalid(what, where=payload.rule, next="Wait for more, or reject this.")
    old = corpus.record(KIND, payload.rule)
    body = {"level": payload.to, "was": payload.was, "right": right, "n": n}
    text = f"{payload.rule}: {payload.to}"
    return Put(Record(KIND, payload.rule, text, body, version=old.version if old else 0))


def _playbook(payload: FilePlaybook, corpus: Corpus) -> Put:
    without_orders(payload)
    key = playbook_key(payload.title)
    old = corpus.record(PLAYBOOK, key)
    body = {"title": payload.title, "applies_to": list(payload.applies_to),
            "tools": list(payload.tools)}  # fmt: skip
    version = old.version if old else 0
    return Put(Record(PLAYBOOK, key, f"{payload.title}\n\n{payload.text}", body, version=version))
