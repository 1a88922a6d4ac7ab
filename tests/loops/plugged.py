"""What a third party might declare as a loop, rightly and wrongly."""

from __future__ import annotations

from passdown.contract.card import Card
from passdown.contract.loop import Loop, Replay

WEEDS: Loop[str] = Loop(
    name="weeds",
    summary="Nothing, for a test.",
    kinds=(),
    payload=str,
    actions=(),
    settings=(),
    detect=lambda corpus, settings: iter(()),
    replay=lambda payload, corpus, settings: Replay("Nothing to replay."),
    changes=lambda payload, corpus, settings: (),
    card=lambda payload, observations, replay: Card("Nothing?"),
)

TEXT = "not a loop"


def explode() -> None:
    """Not a loop either."""
