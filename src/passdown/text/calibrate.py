"""How far stated confidences can be believed: scores, reliability, recalibration, thresholds.

Every figure has its guard: what too few pairs cannot show is not shown.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from passdown.text.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

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
SHRINK = 4
"""Pseudo-observations at the base rate that each bin of a small sample is given."""
_EDGE = 1e-6


class Pair(NamedTuple):
    """What was stated when it was decided, and whether it turned out so."""

    stated: float
    right: bool


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


def brier(pairs: Sequence[Pair]) -> float:
    """The mean squared distance of what was stated from what was so; ValueError without pairs."""
    _some(pairs)
    return sum((p.stated - p.right) ** 2 for p in pairs) / len(pairs)


def log_loss(pairs: Sequence[Pair]) -> float:
    """The mean surprise in nats, of confidences kept a little away from 0 and 1."""
    _some(pairs)
    return -sum(log(_inner(p.stated if p.right else 1 - p.stated)) for p in pairs) / len(pairs)


def sharpness(pairs: Sequence[Pair]) -> float:
    """The variance of what was stated: one who always says the same is calibrated and useless."""
    _some(pairs)
    mean = sum(p.stated for p in pairs) / len(pairs)
    return sum((p.stated - mean) ** 2 for p in pairs) / len(pairs)


def reliability(pairs: Sequence[Pair]) -> list[Bin]:
    """Bins of equal mass by confidence; none below the guard."""
    if len(pairs) < CURVE:
        return []
    return [_bin(part) for part in _parts(sorted(pairs), _count(len(pairs)))]


def error(pairs: Sequence[Pair], *, draws: int = DRAWS) -> Error | None:
    """The error of calibration beside what a perfectly calibrated one of this size would show;
    None below the guard. The same pairs give the same figures."""
    if len(pairs) < CURVE:
        return None
    ordered = sorted(pairs)
    chance = Random(len(ordered))
    drawn = sorted(
        _ece([Pair(p.stated, chance.random() < p.stated) for p in ordered]) for _ in range(draws)
    )
    low, high = drawn[int(0.025 * draws)], drawn[min(int(0.975 * draws), draws - 1)]
    return Error(_ece(ordered), sum(drawn) / draws, low, high)


def threshold(
    pairs: Sequence[Pair], *, target: float = TARGET, least: int = ABOVE
) -> Threshold | None:
    """The lowest confidence above which enough pairs are right, on all of them and whichever fifth
    is left out; None where there is none."""
    ordered = sorted(pairs, key=lambda p: p.stated)
    for at in _candidates(ordered, target, least):
        if all(_holds(fold, at, target) for fold in _folds(pairs)):
            return _above(ordered, at)
    return None


def coverage(pairs: Sequence[Pair]) -> list[tuple[float, float, float]]:
    """Coverage and risk as the confidence asked for falls: (confidence, share, share wrong)."""
    ordered = sorted(pairs, key=lambda p: -p.stated)
    wrong = list(accumulate(not p.right for p in ordered))
    return [
        (p.stated, (n + 1) / len(ordered), wrong[n] / (n + 1))
        for n, p in enumerate(ordered)
        if n + 1 == len(ordered) or ordered[n + 1].stated != p.stated
    ]


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
    n = len(pairs)
    if n < FEW:
        return Curve("none", n)
    if n < SOME:
        return _shrunken(pairs)
    if n < MANY:
        return _platt(pairs)
    return min((_platt, _isotonic), key=lambda way: _crossed(way, pairs))(pairs)


def _shrunken(pairs: Sequence[Pair]) -> Curve:
    """Bins, each drawn towards the base rate by a few pseudo-observations, never falling."""
    base = sum(p.right for p in pairs) / len(pairs)
    parts = _parts(sorted(pairs), _count(len(pairs)))
    points = [
        (
            sum(p.stated for p in part) / len(part),
            (sum(p.right for p in part) + SHRINK * base) / (len(part) + SHRINK),
            float(len(part)),
        )
        for part in parts
    ]
    return Curve("bins", len(pairs), _rising(points))


def _platt(pairs: Sequence[Pair]) -> Curve:
    """A logistic curve over the log odds of what was stated, fitted by Newton's method with the
    targets drawn in a little, so that no clean split runs away."""
    right = sum(p.right for p in pairs)
    yes, no = (right + 1) / (right + 2), 1 / (len(pairs) - right + 2)
    rows = [(_logit(p.stated), yes if p.right else no) for p in pairs]
    a, b = 1.0, 0.0
    for _ in range(50):
        da, db = _step(rows, a, b)
        a, b = a + da, b + db
        if abs(da) + abs(db) < 1e-9:
            break
    a = max(a, 0.0)  # being surer never means being less right
    points = tuple((n / 100, _sigmoid(a * _logit(n / 100) + b)) for n in range(101))
    return Curve("platt", len(pairs), points)


def _step(rows: Sequence[tuple[float, float]], a: float, b: float) -> tuple[float, float]:
    """One step of Newton's, damped a little."""
    ga = gb = haa = hab = hbb = 0.0
    for x, target in rows:
        p = _sigmoid(a * x + b)
        left, weight = target - p, p * (1 - p)
        ga, gb = ga + left * x, gb + left
        haa, hab, hbb = haa + weight * x * x, hab + weight * x, hbb + weight
    haa, hbb = haa + 1e-3, hbb + 1e-3
    whole = haa * hbb - hab * hab
    return (hbb * ga - hab * gb) / whole, (haa * gb - hab * ga) / whole


