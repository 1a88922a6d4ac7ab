"""A world as arrays: concepts in the order of their homes, so that an ontology is one slice.

A frame stands for a world; a sight is what is seen of it when some of its ties are left out, which
costs a few sums and shares all else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.arrays import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passdown.loops.ontology.graph import World
    from passdown.text.arrays import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Facing:
    """Which ontology faces which other named one, by number, both ways; by which pair; and where
    in that order those of each one begin."""

    one: Integers
    other: Integers
    pair: Integers
    begins: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Live ontologies by number, concepts by place: those of one ontology next to each other, by
    id. A tie stands in the rows of both its ends; `pair` says between which two ontologies."""

    world: World
    ids: tuple[str, ...]
    floor: int
    frozen: NDArray[np.bool_]
    pinned: NDArray[np.bool_]
    home: Integers
    concept: Integers
    starts: Integers
    indptr: Integers
    places: Integers
    ties: Integers
    pair: Integers
    pair_left: Integers
    pair_right: Integers
    facing: Facing

    def names(self, places: Integers) -> tuple[str, ...]:
        """The ids of the concepts at these places, ascending."""
        concepts = self.world.graph.concepts
        return tuple(concepts[at] for at in np.sort(self.concept[places]).tolist())


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A frame with what its ties weigh now: a tie that weighs nothing is not there. `between` is
    by pair of ontologies; `inside` and `volume` by ontology."""

    frame: Frame
    weight: Floats
    between: Floats
    inside: Floats
    volume: Floats
    total: float

    @property
    def outside(self) -> Floats:
        """Of each ontology's ties the share that leaves it; of one without ties, all of nothing."""
        kept = 2 * self.inside
        return np.where(self.volume > 0, 1 - kept / np.maximum(self.volume, 1e-300), 1.0)


def frame(of: World) -> Frame:
    """That world as arrays."""
    live = of.live()
    ids = tuple(one.id for one in live)
    floor = next(at for at, one in enumerate(live) if one.kind == "floor")
    home = _numbered(of, ids)
    concept = np.argsort(home, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(home, minlength=len(ids)))])
    keys = _pairs(home[of.graph.left], home[of.graph.right], len(ids))
    found, pair = np.unique(keys, return_inverse=True)
    return Frame(
        of,
        ids,
        floor,
        np.asarray([one.state == "frozen" for one in live]),
        np.asarray([one.state == "pinned" for one in live]),
        home[concept],
        concept,
        starts.astype(np.int64),
        *_rows(of, concept),
        pair,
        found // len(ids),
        found % len(ids),
        _facing(found // len(ids), found % len(ids), floor),
    )


def _numbered(of: World, ids: tuple[str, ...]) -> Integers:
    """For each concept the number of its home."""
    number = {key: at for at, key in enumerate(ids)}
    homes = (number[of.homes[one]] for one in of.graph.concepts)
    return np.fromiter(homes, np.int64, len(of.graph))


def sight(of: Frame, kept: NDArray[np.bool_] | None = None) -> Sight:
    """What is seen of it, with all ties or with those that are kept."""
    weight = of.world.graph.weight.astype(float)
    if kept is not None:
        weight = weight * kept
    between = sums(of.pair, weight, len(of.pair_left))
    same = of.pair_left == of.pair_right
    many = len(of.ids)
    inside = sums(of.pair_left[same], between[same], many)
    volume = sums(of.pair_left, between, many) + sums(of.pair_right, between, many)
    return Sight(of, weight, between, inside, volume, float(volume.sum()))


def sums(at: Integers, values: Floats, many: int) -> Floats:
    """The sums of the values by where they stand."""
    return np.bincount(at, values, minlength=many).astype(np.float64)


def firsts(ordered: Integers) -> Integers:
    """Where in an order each value stands first."""
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return np.flatnonzero(new)


def _pairs(one: Integers, other: Integers, many: int) -> Integers:
    keys: Integers = np.minimum(one, other) * many + np.maximum(one, other)
    return keys


def _facing(left: Integers, right: Integers, floor: int) -> Facing:
    one, other = np.concatenate([left, right]), np.concatenate([right, left])
    real = np.flatnonzero((one != other) & (other != floor))
    order = real[np.lexsort((other[real], one[real]))]
    one = one[order]
    return Facing(one, other[order], order % max(len(left), 1), firsts(one))


def _rows(of: World, concept: Integers) -> tuple[Integers, Integers, Integers]:
    """Every tie from both its ends: by place where a row begins, the other end, and which tie."""
    place = np.empty(len(concept), np.int64)
    place[concept] = np.arange(len(concept))
    left, right = place[of.graph.left], place[of.graph.right]
    rows, others = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.argsort(rows * max(len(concept), 1) + others)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(concept)))])
    ties = np.tile(np.arange(len(left)), 2)[order]
    return indptr.astype(np.int64), others[order].astype(np.int32), ties.astype(np.int32)
