"""What the reviewer reads: the words, the route, and what took it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.card import Card, Diff, Quote, Table, Text
from passdown.loops.router_trigger.payload import Payload, Retire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.loop import Replay
    from passdown.domain.observation import Observation

SHOWN = 3


def card(payload: Payload, observations: Sequence[Observation], replay: Replay) -> Card:
    """The question in one sentence, what it rests on, and the trigger as it would be."""
    quotes = [Quote(o.text, o.seen.value, o.at, o.session, o.seq) for o in observations[:SHOWN]]
    told = Text(f"Replay: {replay.sentence}")
    if isinstance(payload, Retire):
        why = Text(f"Why: {payload.reason or 'no reason was given'}")
        return Card(f"Should the trigger {payload.target} fire no more?", (why, told, *quotes))
    asked = Table(("Asked, for example",), tuple((text,) for text in payload.questions))
    diff = Diff("On yes, a trigger", "", f"{payload.pattern}\n{payload.route}")
    asks = f"Should such messages go to {payload.route} at once?"
    return Card(asks, (told, asked, diff, *quotes))
