"""Communities of some concepts, where much of what they are tied to moves only as a whole.

What moves as a whole (another ontology, a community far from the pieces in question) stands as two
nodes that share its ties and are tied to each other by all else it has. So every degree is as it is
in the whole graph, and what is found is as modular there as here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.loops.ontology.frame import sums
from passdown.text.arrays import np
from passdown.text.communities import leiden_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from passdown.loops.ontology.frame import Sight
    from passdown.loops.ontology.pieces import Part
    from passdown.loops.ontology.thresholds import Thresholds
    from passdown.text.arrays import Floats, Integers

    Ties = tuple[Integers, Integers, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class _Nodes:
    """For each concept its node (its own below `alone`, else the first of its community's two),
    for each ontology the first of its two, -1 for those that are not tied to them; how many."""

    of: Integers
    alone: int
    home: Integers
    many: int


def in_the_world(of: Part, sight: Sight, settings: Thresholds, seed: int) -> Integers:
    """For each concept of the part its community among all that there is, where every other
    ontology stays together."""
    nodes = _nodes(np.arange(len(of)), np.ones(len(of), np.bool_), of, len(sight.volume))
    ties = (*_inside(of, nodes), *_border(of, nodes), *_elsewhere(of, nodes, sight))
    return _found(ties, nodes, settings, seed)


def regional(
    of: Part,
    before: Integers,
    around: Sequence[Integers],
    settings: Thresholds,
    seed: int,
    world: Sight | None = None,
) -> Integers:
    """The same of those in these pieces and next to them, where every other community as it was
    before stays together; within the part alone, or among all that there is."""
    inside = np.isin(of.places, np.concatenate(list(around)))
    free = inside.copy()
    free[of.columns[inside[of.rows]]] = True
    nodes = _nodes(before, free, of, len(world.volume) if world else 0)
    ties = list(_inside(of, nodes))
    if world:
        ties += [*_border(of, nodes), *_elsewhere(of, nodes, world)]
    return _found(ties, nodes, settings, seed)


def _found(ties: Sequence[Ties], nodes: _Nodes, settings: Thresholds, seed: int) -> Integers:
    rows, columns, weight = (np.concatenate([one[at] for one in ties]) for at in range(3))
    keys, at = np.unique(rows * nodes.many + columns, return_inverse=True)
    counts = np.bincount(keys // nodes.many, minlength=nodes.many)
    label = leiden_rows(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        (keys % nodes.many).astype(np.int32),
        sums(at, weight, len(keys)),
        resolution=settings.resolution,
        seed=seed,
    )
    own = np.asarray(label, np.int64)[nodes.of]
    return np.unique(own, return_inverse=True)[1].astype(np.int64)


def _nodes(before: Integers, free: NDArray[np.bool_], of: Part, ontologies: int) -> _Nodes:
    alone = int(free.sum())
    node = np.empty(len(before), np.int64)
    node[free] = np.arange(alone)
    groups, at = np.unique(before[~free], return_inverse=True)
    node[~free] = alone + 2 * at
    many = alone + 2 * len(groups)
    home = np.full(ontologies, -1)
    if ontologies:
        tied = np.unique(of.out_homes)
        home[tied] = many + 2 * np.arange(len(tied))
        many += 2 * len(tied) + 2
    return _Nodes(node, alone, home, many)


def _inside(of: Part, nodes: _Nodes) -> Iterator[Ties]:
    """Every tie from both ends, as it stands in the part."""
    rows, columns = nodes.of[of.rows], nodes.of[of.columns]
    own = (rows == columns) & (rows >= nodes.alone)
    yield from _halved(rows[~own], columns[~own], of.weight[~own], nodes.alone)
    # The ties within a community stand in the rows of both their ends: half of them each way.
    yield from _twins(rows[own], of.weight[own] / 2)


def _border(of: Part, nodes: _Nodes) -> Iterator[Ties]:
    rows, homes = nodes.of[of.out_rows], nodes.home[of.out_homes]
    yield from _halved(rows, homes, of.out_weight, nodes.alone)
    yield from _halved(homes, rows, of.out_weight, nodes.alone)


def _elsewhere(of: Part, nodes: _Nodes, sight: Sight) -> Iterator[Ties]:
    """What else the other ontologies are tied to; and in the last two nodes, all the rest."""
    tied = np.flatnonzero(nodes.home >= 0)
    here = sums(of.out_homes, of.out_weight, len(nodes.home))[tied]
    yield from _twins(nodes.home[tied], (sight.volume[tied] - here) / 2)
    own = of.weight.sum() + of.out_weight.sum()
    rest = max(sight.total - own - sight.volume[tied].sum(), 0.0)
    yield from _twins(np.asarray([nodes.many - 2]), np.asarray([rest / 2]))


def _halved(rows: Integers, columns: Integers, weight: Floats, alone: int) -> Iterator[Ties]:
    """Ties of single nodes as they are; of what has two nodes the first is tied by one half and
    the second by the other, to the like of them where both ends have two."""
    single = (rows < alone) & (columns < alone)
    yield rows[single], columns[single], weight[single]
    rows, columns, half = rows[~single], columns[~single], weight[~single] / 2
    yield rows, columns, half
    yield rows + (rows >= alone), columns + (columns >= alone), half


def _twins(first: Integers, weight: Floats) -> Iterator[Ties]:
    """The two nodes tied to each other, both ways."""
    some = weight > 0
    yield first[some], first[some] + 1, weight[some]
    yield first[some] + 1, first[some], weight[some]
