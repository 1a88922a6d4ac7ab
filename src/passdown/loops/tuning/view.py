"""What the reviewer reads: from what to what, why, and what it would have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.card import Card, Diff, Facts, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.loop import Replay
    from passdown.domain.observation import Observation
    from passdown.loops.tuning.payload import Payload


def card(payload: Payload, observations: Sequence[Observation], replay: Replay) -> Card:
    """The question in one sentence, what it rests on, and what becomes of the knob."""
    knob, was, value = payload.knob, payload.was, payload.value
    blocks = (
        Text(f"Why: {payload.reason or 'no reason was given'}"),
        Text(f"Replay: {replay.sentence}"),
        Diff("On yes, from the next cycle on", f"{knob} = {was:g}", f"{knob} = {value:g}"),
        Facts((("Rests on", f"{len(observations)} of the decisions in between"),)),
    )
    return Card(f"Should {knob} be {value:g} instead of {was:g}?", blocks)
