"""Plots as shapes: where bars, points and bands stand in a box. A template draws them as SVG, so
they need no script, print well, and are read out by their table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    up = [Tick(room - (room - 8) * part, short(top * part)) for part in (0, 1)]
    return Bars(bars, across, up)


def short(number: int) -> str:
    """A round number in as many letters as stand beside an axis."""
    if number >= 1_000_000:
        return f"{number / 1_000_000:g}M"
    return f"{number / 1000:g}k" if number >= 10_000 else f"{number:g}"


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


class Share(NamedTuple):
    """What is drawn of one kind in one stretch of time."""

    x: float
    y: float
    width: float
    height: float
    kind: str


class Stretch(NamedTuple):
    """One stretch of time: what it is called, its counts, and what is drawn of them."""

    at: str
    right: int
    wrong: int
    unknown: int
    shares: Sequence[Share]

    @property
    def said(self) -> str:
        """The counts in words."""
        named = ((self.right, "right"), (self.wrong, "wrong"), (self.unknown, "not known"))
        return f"{self.at}: {', '.join(f'{n} {name}' for n, name in named if n) or 'nothing'}"


class History(NamedTuple):
    """Counts over time: right and not known above a line, wrong below it."""

    stretches: Sequence[Stretch]
    unit: str
    across: Sequence[Tick]
    middle: float
    most: int
    width: float = WIDTH
    height: float = 112.0


STRETCHES = 60
"""Stretches of time that are drawn at most; longer times are told by longer ones."""
UNITS = (("day", 10), ("month", 7))


def history(spells: Sequence[Sequence[Any]]) -> History:
    """Counts as a replay tells them (`at`, right, wrong, not known), each day or month of the
    whole time in its place, of very long ones each year; of one alone there is nothing to draw."""
    if len(spells) < 2:
        return History((), "", (), 0.0, 0)
    unit, names = _stretched([str(at) for at, *_ in spells])
    sums = {name: [0, 0, 0] for name in names}
    for at, *counts in spells:
        row = sums[str(at)[: len(names[0])]]
        for n, many in enumerate(counts):
            row[n] += many
    return _drawn(unit, sums)


def _stretched(times: Sequence[str]) -> tuple[str, list[str]]:
    """The unit that is fine enough, and the name of each of its stretches."""
    finest = min(map(len, times))
    for unit, size in UNITS:
        names = list(_names(times[0][:size], times[-1][:size])) if size <= finest else []
        if 0 < len(names) <= STRETCHES:
            return unit, names
    return "year", sorted({at[:4] for at in times})


def _names(first: str, last: str) -> Iterator[str]:
    """Every day or month from the first to the last, one more than are drawn at most."""
    day = date.fromisoformat(f"{first}-01"[:10])
    for _ in range(STRETCHES + 1):
        name = day.isoformat()[: len(first)]
        yield name
        if name >= last:
            return
        day += timedelta(1 if len(first) == 10 else 31)
        day = day if len(first) == 10 else day.replace(day=1)


def _drawn(unit: str, sums: dict[str, list[int]]) -> History:
    room, step = 84.0, WIDTH / len(sums)
    above = max(right + unknown for right, _, unknown in sums.values())
    below = max(wrong for _, wrong, _ in sums.values())
    each = room / max(1, above + below)
    middle = 8 + above * each
    wide = max(2.0, min(step - 2, 28.0))
    made = []
    for n, (at, counts) in enumerate(sums.items()):
        shares = _shares(n * step + (step - wide) / 2, wide, middle, each, counts)
        made.append(Stretch(at, counts[0], counts[1], counts[2], shares))
    every = max(1, -(-len(made) // 6))
    across = [Tick((n + 0.5) * step, one.at) for n, one in enumerate(made)][::every]
    return History(made, unit, across, middle, max(above, below))


def _shares(
    x: float, wide: float, middle: float, each: float, counts: Sequence[int]
) -> Sequence[Share]:
    right, wrong, unknown = (each * n for n in counts)
    every = (
        Share(x, middle - right, wide, right, "right"),
        Share(x, middle - right - unknown, wide, unknown, "unknown"),
        Share(x, middle, wide, wrong, "wrong"),
    )
    return [one for one in every if one.height]
