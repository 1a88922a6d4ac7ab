"""Small statistics: an interval for a share, a guard for small samples, median and spread."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ENOUGH = 30
"""Fewer observations than this say nothing about a rate: show the count, not the share."""


def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of k successes in n trials; (0, 1) when there were none."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} successes in {n} trials")
    if not n:
        return 0.0, 1.0
    share = k / n
    middle = share + z * z / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if k == 0 else (middle - reach) / scale
    high = 1.0 if k == n else (middle + reach) / scale
    return max(low, 0.0), min(high, 1.0)


def enough(n: int, least: int = ENOUGH) -> bool:
    """Whether n observations may be shown as a rate."""
    return n >= least


def median(values: Sequence[float]) -> float:
    """The middle value, the mean of the two middle ones; ValueError when there is none."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def mad(values: Sequence[float]) -> float:
    """The median absolute deviation from the median, unscaled."""
    centre = median(values)
    return median([abs(value - centre) for value in values])
