"""How often each caller may come: so many times a second, a second's worth at once."""

from __future__ import annotations

import math
from collections import OrderedDict
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CALLERS = 1000
"""Remembered at once; who was away longest is forgotten, and may then come as if for the first
time."""


class Pace:
    """A bucket of `rate` turns for each caller, refilled as time passes; 0 is no limit."""

    def __init__(self, rate: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, who: str) -> int:
        """Whole seconds to wait before coming again; 0 when this turn is granted."""
        if not self._rate:
            return 0
        now = self._clock()
        left, then = self._buckets.pop(who, (float(self._rate), now))
        left = min(self._rate, left + (now - then) * self._rate)
        granted = left >= 1
        self._buckets[who] = (left - 1 if granted else left, now)
        if len(self._buckets) > CALLERS:
            self._buckets.popitem(last=False)
        return 0 if granted else max(1, math.ceil((1 - left) / self._rate))
