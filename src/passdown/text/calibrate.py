"""How far stated confidences can be believed: scores, reliability, recalibration, thresholds.

Every figure has its guard: what too few pairs cannot show is not shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import groupby
from math import exp, log, tanh
from operator import mul
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from passdown.text.folds import folded, many, together, without
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passdown.text.folds import Told

FEW = 30
"""Fewer pairs than this recalibrate nothing."""
CURVE = 50
"""Fewer pairs than this show no reliability and no error of calibration, only counts."""
SOME, MANY = 100, 500
ABOVE = 35
"""So many right of so many are the least whose lower bound reaches .90; 34 of 34 do not."""
TARGET = 0.90
FOLDS = 5
DRAWS = 200
EACH, WIDE = 100, 25.0
"""More than so many are drawn together; so wide a sum is a normal one, in a narrower one what is
rare is counted."""
SHRINK = 4
"""Pseudo-observations at the base rate that each bin of a small sample is given."""
_EDGE = 1e-6
Line = tuple[float, float]
STRAIGHT = (1.0, 0.0)
"""What is stated, as it is."""


class Pair(NamedTuple):
    """What was stated when it was decided, and whether it turned out so; several that are the same
    stand as one. `fifth` is the part that is left out together with it, its place decides where
    that is not said."""

    stated: float
    right: bool
    n: int = 1
    fifth: int = -1


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs of about one confidence: how many, how sure, how often right, and within what."""

    n: int
    stated: float
    right: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Error:
    """The expected error of calibration, and what chance alone gives at this size."""

    ece: float
    null: float
    low: float
    high: float

    @property
    def beyond(self) -> float:
        """What is left of it when chance is taken away."""
        return max(0.0, self.ece - self.null)

    @property
    def shown(self) -> bool:
        """Whether it is more than chance gives in 39 of 40 samples."""
        return self.ece > self.high


@dataclass(frozen=True, slots=True)
class Threshold:
    """From where on what is stated may be believed, and what that would cost and save."""

    at: float
    n: int
    right: int
    low: float
    share: float

    @property
    def wrong_in_100(self) -> float:
        """Errors that were seen among each hundred above it."""
        return 100 * (self.n - self.right) / self.n


def size(pairs: Sequence[Pair]) -> int:
    """How many there are."""
    return sum(p.n for p in pairs)


def brier(pairs: Sequence[Pair]) -> float:
    """The mean squared distance of what was stated from what was so; ValueError without pairs."""
    _some(pairs)
    return sum(p.n * (p.stated - p.right) ** 2 for p in pairs) / size(pairs)


def log_loss(pairs: Sequence[Pair]) -> float:
    """The mean surprise in nats, of confidences kept a little away from 0 and 1."""
    _some(pairs)
    lost = sum(p.n * log(_inner(p.stated if p.right else 1 - p.stated)) for p in pairs)
    return -lost / size(pairs)


def sharpness(pairs: Sequence[Pair]) -> float:
    """The variance of what was stated: one who always says the same is calibrated and useless."""
    _some(pairs)
    n = size(pairs)
    mean = sum(p.n * p.stated for p in pairs) / n
    return sum(p.n * (p.stated - mean) ** 2 for p in pairs) / n


def reliability(pairs: Sequence[Pair]) -> list[Bin]:
    """Bins of equal mass by confidence; none below the guard."""
    n = size(pairs)
    return [_bin(part) for part in _parts(sorted(pairs), _count(n))] if n >= CURVE else []


def error(pairs: Sequence[Pair], *, draws: int = DRAWS) -> Error | None:
    """The error of calibration beside what a perfectly calibrated one of this size would show;
    None below the guard. The same pairs give the same figures."""
    n = size(pairs)
    if n < CURVE:
        return None
    chance, parts = Random(n), _parts(sorted(pairs), _count(n))
    laws = [_law(part) for part in parts]
    drawn = sorted(sum(law(chance) for law in laws) / n for _ in range(draws))
    ece = sum(abs(sum(p.n * (p.stated - p.right) for p in part)) for part in parts) / n
    low, high = drawn[int(0.025 * draws)], drawn[min(int(0.975 * draws), draws - 1)]
    return Error(ece, sum(drawn) / draws, low, high)


def threshold(
    pairs: Sequence[Pair], *, target: float = TARGET, least: int = ABOVE
) -> Threshold | None:
    """The lowest confidence above which enough pairs are right, on all of them and whichever fifth
    is left out; None where there is none."""
    found, every = None, size(pairs)
    sums, own = _Sum(), [_Sum() for _ in range(FOLDS)]
    levels = sorted(zip(pairs, _fifths(pairs), strict=True), key=lambda one: -one[0].stated)
    for at, level in groupby(levels, key=lambda one: one[0].stated):
        for p, fifth in level:
            sums.add(p)
            own[fifth].add(p)
        low = wilson(sums.right, sums.n)[0] if sums.n >= least else 0.0
        if low >= target and all(sums.without(some) >= target for some in own):
            found = Threshold(at, sums.n, sums.right, low, sums.n / every)
    return found


