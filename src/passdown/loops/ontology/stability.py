"""How sure a draft is: how many graphs with a tenth of their ties left out say the same.

Whether a tie is left out of a run is told by the ids of its two ends and the number of the run, not
by where it stands: what changes elsewhere in the graph does not change how sure this is.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from passdown.loops.ontology.admit import admitted
from passdown.loops.ontology.drafts import alike
from passdown.loops.ontology.frame import sight
from passdown.loops.ontology.pieces import part, pieces
from passdown.loops.ontology.region import finer, regional
from passdown.loops.ontology.rules import drafts, look
from passdown.loops.ontology.scene import scene
from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from passdown.loops.ontology.drafts import Draft
    from passdown.loops.ontology.frame import Frame
    from passdown.loops.ontology.graph import Graph
    from passdown.loops.ontology.pieces import Pieces
    from passdown.loops.ontology.scene import Scene
    from passdown.loops.ontology.thresholds import Thresholds

LARGE = 2_000
"""In a larger ontology only what is around the pieces in question is found anew in every run."""

Words = np.ndarray[tuple[int], np.dtype[np.uint64]]


def stability(
    of: Frame,
    asked: Mapping[int, Sequence[Draft]],
    seen: Mapping[int, Pieces | None],
    settings: Thresholds,
) -> dict[int, list[float]]:
    """For each ontology that is asked about, the share of runs that agree with each of its drafts;
    where it has none, that do not say anything of it."""
    agree = {subject: np.zeros(max(len(these), 1)) for subject, these in asked.items()}
    for run, kept in enumerate(_runs(of.world.graph, settings) if asked else ()):
        now = scene(sight(of, kept), settings)
        for subject, these in asked.items():
            again = _again(now, subject, these, seen[subject], settings.seed + 1 + run)
            agree[subject] += [_same(one, again, settings) for one in these] or [not again]
    return {subject: (found / settings.runs).tolist() for subject, found in agree.items()}


def _again(
    now: Scene, subject: int, these: Sequence[Draft], before: Pieces | None, seed: int
) -> list[Draft]:
    """What may be asked about that ontology in this run."""
    if before is None or len(before.part) <= LARGE or not these:
        seen = look(now, subject, seed)
    else:
        own = part(now.sight, (subject,))
        world = now.sight if subject == now.frame.floor else None
        around = [one.places for one in these]
        label = regional(own, before.label, around, now.settings, seed, world)
        seen = pieces(own, label, now.settings.resolution)
        if world:
            seen = finer(seen, now.settings, world.total, seed, around)
    return admitted(drafts(now, subject, seen, seed), now.frame, now.settings)[0]


def _same(one: Draft, again: Sequence[Draft], settings: Thresholds) -> bool:
    """What this run would do with those concepts is the same."""
    for other in again:
        if _about(one, other):
            same = (one.action, one.target, one.instead)
            return same == (other.action, other.target, other.instead) and bool(
                alike(one, other) >= settings.same_piece
            )
    return False


def _about(one: Draft, other: Draft) -> bool:
    both = len(np.intersect1d(one.places, other.places, assume_unique=True))
    return 2 * both >= len(one.places)


def _runs(of: Graph, settings: Thresholds) -> Iterator[NDArray[np.bool_]]:
    """For each run which ties are kept."""
    ends = marks(of.concepts)
    tie = mixed(ends[of.left] * np.uint64(3) + mixed(ends[of.right]))
    least = np.uint64(int(settings.dropout * 2**64))
    for run in range(settings.runs):
        drawn = np.uint64((settings.seed * 1_000 + run + 1) * 0x9E3779B97F4A7C15 % 2**64)
        yield mixed(tie ^ drawn) >= least


def marks(ids: Iterable[str]) -> Words:
    """A number for every id, by itself alone."""
    told = b"".join(
        blake2b(concept.encode("utf-8", "surrogatepass"), digest_size=8).digest() for concept in ids
    )
    return np.frombuffer(told, np.dtype("<u8")).astype(np.uint64)


def mixed(of: Words) -> Words:
    """Every bit of it depends on all of its bits (the end of splitmix64)."""
    of = (of ^ (of >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    of = (of ^ (of >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Words = of ^ (of >> np.uint64(31))
    return found
