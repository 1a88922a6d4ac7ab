"""What the reviewer reads: how often the rule was right, and what it would do on yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.card import Card, Diff, Facts, Quote, Text
from passdown.loops.audit.payload import FilePlaybook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.card import Block
    from passdown.contract.loop import Replay
    from passdown.domain.observation import Observation
    from passdown.loops.audit.payload import Payload

EXAMPLES = 3
DOES = {
    "shadow": "is only noted",
    "info": "is told, and asks for nothing",
    "warn": "asks for changes",
    "block": "is in the way of merging",
}


def card(payload: Payload, observations: Sequence[Observation], replay: Replay) -> Card:
    """The question in one sentence, what it rests on, and what becomes of the rule."""
    if isinstance(payload, FilePlaybook):
        where = ", ".join(payload.applies_to) or "any path"
        blocks = (Text(payload.text), Facts((("Applies to", where),)))
        return Card(f"Should audits know “{payload.title}”?", blocks)
    quotes = tuple(
        Quote(one.text, "auditor", one.at, one.session, one.seq) for one in observations[:EXAMPLES]
    )
    before, after = (f"{payload.rule} {DOES[one]}" for one in (payload.was, payload.to))
    found: tuple[Block, ...] = (
        Text(f"Replay: {replay.sentence}"),
        Diff("On yes", before, after),
        *quotes,
    )
    return Card(f"Should `{payload.rule}` {payload.to} instead of {payload.was}?", found)
