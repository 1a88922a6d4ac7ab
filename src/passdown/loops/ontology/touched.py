"""Which ontologies must be looked at again, because what a rule sees of them is not as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.loops.ontology.frame import frame, sight
from passdown.loops.ontology.marks import marks, mixed
from passdown.loops.ontology.scene import scene
from passdown.loops.ontology.thresholds import DEFAULT
from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from passdown.loops.ontology.graph import World
    from passdown.loops.ontology.marks import Words
    from passdown.loops.ontology.scene import Scene
    from passdown.loops.ontology.thresholds import Thresholds

LARGE_SHARE = 0.25
"""What has so much of all ties is measured against all that there is."""


def digests(of: World, settings: Thresholds = DEFAULT) -> dict[str, str]:
    """For each live ontology a digest of its concepts, the ties inside it and at its border, the
    homes at their other ends and whether those are homes to go to."""
    return seen(scene(sight(frame(of)), settings))


def touched(of: World, before: Mapping[str, str], settings: Thresholds = DEFAULT) -> frozenset[str]:
    """The ontologies to look at, given the digests of last time: those that changed, and those
    that may be one with one that did."""
    now = scene(sight(frame(of)), settings)
    return unlike(now, seen(now), before)


def unlike(now: Scene, told: Mapping[str, str], before: Mapping[str, str]) -> frozenset[str]:
    """The same of what is seen now, and its digests."""
    changed = {key for key, digest in told.items() if before.get(key) != digest}
    ids = now.frame.ids
    near = ((ids[donor], ids[one.other]) for donor, those in now.close.items() for one in those)
    return frozenset(changed | {donor for donor, other in near if other in changed})


def seen(of: Scene) -> dict[str, str]:
    """The digests of what is seen."""
    frame, world = of.frame, of.frame.world
    graph, many = world.graph, len(frame.ids)
    names = marks(graph.concepts)
    homes = _homes(of)
    home = np.empty(len(graph), np.int64)
    home[frame.concept] = frame.home
    left, right = home[graph.left], home[graph.right]
    tie = mixed(names[graph.left] * np.uint64(3) + mixed(names[graph.right]))
    tie = mixed(tie ^ graph.weight.astype(np.uint64))
    found = _sum(home, mixed(names), many)
    found += _sum(left, mixed(tie + homes[right]), many)
    found += _sum(right, mixed(tie - homes[left]), many)
    found += mixed(homes + _sizes(of))
    return {key: f"{digest:016x}" for key, digest in zip(frame.ids, found.tolist(), strict=True)}


def _homes(of: Scene) -> Words:
    """A number for every ontology: by its id and state, and whether it is a home to go to."""
    world = of.frame.world
    states = [f"{world.ontologies[key].state} {key}" for key in of.frame.ids]
    return mixed(marks(states) + of.sink.astype(np.uint64))


def _sizes(of: Scene) -> Words:
    """All that there is, for those that are measured against it; 0 for the others."""
    large = of.sight.volume >= LARGE_SHARE * of.sight.total
    large[of.frame.floor] = True
    return np.where(large, np.uint64(of.sight.total), np.uint64(0))


def _sum(at: NDArray[np.int64], values: Words, many: int) -> Words:
    found = np.zeros(many, np.uint64)
    np.add.at(found, at, values)
    return found
