"""How often what is bad is put above what is not, and between which bounds that lies."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeAlias

DRAWS = 1000
SURE = 0.95

Groups: TypeAlias = Mapping[str, tuple[Sequence[float], Sequence[float]]]
"""By repository: the scores of what is bad there, and of what is not."""


def auc(high: Sequence[float], low: Sequence[float]) -> float:
    """How often one of the first is put above one of the second; ties count half."""
    pairs = len(high) * len(low)
    return _won(high, low) / pairs if pairs else float("nan")


def within(groups: Groups) -> float:
    """The same over pairs of one group only: what tells groups apart is no merit."""
    pairs = sum(len(high) * len(low) for high, low in groups.values())
    won = sum(_won(high, low) for high, low in groups.values())
    return won / pairs if pairs else float("nan")


def interval(groups: Groups, seed: int) -> tuple[float, float]:
    """Where `within` lies when other groups, and others of each group, had been met."""
    dice = random.Random(seed)
    both = [one for one in groups.values() if one[0] and one[1]]
    if not both:
        return float("nan"), float("nan")
    drawn = sorted(within(_drawn(both, dice)) for _ in range(DRAWS))
    cut = round(DRAWS * (1 - SURE) / 2)
    return drawn[cut], drawn[-cut - 1]


def _drawn(both: Sequence[tuple[Sequence[float], Sequence[float]]], dice: random.Random) -> Groups:
    chosen = dice.choices(both, k=len(both))
    return {
        str(n): (dice.choices(high, k=len(high)), dice.choices(low, k=len(low)))
        for n, (high, low) in enumerate(chosen)
    }


def _won(high: Sequence[float], low: Sequence[float]) -> float:
    return sum((one > other) + 0.5 * (one == other) for one in high for other in low)
