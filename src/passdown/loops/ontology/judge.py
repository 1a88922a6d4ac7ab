"""What should be done: every ontology's verdict, with how sure it is and what else could be done.

Imports numpy, so import it where it is called, not where a loop is listed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from passdown.domain.errors import NotFound
from passdown.loops.ontology.admit import admitted, barred
from passdown.loops.ontology.drafts import UNCLEAR, candidate, ranked
from passdown.loops.ontology.frame import frame, sight
from passdown.loops.ontology.graph import Candidate
from passdown.loops.ontology.marks import marks
from passdown.loops.ontology.moves import drawn
from passdown.loops.ontology.naming import Namer
from passdown.loops.ontology.pieces import communities, pieces
from passdown.loops.ontology.rules import drafts, look
from passdown.loops.ontology.scene import scene
from passdown.loops.ontology.stability import LARGE, stability
from passdown.loops.ontology.strays import rewired
from passdown.loops.ontology.thresholds import DEFAULT
from passdown.loops.ontology.touched import seen as digests_of
from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.loops.ontology.calm import Calm
    from passdown.loops.ontology.drafts import Draft
    from passdown.loops.ontology.frame import Frame
    from passdown.loops.ontology.graph import World
    from passdown.loops.ontology.pieces import Part, Pieces
    from passdown.loops.ontology.scene import Scene
    from passdown.loops.ontology.thresholds import Thresholds

MOST = 10
"""About so many ontologies something is said in one cycle."""
FEW = 5
"""So many disjoint pieces may leave the floor in one cycle."""
HEALTHY = "Nothing speaks for a change."
UNSURE = "All of it is in more order than chance makes; whether this is a domain is for you to say."


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One ontology: what may be asked of it, in order; why else nothing, and what was held back."""

    subject: int
    kept: list[Draft]
    held: dict[str, Draft]
    seen: Pieces | None
    quiet: bool = False


def candidates(
    of: World,
    settings: Thresholds = DEFAULT,
    *,
    only: Iterable[str] | None = None,
    most: int = MOST,
    calm: Calm | None = None,
) -> tuple[Candidate, ...]:
    """What should be done about these ontologies (all of them), strongest first: for each at most
    one action, for the floor some disjoint ones; about the `most` ontologies of which most is to
    be said. Nothing is said of those to be left as they are; those that are `calm` since the last
    look at all of them are not looked at."""
    arrays = frame(of)
    cases = [case for case in _every(arrays, only, settings, calm) if case.kept]
    first = ranked((case.kept[0] for case in cases), arrays)[:most]
    chosen = {one.subject for one in first}
    return _said(arrays, [case for case in cases if case.subject in chosen], settings)


def judge(of: World, subject: str, settings: Thresholds = DEFAULT) -> Candidate:
    """The verdict on one ontology; that of one to be left as it is says why, and how sure it is."""
    if subject not in of.ontologies:
        raise NotFound(f"no ontology {subject!r}", next="see the list of ontologies")
    if barred(of, subject):
        return Candidate("NO_ACTION", subject, rule="R6", reasons=(barred(of, subject),))
    arrays = frame(of)
    case = next(iter(_cases(arrays, (subject,), settings)))
    if case.kept:
        return _said(arrays, [case], settings)[0]
    found = stability(arrays, {case.subject: ()}, {case.subject: case.seen}, settings)
    sure = found[case.subject][0] if case.seen is not None else 1.0
    held = tuple(candidate(one, arrays, _part(case)) for one in case.held.values())
    why = tuple(case.held) or (HEALTHY,)
    return Candidate(
        "NO_ACTION", subject, confidence=sure, rule="R6", reasons=why, alternatives=held
    )


def held(
    of: World, settings: Thresholds = DEFAULT, *, only: Iterable[str] | None = None
) -> dict[str, tuple[str, ...]]:
    """The ontologies of which something would be said at another time, each with why not now: they
    are to be looked at again though nothing about them changes."""
    arrays = frame(of)
    found = {arrays.ids[case.subject]: tuple(case.held) for case in _cases(arrays, only, settings)}
    return {subject: why for subject, why in found.items() if why}


def _every(
    of: Frame, only: Iterable[str] | None, settings: Thresholds, calm: Calm | None
) -> Sequence[_Case]:
    """The cases of these; of all of them, without those that are calm."""
    if calm is None or only is not None:
        return list(_cases(of, only, settings))
    now = scene(sight(of), settings)
    told = digests_of(now)
    still = calm.still(now, told)
    cases = list(_looked(of, set(of.ids) - still, now))
    calm.keep(settings, told, still.union(of.ids[case.subject] for case in cases if case.quiet))
    return cases