def coverage(pairs: Sequence[Pair]) -> list[tuple[float, float, float]]:
    """Coverage and risk as the confidence asked for falls: (confidence, share, share wrong)."""
    found, sums, every = [], _Sum(), size(pairs)
    for at, level in groupby(sorted(pairs, key=lambda p: -p.stated), key=lambda p: p.stated):
        for p in level:
            sums.add(p)
        found.append((at, sums.n / every, 1 - sums.share))
    return found


# ---- recalibration


@dataclass(frozen=True, slots=True)
class Curve:
    """From stated to calibrated confidence: points in between which one goes straight."""

    how: str
    n: int
    points: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))

    def __call__(self, stated: float) -> float:
        at = bisect_left(self.points, (stated, float("-inf")))
        if at == 0:
            return self.points[0][1]
        if at == len(self.points):
            return self.points[-1][1]
        (x0, y0), (x1, y1) = self.points[at - 1], self.points[at]
        return y0 + (y1 - y0) * (stated - x0) / (x1 - x0) if x1 > x0 else y1


def recalibrated(pairs: Sequence[Pair]) -> Curve:
    """What the pairs teach, as much as their number allows."""
    n = size(pairs)
    if n < FEW:
        return Curve("none", n)
    if n < SOME:
        return _shrunken(pairs)
    told = zip(pairs, _fifths(pairs), strict=True)
    fifths = folded(((p.stated, p.right, p.n, fifth) for p, fifth in told), FOLDS)
    every = together(fifths)
    if n < MANY:
        return _platt(every)
    near, kept = _line(every), [without(every, one) or every for one in fifths]
    ways = (lambda told: _platt(told, near), _isotonic)
    return min(ways, key=lambda way: _lost([way(told) for told in kept], fifths))(every)


def _shrunken(pairs: Sequence[Pair]) -> Curve:
    """Bins drawn to the base rate by some pseudo-observations; none falls, or parts by rounding."""
    every = _sum(pairs)
    points = [
        (
            min(max(sum(p.n * p.stated for p in part) / some.n, part[0].stated), part[-1].stated),
            (some.right + SHRINK * every.share) / (some.n + SHRINK),
            float(some.n),
        )
        for part in _parts(sorted(pairs), _count(every.n))
        for some in (_sum(part),)
    ]
    return Curve("bins", every.n, _rising(points))


def _platt(told: Told, near: Line = STRAIGHT) -> Curve:
    """A logistic curve over the log odds of what was stated."""
    a, b = _line(told, near)
    a = max(a, 0.0)  # being surer never means being less right
    points = tuple((n / 100, _sigmoid(a * _logit(n / 100) + b)) for n in range(101))
    return Curve("platt", many(told), points)


def _line(told: Told, near: Line = STRAIGHT) -> Line:
    """The log odds of being right as a line over those that were stated, fitted by Newton's method
    with the targets drawn in a little, so that no clean split runs away; the start moves nothing
    but the number of steps."""
    right, n = sum(yes for yes, _ in told.values()), many(told)
    high, low = (right + 1) / (right + 2), 1 / (n - right + 2)
    at = [_logit(stated) for stated in told]
    rows = [(yes * high + no * low, yes + no) for yes, no in told.values()]
    a, b = near
    for _ in range(50):
        da, db = _step(at, rows, a, b)
        a, b = a + da, b + db
        if abs(da) + abs(db) < 1e-9:
            break
    return a, b


def _step(at: Sequence[float], rows: Sequence[tuple[float, int]], a: float, b: float) -> Line:
    """One step of Newton's, damped a little; of each place the sum of its targets."""
    said = [(tanh((a * x + b) / 2) + 1) / 2 for x in at]
    left = [targets - n * p for (targets, n), p in zip(rows, said, strict=True)]
    weight = [n * p * (1 - p) for (_, n), p in zip(rows, said, strict=True)]
    far = list(map(mul, weight, at))
    ga, gb = sum(map(mul, left, at)), sum(left)
    haa, hab, hbb = sum(map(mul, far, at)) + 1e-3, sum(far), sum(weight) + 1e-3
    whole = haa * hbb - hab * hab
    return (hbb * ga - hab * gb) / whole, (haa * gb - hab * ga) / whole