def _isotonic(pairs: Sequence[Pair]) -> Curve:
    """The rising steps nearest to what was so."""
    return Curve(
        "isotonic", len(pairs), _rising([(p.stated, float(p.right), 1.0) for p in sorted(pairs)])
    )


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


def _crossed(way: object, pairs: Sequence[Pair]) -> float:
    """The Brier score of a way on pairs that it was not fitted to."""
    assert callable(way)
    found = []
    for n in range(FOLDS):
        curve = way([p for i, p in enumerate(pairs) if i % FOLDS != n])
        found += [Pair(curve(p.stated), p.right) for p in pairs[n::FOLDS]]
    return brier(found)


# ---- parts


def _some(pairs: Sequence[Pair]) -> None:
    if not pairs:
        raise ValueError("no pairs")


def _count(n: int) -> int:
    return max(3, min(10, n // FEW))


def _parts(ordered: Sequence[Pair], many: int) -> list[Sequence[Pair]]:
    """Of equal mass."""
    n = len(ordered)
    return [ordered[n * k // many : n * (k + 1) // many] for k in range(many)]


def _bin(part: Sequence[Pair]) -> Bin:
    right = sum(p.right for p in part)
    low, high = wilson(right, len(part))
    return Bin(len(part), sum(p.stated for p in part) / len(part), right / len(part), low, high)


def _ece(ordered: Sequence[Pair]) -> float:
    parts = _parts(ordered, _count(len(ordered)))
    gaps = (abs(sum(p.stated - p.right for p in part)) for part in parts)
    return sum(gaps) / len(ordered)


def _candidates(ordered: Sequence[Pair], target: float, least: int) -> list[float]:
    """Confidences from which on all pairs together hold the target, lowest first."""
    found, n, right = list[float](), 0, 0
    for at in range(len(ordered) - 1, -1, -1):
        n, right = n + 1, right + ordered[at].right
        first = at == 0 or ordered[at - 1].stated < ordered[at].stated
        if first and n >= least and wilson(right, n)[0] >= target:
            found.append(ordered[at].stated)
    return found[::-1]


def _folds(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The pairs without each fifth."""
    return [[p for i, p in enumerate(pairs) if i % FOLDS != n] for n in range(FOLDS)]


def _holds(pairs: Sequence[Pair], at: float, target: float) -> bool:
    """Whether the share that is right stays at the target without one of the folds."""
    above = [p.right for p in pairs if p.stated >= at]
    return bool(above) and sum(above) / len(above) >= target


def _above(ordered: Sequence[Pair], at: float) -> Threshold:
    above = [p.right for p in ordered if p.stated >= at]
    n, right = len(above), sum(above)
    return Threshold(at, n, right, wilson(right, n)[0], n / len(ordered))


def _inner(share: float) -> float:
    return min(max(share, _EDGE), 1 - _EDGE)


def _logit(share: float) -> float:
    share = _inner(share)
    return log(share / (1 - share))


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -700 else 0.0
