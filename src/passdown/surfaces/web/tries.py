"""How often signing in failed, by where it came from: so many times a minute, then not at all for
the rest of it."""

from __future__ import annotations

from collections import OrderedDict, deque
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from passdown.domain.errors import Limit

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 10
WITHIN = 60.0
"""Failures that are allowed in so many seconds."""
PLACES = 1000
"""Remembered at once; who failed longest ago is forgotten."""


class Tries:
    """Failures of each address, the old ones forgotten as time passes."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, where: str) -> None:
        """Limit when it failed too often from there."""
        with self._lock:
            left = self._wait(where)
        if left:
            what = f"signing in failed {MOST} times from here"
            raise Limit(what, where="sign-in", next=f"Try again in {left:.0f} s.")

    def failed(self, where: str) -> bool:
        """Count a failure; True when it was the last one that is allowed."""
        with self._lock:
            times = self._failed.pop(where, None) or deque(maxlen=MOST)
            times.append(self._clock())
            self._failed[where] = times
            if len(self._failed) > PLACES:
                self._failed.popitem(last=False)
            return self._wait(where) > 0

    def _wait(self, where: str) -> float:
        """Seconds until it may be tried again."""
        times = self._failed.get(where)
        if not times or len(times) < MOST:
            return 0.0
        return max(0.0, times[0] + WITHIN - self._clock())
