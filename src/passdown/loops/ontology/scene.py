"""A sight with what the rules ask of more than one ontology: who is tied to whom, who starves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.ontology.frame import firsts
from passdown.text.arrays import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passdown.loops.ontology.frame import Frame, Sight
    from passdown.loops.ontology.thresholds import Thresholds
    from passdown.text.arrays import Floats, Integers


class Near(NamedTuple):
    """With whom an ontology may be one: the larger share of the two, and what ties them."""

    other: int
    share: float
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A sight under certain thresholds. By ontology: the named one it is tied to most and with
    which share of its ties, the share that leaves it, its conductance, whether it starves (more of
    it is elsewhere), whether it is a home to go to. `close` holds by donor whom it is close to."""

    sight: Sight
    settings: Thresholds
    best: Integers
    share: Floats
    outside: Floats
    conductance: Floats
    starving: NDArray[np.bool_]
    sink: NDArray[np.bool_]
    close: dict[int, list[Near]]

    @property
    def frame(self) -> Frame:
        """The world that is seen."""
        return self.sight.frame


def scene(of: Sight, settings: Thresholds) -> Scene:
    """What that sight shows."""
    frame = of.frame
    best, share = _strongest(of)
    outside = of.outside
    near = (share >= settings.dissolve_share) & (outside >= settings.dissolve_outside_near)
    starving = (near | (outside >= settings.dissolve_outside)) & (of.volume > 0)
    starving[frame.floor] = False
    # Who has no home of its own to offer is none to others: they would be moved twice.
    sink = ~starving & ~frame.frozen
    sink[frame.floor] = False
    conductance = apart(of.volume - 2 * of.inside, of.volume, of.total)
    close = _close(of, settings)
    return Scene(of, settings, best, share, outside, conductance, starving, sink, close)


def apart(cut: Floats, volume: Floats, total: float) -> Floats:
    """The conductance of what has that volume and is cut off by so much."""
    smaller = np.minimum(volume, total - volume)
    found: Floats = np.where(smaller > 0, cut / np.maximum(smaller, 1e-300), np.sign(cut))
    return found


def _strongest(of: Sight) -> tuple[Integers, Floats]:
    """For each ontology the named one it is tied to most (equals: the first by id) and its share;
    itself and 0 where it is tied to none."""
    facing, many = of.frame.facing, len(of.frame.ids)
    best, share = np.arange(many), np.zeros(many)
    if not len(facing.one):
        return best, share
    weight = of.between[facing.pair]
    most = np.maximum.reduceat(weight, facing.begins)
    sizes = np.diff(np.append(facing.begins, len(weight)))
    found = np.flatnonzero((weight == np.repeat(most, sizes)) & (weight > 0))
    first = found[firsts(facing.one[found])]
    one = facing.one[first]
    best[one], share[one] = facing.other[first], weight[first] / of.volume[one]
    return best, share


def _close(of: Sight, settings: Thresholds) -> dict[int, list[Near]]:
    """By donor who it has a large share of its ties with, both ways."""
    frame = of.frame
    facing = frame.facing
    real = (facing.one < facing.other) & (facing.one != frame.floor)
    left, right, weight = facing.one[real], facing.other[real], of.between[facing.pair[real]]
    least = np.maximum(of.volume, 1e-300)
    one, other = weight / least[left], weight / least[right]
    both = np.minimum(one, other) >= settings.merge_share
    found: dict[int, list[Near]] = {}
    donor, survivor = _direction(frame, left[both], right[both])
    large = np.maximum(one, other)[both].tolist()
    ends = zip(donor.tolist(), survivor.tolist(), large, weight[both].tolist(), strict=True)
    for giving, staying, share, tied in ends:
        if not frame.frozen[[giving, staying]].any() and not frame.pinned[giving]:
            found.setdefault(giving, []).append(Near(staying, share, tied))
    return found


def _direction(frame: Frame, one: Integers, other: Integers) -> tuple[Integers, Integers]:
    """Who gives and who stays: who is pinned stays, else the larger, of equals the later id."""
    size = np.diff(frame.starts)
    rank = (frame.pinned * (size.max(initial=0) + 1) + size) * len(size) + np.arange(len(size))
    swapped = rank[one] > rank[other]
    return np.where(swapped, other, one), np.where(swapped, one, other)