def _isotonic(told: Told) -> Curve:
    """The rising steps nearest to what was so."""
    steps = [(at, yes / (yes + no), float(yes + no)) for at, (yes, no) in sorted(told.items())]
    return Curve("isotonic", many(told), _rising(steps))


def _rising(points: Sequence[tuple[float, float, float]]) -> tuple[tuple[float, float], ...]:
    """Neighbours that fall are pooled until none does; (place, value, weight) to (place, value)."""
    pools: list[list[float]] = []  # first place, last place, value, weight
    for x, y, weight in points:
        pools.append([x, x, y, weight])
        while len(pools) > 1 and (pools[-2][2] >= pools[-1][2] or pools[-2][1] == pools[-1][0]):
            _, last, value, heavy = pools.pop()
            pool = pools[-1]
            both = pool[3] + heavy
            pool[1:] = last, (pool[2] * pool[3] + value * heavy) / both, both
    return tuple((x, y) for first, last, y, _ in pools for x in dict.fromkeys((first, last)))


def _lost(curves: Sequence[Curve], parts: Sequence[Told]) -> float:
    """The sum of the squared errors of each curve on a part that it was not fitted to."""
    lost = 0.0
    for curve, part in zip(curves, parts, strict=True):
        for at, (yes, no) in part.items():
            p = curve(at)
            lost += yes * (p - 1) ** 2 + no * p * p
    return lost


def merged(pairs: Sequence[Pair]) -> list[Pair]:
    """The same without their fifths, what is alike as one."""
    counts: dict[tuple[float, bool], int] = {}
    for p in pairs:
        counts[p.stated, p.right] = counts.get((p.stated, p.right), 0) + p.n
    return [Pair(at, right, n) for (at, right), n in sorted(counts.items())]


# ---- parts


def _some(pairs: Sequence[Pair]) -> None:
    if not pairs:
        raise ValueError("no pairs")


def _count(n: int) -> int:
    return max(3, min(10, n // FEW))


class _Sum:
    """How many there are so far, and how many of them are right."""

    def __init__(self) -> None:
        self.n = self.right = 0

    def add(self, p: Pair) -> None:
        self.n += p.n
        self.right += p.n * p.right

    @property
    def share(self) -> float:
        """Of all, those that are right."""
        return self.right / self.n

    def without(self, some: _Sum) -> float:
        """The same of the rest where these are left out; 0 where there is none."""
        return (self.right - some.right) / (self.n - some.n) if self.n > some.n else 0.0


def _sum(pairs: Sequence[Pair]) -> _Sum:
    sums = _Sum()
    for p in pairs:
        sums.add(p)
    return sums


def _fifths(pairs: Sequence[Pair]) -> list[int]:
    return [p.fifth if p.fifth >= 0 else n % FOLDS for n, p in enumerate(pairs)]


def _parts(ordered: Sequence[Pair], many: int) -> list[Sequence[Pair]]:
    """Of equal mass; what is the same may stand in two of them."""
    n, place = size(ordered), 0
    ends = [n * k // many for k in range(1, many + 1)]
    parts: list[list[Pair]] = [[] for _ in ends]
    for p in ordered:
        left = p.n
        while left:
            part = bisect_right(ends, place)
            taken = min(left, ends[part] - place)
            parts[part].append(p if taken == p.n else p._replace(n=taken))
            place, left = place + taken, left - taken
    return list(parts)


def _bin(part: Sequence[Pair]) -> Bin:
    some = _sum(part)
    low, high = wilson(some.right, some.n)
    return Bin(some.n, sum(p.n * p.stated for p in part) / some.n, some.share, low, high)


def _law(part: Sequence[Pair]) -> Callable[[Random], float]:
    """How far from what they state as many would be that are right as often as they say. Each is
    drawn where there are few; many are drawn together, by the law that their sum follows."""
    n, right = size(part), sum(p.n * p.stated for p in part)
    spread = sum(p.n * p.stated * (1 - p.stated) for p in part)
    rare = min(right, n - right)
    if n <= EACH:
        each = [p.stated for p in part for _ in range(p.n)]
        return lambda chance: abs(sum(at - (chance.random() < at) for at in each))
    if spread >= WIDE:
        return lambda chance: abs(chance.gauss(0.0, spread**0.5))
    return lambda chance: abs(rare - _rarely(rare, chance))


def _rarely(mean: float, chance: Random) -> int:
    """How often something happens that is rare at every one of many occasions."""
    n, left = 0, chance.random()
    while left > exp(-mean):
        n, left = n + 1, left * chance.random()
    return n


def _inner(share: float) -> float:
    return min(max(share, _EDGE), 1 - _EDGE)


def _logit(share: float) -> float:
    share = _inner(share)
    return log(share / (1 - share))


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0
