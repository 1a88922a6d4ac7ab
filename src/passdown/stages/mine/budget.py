"""How long a cycle may take: asked between findings, never a timer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Budget:
    """Seconds from now on; what is found when they are used up is left out and counted."""

    def __init__(self, seconds: float, tick: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._tick = tick
        self._start = tick()

    @property
    def spent(self) -> float:
        """Seconds since the cycle began."""
        return self._tick() - self._start

    @property
    def over(self) -> bool:
        """Whether nothing more should be begun."""
        return self.spent >= self._seconds
