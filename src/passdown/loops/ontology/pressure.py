"""Whether the ontologies are too few and large or too many and small, and what that makes easier.

Told by the median and the 95th percentile, not by the mean: one huge ontology among twenty small
ones is no comfort.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Literal, TypeAlias

from passdown.loops.ontology.thresholds import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.loops.ontology.graph import World
    from passdown.loops.ontology.thresholds import Thresholds

Zone: TypeAlias = Literal["comfort", "watch", "tight", "over", "emergency"]
Need: TypeAlias = Literal["", "splits", "merges"]

COMFORT_LEAST, COMFORT_MOST, EMERGENCY = 10, 80, 150
"""Sizes between which an ontology is easy to know, and from which on it is not at all."""
POOL = 0.5
"""So much of everything in the floor is as much as can be let lie."""
ZONES: tuple[tuple[float, Zone], ...] = ((0.3, "watch"), (0.7, "tight"), (0.9, "over"))
EASED = 0.02
"""By so much the shares of a rule give way under full pressure: what is split more easily must not
be what is merged more easily, or it would go to and fro."""


@dataclass(frozen=True, slots=True)
class Pressure:
    """How the ontologies with concepts are sized, the floor aside; `score` is between 0 and 1 and
    `need` what would relieve it."""

    ontologies: int
    concepts: int
    median: float
    p95: float
    single: int
    empty: int
    pool: int
    pool_share: float
    bloated: float
    fragmented: float
    score: float
    zone: Zone
    need: Need


def pressure(of: World) -> Pressure:
    """That of a world."""
    named = [one.id for one in of.live() if one.kind == "named"]
    return pressed(Counter(of.homes.values()), named, of.floor)


def pressed(counts: Mapping[str, int], named: Sequence[str], floor: str) -> Pressure:
    """That of ontologies with so many concepts each: named ones, by key, and the floor."""
    sizes = sorted(n for key in named if (n := counts.get(key, 0)))
    pool, concepts = counts.get(floor, 0), sum(counts.values())
    share = pool / concepts if concepts else 0.0
    median, high = _quantile(sizes, 0.5), _quantile(sizes, 0.95)
    full = _over(pool, COMFORT_MOST, EMERGENCY) * _over(share, POOL, 1.0)
    bloated = max(_over(high, COMFORT_MOST, EMERGENCY), full)
    small = _over(-median, -COMFORT_LEAST, 0) if len(sizes) > 1 else 0.0
    score = max(bloated, small)
    return Pressure(
        len(sizes), concepts, median, high, sum(size == 1 for size in sizes),
        len(named) - len(sizes), pool, share, bloated, small, score, _zone(score),
        _need(bloated, small),
    )  # fmt: skip


def eased(settings: Thresholds, under: Pressure) -> Thresholds:
    """The thresholds under that pressure: more is split where ontologies are too large or the floor
    is too full, more is merged and dissolved where they are too small; never both."""
    give = EASED * under.score
    if under.need == "splits":
        return replace(
            settings,
            split_conductance=settings.split_conductance + give,
            split_modularity=settings.split_modularity - give,
        )
    if under.need == "merges":
        return replace(
            settings,
            merge_share=settings.merge_share - give,
            dissolve_outside=settings.dissolve_outside - give,
        )
    return settings


def steady(settings: Thresholds = DEFAULT) -> bool:
    """Whether no pressure can make what was split be merged again, or what was left be dissolved
    as soon as it was split off."""
    apart = settings.split_conductance + EASED < settings.merge_share - EASED
    return apart and settings.dissolve_outside - EASED > settings.dissolve_outside_near


def _need(bloated: float, small: float) -> Need:
    if not bloated and not small:
        return ""
    return "splits" if bloated >= small else "merges"


def _over(value: float, least: float, most: float) -> float:
    return min(max((value - least) / (most - least), 0.0), 1.0)


def _zone(score: float) -> Zone:
    if score == 0:
        return "comfort"
    return next((zone for most, zone in ZONES if score < most), "emergency")


def _quantile(sizes: list[int], share: float) -> float:
    """The size that so many are not above; 0 of none."""
    return float(sizes[max(ceil(share * len(sizes)) - 1, 0)]) if sizes else 0.0
