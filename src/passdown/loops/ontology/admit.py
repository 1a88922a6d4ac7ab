"""Who may speak now: nothing is asked about what is new, just changed, busy, or failed lately."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from passdown.loops.ontology.drafts import alike
from passdown.text.arrays import np

if TYPE_CHECKING:
    from passdown.loops.ontology.drafts import Draft
    from passdown.loops.ontology.frame import Frame
    from passdown.loops.ontology.graph import Failure, World
    from passdown.loops.ontology.thresholds import Thresholds


def barred(of: World, subject: str) -> str:
    """Why nothing at all may be asked about that ontology now; '' when it may."""
    one = of.ontologies[subject]
    if one.retired is not None:
        return "It is retired."
    if one.state == "frozen":
        return "It is frozen."
    return "Something is being ingested into it." if subject in of.inflight else ""


def refractory(of: World, subject: str, settings: Thresholds) -> float:
    """The margin by which a rule must pass: all of it just after a change, then less and less. The
    floor has none, since nobody has come to know it as a domain."""
    changed = of.changed.get(subject)
    if changed is None or of.ontologies[subject].kind == "floor":
        return 0.0
    since = of.clock - changed - settings.refractory_events
    return settings.refractory * (1.0 if since < 0 else exp(-since / settings.refractory_fade))


def admitted(
    drafts: list[Draft], frame: Frame, settings: Thresholds
) -> tuple[list[Draft], dict[str, Draft]]:
    """Those that may be asked now, in their order; and why others may not, with the first each.
    What waits for its time is not done to the same piece in another way meanwhile."""
    kept: list[Draft] = []
    back: list[tuple[str, Draft]] = []
    for one in drafts:
        like = (why for why, other in back if alike(one, other) >= settings.same_piece)
        if why := _held(one, frame, settings) or next(like, ""):
            back.append((why, one))
        else:
            kept.append(one)
    return kept, {why: one for why, one in reversed(back)}


YOUNG = "It is too young."
BUSY = "Something is being ingested into where it would go."
CHANGED = "It changed lately, and this is not clear enough to change it again."
COOLING = "The same failed lately."


def _held(one: Draft, frame: Frame, settings: Thresholds) -> str:
    of, subject = frame.world, frame.ids[one.subject]
    ontology = of.ontologies[subject]
    if one.rule != "R1" and of.clock - ontology.created < settings.min_age:
        return YOUNG
    if one.target >= 0 and one.target != frame.floor and frame.ids[one.target] in of.inflight:
        return BUSY
    if one.rule != "R1" and one.margin < refractory(of, subject, settings):
        return CHANGED
    if any(_same(failure, one, frame, settings) for failure in of.failures):
        return COOLING
    return ""


def _same(failure: Failure, one: Draft, frame: Frame, settings: Thresholds) -> bool:
    """What failed lately was this: about one of its concepts, with this action and target."""
    subject = frame.ids[one.subject]
    if failure.subject != subject or not 0 <= frame.world.clock - failure.at < settings.cooldown:
        return False
    target = frame.ids[one.target] if one.target >= 0 else ""
    if failure.action != one.action or failure.target != target:
        return False
    if failure.anchor in ("", subject):
        return True
    concepts = frame.world.graph.concepts
    return failure.anchor in {concepts[at] for at in np.asarray(frame.concept[one.places]).tolist()}
