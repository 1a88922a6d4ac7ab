"""Where the messages that a trigger fires on went before there was one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.loop import EXAMPLES, Replay, over_time
from passdown.loops.router_trigger.detect import firing
from passdown.loops.router_trigger.payload import Payload, Retire
from passdown.loops.router_trigger.routed import routed

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings


def replay(payload: Payload, corpus: Corpus, settings: Settings) -> Replay:
    """Right are those that took the trigger's route, wrong those that took another."""
    if isinstance(payload, Retire):
        return Replay("Messages would be classified again before they take a route.")
    every = list(routed(corpus))
    fired = firing(payload.pattern, every)
    right = [one for one in fired if one.route == payload.route]
    wrong = [one for one in fired if one.route != payload.route]
    missed = sum(one.route == payload.route for one in every) - len(right)
    sentence = (
        f"Would have sent {len(right)} messages there at once and {len(wrong)} wrongly;"
        f" {missed} more took this route without it."
    )
    return Replay(
        sentence,
        right=len(right),
        wrong=len(wrong),
        right_examples=tuple(one.question.seq for one in right[:EXAMPLES]),
        wrong_examples=tuple(one.question.seq for one in wrong[:EXAMPLES]),
        metrics={"missed": float(missed)},
        when=over_time((one.question for one in right), (one.question for one in wrong)),
    )
