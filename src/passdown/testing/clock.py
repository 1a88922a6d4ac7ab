"""A clock that tests move by hand."""

from __future__ import annotations

from passdown.domain.clock import At, later

START: At = "2026-01-01T00:00:00.000Z"


class VirtualClock:
    """Stands still until it is told to move, forwards or back."""

    def __init__(self, at: At = START) -> None:
        self._at = at

    def now(self) -> At:
        """The time, as stored."""
        return self._at

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> At:
        """Move by that much, back when it is negative; the time it then is."""
        self._at = later(self._at, days=days, seconds=hours * 3600 + seconds)
        return self._at

    def set(self, at: At) -> At:
        """Move to this time, whether it is later or earlier."""
        self._at = at
        return at
