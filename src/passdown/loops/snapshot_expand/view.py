"""What the reviewer reads: which value is asked for, how often, and what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.card import Card, Diff, Facts, Quote, Text
from passdown.loops.snapshot_expand.payload import Payload, Retire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.loop import Replay
    from passdown.domain.observation import Observation

SHOWN = 4


def card(payload: Payload, observations: Sequence[Observation], replay: Replay) -> Card:
    """The question in one sentence, what it rests on, and the reply that the field makes."""
    quotes = [Quote(o.text, o.seen.value, o.at, o.session, o.seq) for o in observations[:SHOWN]]
    told = Text(f"Replay: {replay.sentence}")
    if isinstance(payload, Retire):
        why = Text(f"Why: {payload.reason or 'no reason was given'}")
        return Card(f"Is the field {payload.target} not needed any more?", (why, told, *quotes))
    facts = Facts((("Asked", f"{payload.asked} times"), ("It was", ", ".join(payload.values))))
    diff = Diff("With it a phrase can say", payload.shape, payload.template)
    asks = f"Should the snapshot hold {payload.field}: “{payload.question}”"
    return Card(asks, (told, facts, diff, *quotes))
