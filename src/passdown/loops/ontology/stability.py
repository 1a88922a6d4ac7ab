"""How sure a draft is: how many graphs with a tenth of their ties left out say the same.

In every second of them as many ties as are left out stand elsewhere in each named ontology: what is
split must be apart whether some ties should not be there or were never heard of. The floor is no
domain that somebody would cut in two, and is seen as it is.

Whether a tie is left out of a run is told by the ids of its two ends and the number of the run, not
by where it stands: what changes elsewhere in the graph does not change how sure this is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.loops.ontology.admit import admitted
from passdown.loops.ontology.drafts import UNCLEAR, alike
from passdown.loops.ontology.frame import sight
from passdown.loops.ontology.marks import drawn, marks, mixed
from passdown.loops.ontology.pieces import part, pieces
from passdown.loops.ontology.region import finer, regional
from passdown.loops.ontology.rules import drafts, look
from passdown.loops.ontology.scene import scene
from passdown.loops.ontology.strays import strays
from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from passdown.loops.ontology.drafts import Draft
    from passdown.loops.ontology.frame import Frame
    from passdown.loops.ontology.graph import Graph
    from passdown.loops.ontology.marks import Words
    from passdown.loops.ontology.pieces import Pieces
    from passdown.loops.ontology.scene import Scene
    from passdown.loops.ontology.strays import Strays
    from passdown.loops.ontology.thresholds import Thresholds

LARGE = 2_000
"""In a larger ontology only what is around the pieces in question is found anew in every run."""


def stability(
    of: Frame,
    asked: Mapping[int, Sequence[Draft]],
    seen: Mapping[int, Pieces | None],
    settings: Thresholds,
) -> dict[int, list[float]]:
    """For each ontology that is asked about, the share of runs that agree with each of its drafts;
    where it has none, that do not say anything of it."""
    agree = {subject: np.zeros(max(len(these), 1)) for subject, these in asked.items()}
    ends = marks(of.world.graph.concepts if asked else ())
    for run in range(settings.runs if asked else 0):
        now = scene(sight(of, _kept(of.world.graph, ends, run, settings)), settings)
        also = strays(of, ends, run, settings)
        for subject, these in asked.items():
            again = _again(now, subject, these, seen[subject], settings.seed + 1 + run, also)
            agree[subject] += [_same(one, again, settings) for one in these] or [not again]
    return {subject: (found / settings.runs).tolist() for subject, found in agree.items()}


def _again(
    now: Scene,
    subject: int,
    these: Sequence[Draft],
    before: Pieces | None,
    seed: int,
    also: Strays,
) -> list[Draft]:
    """What may be asked about that ontology in this run."""
    if before is None or len(before.part) <= LARGE or not these:
        seen = look(now, subject, seed, also)
    else:
        own = also(part(now.sight, (subject,)), subject)
        world = now.sight if subject == now.frame.floor else None
        around = [one.places for one in these]
        label = regional(own, before.label, around, now.settings, seed, world)
        seen = pieces(own, label, now.settings.resolution)
        if world:
            seen = finer(seen, now.settings, world.total, seed, around)
    return admitted(drafts(now, subject, seen, seed), now.frame, now.settings)[0]


def _same(one: Draft, again: Sequence[Draft], settings: Thresholds) -> bool:
    """What this run would do with those concepts is the same, and as clear."""
    for other in again:
        if _about(one, other):
            same = (one.action, one.target, one.instead)
            clear = one.rule == UNCLEAR or other.rule != UNCLEAR
            agreed = clear and same == (other.action, other.target, other.instead)
            return agreed and bool(alike(one, other) >= settings.same_piece)
    return False


def _about(one: Draft, other: Draft) -> bool:
    both = len(np.intersect1d(one.places, other.places, assume_unique=True))
    return 2 * both >= len(one.places)


def _kept(of: Graph, ends: Words, run: int, settings: Thresholds) -> NDArray[np.bool_]:
    """Which ties are kept in this run."""
    tie = mixed(ends[of.left] * np.uint64(3) + mixed(ends[of.right]))
    least = np.uint64(int(settings.dropout * 2**64))
    return mixed(tie ^ drawn(settings.seed * 1_000 + run + 1)) >= least