def _cases(of: Frame, only: Iterable[str] | None, settings: Thresholds) -> Iterable[_Case]:
    wanted = set(of.ids) if only is None else set(only)
    return _looked(of, wanted, scene(sight(of), settings))


def _looked(of: Frame, wanted: set[str], now: Scene) -> Iterable[_Case]:
    settings = now.settings
    for subject, key in enumerate(of.ids):
        if key in wanted and not barred(of.world, key):
            seen = look(now, subject, settings.seed)
            said = drafts(now, subject, seen, settings.seed)
            kept, back = admitted(said, of, settings)
            quiet = not said and seen is not None and not drawn(now, subject, seen)
            yield _Case(subject, _worth(kept, of, seen, settings), back, seen, quiet)


def _worth(kept: list[Draft], of: Frame, seen: Pieces | None, settings: Thresholds) -> list[Draft]:
    """Without what is unclear, where enough is clear or the whole is hardly more than chance."""
    clear = [one for one in kept if one.rule != UNCLEAR]
    if len(clear) == len(kept) or len(clear) >= FEW or seen is None:
        return clear
    concepts = of.world.graph.concepts
    ends = marks(concepts[at] for at in of.concept[seen.part.places].tolist())
    chance = rewired(seen.part, ends, settings.seed)
    label = communities(chance, settings.resolution, settings.seed)
    least = pieces(chance, label, settings.resolution).modularity + settings.beyond_chance
    return kept if seen.modularity >= least else clear


def _part(case: _Case) -> Part | None:
    return None if case.seen is None else case.seen.part


def _said(of: Frame, cases: Sequence[_Case], settings: Thresholds) -> tuple[Candidate, ...]:
    """The verdicts of these, each with its confidence."""
    asked = {case.subject: _asked(of, case) for case in cases}
    sure = stability(of, asked, {case.subject: case.seen for case in cases}, settings)
    namer = Namer(of)
    found: list[tuple[Draft, Candidate]] = []
    for case in cases:
        these = asked[case.subject]
        written = [
            namer.named(
                replace(
                    candidate(one, of, _part(case)), confidence=1.0 if one.rule == "R1" else share
                )
            )
            for one, share in zip(these, sure[case.subject], strict=True)
        ]
        for at in _chosen(of, these):
            others = tuple(one for place, one in enumerate(written) if place != at)
            found.append((these[at], _verdict(written[at], others, settings)))
    order = {id(one): at for at, one in enumerate(ranked((one for one, _ in found), of))}
    return tuple(said for one, said in sorted(found, key=lambda pair: order[id(pair[0])]))


def _asked(of: Frame, case: _Case) -> list[Draft]:
    """The drafts whose stability is worth knowing: in a large ontology the first ones."""
    large = case.seen is not None and len(case.seen.part) > LARGE
    many = (FEW if case.subject == of.floor else 1) if large else 2 * FEW
    return case.kept[:many]


def _chosen(of: Frame, these: Sequence[Draft]) -> list[int]:
    """Which of these drafts are said: the first; of the floor as many as move nothing twice."""
    if not these or these[0].subject != of.floor:
        return [0][: len(these)]
    chosen: list[int] = []
    gone = np.zeros(0, np.int64)
    for at, one in enumerate(these):
        if len(chosen) < FEW and not np.isin(one.places, gone).any():
            chosen.append(at)
            gone = np.concatenate([gone, one.places])
    return chosen


def _verdict(best: Candidate, others: tuple[Candidate, ...], settings: Thresholds) -> Candidate:
    """The best of them where it is stable, else it is left to others to choose."""
    wait = Candidate("NO_ACTION", best.subject, rule="R6", reasons=(HEALTHY,))
    if best.action == "ESCALATE":
        return replace(best, alternatives=(*best.alternatives, *others, wait))
    if best.confidence >= settings.stability and best.rule != UNCLEAR:
        return replace(best, alternatives=(*others, wait))
    why = UNSURE if best.rule == UNCLEAR else f"Only {best.confidence:.0%} of like graphs say so."
    return Candidate(
        "ESCALATE", best.subject, best.target, score=best.score, margin=best.margin,
        confidence=best.confidence, rule=best.rule, anchor=best.anchor,
        reasons=(*best.reasons, why),
        features=best.features, alternatives=(best, *others, wait),
    )  # fmt: skip
