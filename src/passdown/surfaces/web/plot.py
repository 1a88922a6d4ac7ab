"""Plots as shapes: where bars, points and bands stand in a box. A template draws them as SVG, so
they need no script, print well, and are read out by their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 640.0, 160.0
LEFT, BOTTOM = 36.0, 22.0


class Bar(NamedTuple):
    """A rectangle with what it says."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    said: str


class Tick(NamedTuple):
    """A mark on an axis."""

    at: float
    text: str


class Bars(NamedTuple):
    """Stacked bars, a stack a day, with the marks of both axes."""

    bars: Sequence[Bar]
    across: Sequence[Tick]
    up: Sequence[Tick]
    width: float = WIDTH
    height: float = HEIGHT


class Dot(NamedTuple):
    """A point with the band within which it may lie."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    said: str


def stacks(days: Sequence[dict[str, Any]], kinds: Sequence[str]) -> Bars:
    """How many of each kind a day."""
    most = max((sum(day[kind] for kind in kinds) for day in days), default=0)
    top = _round(most)
    room, step = HEIGHT - BOTTOM, (WIDTH - LEFT) / max(1, len(days))
    bars: list[Bar] = []
    for n, day in enumerate(days):
        y = room
        for kind in kinds:
            high = day[kind] / top * (room - 8)
            y -= high
            if high:
                said = f"{day['day']}: {day[kind]} {kind}"
                bars.append(Bar(LEFT + n * step + 1, y, max(1.0, step - 2), high, kind, said))
    every = max(1, len(days) // 6)
    across = [Tick(LEFT + (n + 0.5) * step, d["day"][5:]) for n, d in enumerate(days)][::every]
    return Bars(
        bars, across, [Tick(room - (room - 8) * part, f"{top * part:g}") for part in (0, 1)]
    )


def dots(bins: Sequence[dict[str, Any]], side: float = 200.0) -> list[Dot]:
    """How sure it was said, against how often it was right, in a square of this side."""
    most = max((one["n"] for one in bins), default=1)
    return [
        Dot(
            x=one["stated"] * side,
            y=(1 - one["right"]) * side,
            low=(1 - one["low"]) * side,
            high=(1 - one["high"]) * side,
            radius=3 + 5 * (one["n"] / most) ** 0.5,
            said=f"said {one['stated']:.2f}, right {one['right']:.2f} of {one['n']}",
        )
        for one in bins
    ]


def _round(most: int) -> int:
    """The next number that an axis may end at."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if most <= step * size:
                return step * size
        size *= 10


class Mark(NamedTuple):
    """One occasion on a line of time, above it or below."""

    x: float
    up: bool
    said: str


class Line(NamedTuple):
    """Occasions along time, between the first and the last day."""

    dots: Sequence[Mark]
    first: str = ""
    last: str = ""
    width: float = WIDTH
    height: float = 64.0
    middle: float = 22.0


def line(occasions: Sequence[tuple[str, bool]]) -> Line:
    """Each occasion where it stands in time; what has no time is left out."""
    from passdown.domain.clock import to_seconds

    known = sorted((to_seconds(at), at, up) for at, up in occasions if at)
    if len(known) < 2:
        return Line(())
    start, span = known[0][0], max(known[-1][0] - known[0][0], 1.0)
    room = WIDTH - 16
    dots = [
        Mark(8 + (when - start) / span * room, up, f"{at[:10]}: {'right' if up else 'wrong'}")
        for when, at, up in known
    ]
    return Line(dots, known[0][1][:10], known[-1][1][:10])
