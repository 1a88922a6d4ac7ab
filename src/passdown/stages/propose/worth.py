"""What an answer is worth: how much a yes would help, and how unsure the answer is."""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passdown.contract.loop import Replay

LEAST = 0.5
"""What asking is worth where the answer is all but known: somebody still has to give it. Half, for
then a threshold is earned sooner and more gets through in the same minutes (`eval gate_sim`)."""


def worth(confidence: float, replay: Replay) -> float:
    """Expected help times uncertainty. Help grows with the occasions on which it would have been
    right, ever more slowly, and what it would have done wrong counts against it."""
    occasions = max(0, replay.right - replay.wrong)
    help = confidence * (1 + log1p(occasions))
    unsure = 4 * confidence * (1 - confidence)
    return round(help * (LEAST + (1 - LEAST) * unsure), 6)
