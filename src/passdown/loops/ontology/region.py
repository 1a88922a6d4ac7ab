"""Communities of some concepts, where all else they are tied to moves only as a whole.

What moves as a whole (another ontology, a community far from the pieces in question) stands as two
nodes that share its ties and are tied to each other by all else it has. So every degree is as it is
in the whole graph, and what is found is as modular there as here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.loops.ontology.frame import sums
from passdown.loops.ontology.gates import coarse, leaving, pool_gate
from passdown.loops.ontology.pieces import among, pieces
from passdown.text.arrays import np
from passdown.text.communities import leiden_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from passdown.loops.ontology.frame import Sight
    from passdown.loops.ontology.pieces import Part, Pieces
    from passdown.loops.ontology.thresholds import Thresholds
    from passdown.text.arrays import Floats, Integers

    Ties = tuple[Integers, Integers, Floats]

CUT = 16
"""So many pieces of the floor are asked whether they are one; the strongest."""


@dataclass(frozen=True, slots=True, eq=False)
class _Around:
    """What concepts are tied to: each of them alone (`free`, by number), the other concepts of the
    part by group, and the ontologies elsewhere as groups after those; how many groups."""

    free: NDArray[np.bool_]
    number: Integers
    group: Integers
    inner_groups: int
    groups: int


def in_the_world(of: Part, sight: Sight, settings: Thresholds, seed: int) -> Integers:
    """For each concept of the part its community among all that there is, where every other
    ontology stays together."""
    everyone = np.ones(len(of), np.bool_)
    return _found(of, np.zeros(len(of), np.int64), everyone, settings, seed, sight)


def regional(
    of: Part,
    before: Integers,
    around: Sequence[Integers],
    settings: Thresholds,
    seed: int,
    world: Sight | None = None,
) -> Integers:
    """The same for the concepts of these pieces and those that might come to them, where every
    other community stays as it was before; within the part alone, or among all that there is."""
    free = np.isin(of.places, np.concatenate(list(around)))
    degree = sums(of.rows, of.weight, len(of)) + sums(of.out_rows, of.out_weight, len(of))
    there = free[of.columns]
    to = sums(of.rows[there], of.weight[there], len(of))
    free |= to > settings.affinity_floor * degree
    return _found(of, before, free, settings, seed, world)


def finer(
    of: Pieces,
    settings: Thresholds,
    total: float,
    seed: int,
    around: Sequence[Integers] | None = None,
) -> Pieces:
    """The pieces of the floor, where the strongest (or those that have most of these pieces) are
    cut up that are clearly more than one: in a large graph Leiden takes such together."""
    phi, gate = pool_gate(settings, of, total)
    may = (phi <= gate) & (of.sizes >= 2 * settings.min_piece)
    strongest = np.argsort(np.where(may, phi, np.inf), kind="stable")[: min(CUT, int(may.sum()))]
    asked = strongest if around is None else _most(of, around)
    label = of.label.copy()
    for piece in asked.tolist():
        chosen = of.label == piece
        own = among(of.part, chosen)
        seen = coarse(own, settings, seed)
        leave = leaving(settings, seen)
        number = np.where(leave, label.max() + np.cumsum(leave), piece)
        label[chosen] = number[seen.label]
    return pieces(of.part, label, settings.resolution) if len(asked) else of


def _most(of: Pieces, around: Sequence[Integers]) -> Integers:
    """The pieces that have most of each of these."""
    held = [np.bincount(of.label[np.isin(of.part.places, one)]).argmax() for one in around]
    return np.unique(np.asarray(held, np.int64))


def _found(
    of: Part,
    before: Integers,
    free: NDArray[np.bool_],
    settings: Thresholds,
    seed: int,
    world: Sight | None,
) -> Integers:
    around = _around(of, before, free, world)
    alone = int(free.sum())
    many = alone + 2 * around.groups
    ties = [*_free(of, around), *_grouped(of, around, world, alone)]
    rows, columns, weight = (np.concatenate([one[at] for one in ties]) for at in range(3))
    keys, at = np.unique(rows * many + columns, return_inverse=True)
    label = leiden_rows(
        np.concatenate([[0], np.cumsum(np.bincount(keys // many, minlength=many))]),
        (keys % many).astype(np.int32),
        sums(at, weight, len(keys)),
        resolution=settings.resolution,
        seed=seed,
    )
    node = np.where(free, around.number, alone + 2 * around.group)
    own = np.asarray(label, np.int64)[node]
    return np.unique(own, return_inverse=True)[1].astype(np.int64)


def _around(of: Part, before: Integers, free: NDArray[np.bool_], world: Sight | None) -> _Around:
    groups, at = np.unique(before[~free], return_inverse=True)
    group = np.zeros(len(before), np.int64)
    group[~free] = at
    elsewhere = len(world.volume) if world else 0
    return _Around(free, np.cumsum(free) - 1, group, len(groups), len(groups) + elsewhere)


def _free(of: Part, around: _Around) -> Iterator[Ties]:
    """The ties between single concepts, from both ends."""
    both = around.free[of.rows] & around.free[of.columns]
    yield around.number[of.rows[both]], around.number[of.columns[both]], of.weight[both]


def _grouped(of: Part, around: _Around, world: Sight | None, alone: int) -> Iterator[Ties]:
    """The ties of single concepts to groups, half to each of the two nodes; and what else a group
    is tied to, between its two: what it is tied to in other groups is not for these to change."""
    mixed = around.free[of.rows] & ~around.free[of.columns]
    rows, weight = around.number[of.rows[mixed]], of.weight[mixed]
    groups = around.group[of.columns[mixed]]
    volume = _volumes(of, around, world)
    if world:
        out = around.free[of.out_rows]
        rows = np.concatenate([rows, around.number[of.out_rows[out]]])
        groups = np.concatenate([groups, around.inner_groups + of.out_homes[out]])
        weight = np.concatenate([weight, of.out_weight[out]])
    first = alone + 2 * groups
    for node in (first, first + 1):
        yield rows, node, weight / 2
        yield node, rows, weight / 2
    rest = (volume - sums(groups, weight, around.groups)) / 2
    tied = np.flatnonzero(rest > 0)
    yield alone + 2 * tied, alone + 2 * tied + 1, rest[tied]
    yield alone + 2 * tied + 1, alone + 2 * tied, rest[tied]


def _volumes(of: Part, around: _Around, world: Sight | None) -> Floats:
    """All the ties of each group: within the part, or in the world, where its own has none."""
    degree = sums(of.rows, of.weight, len(of))
    if world:
        degree += sums(of.out_rows, of.out_weight, len(of))
    held = ~around.free
    inner = sums(around.group[held], degree[held], around.inner_groups)
    if not world:
        return inner
    elsewhere = world.volume.copy()
    elsewhere[world.frame.home[of.places[0]]] = 0.0
    return np.concatenate([inner, elsewhere])
