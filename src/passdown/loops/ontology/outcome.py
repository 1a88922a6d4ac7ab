"""How a decision did, on the graph as it is later: homes as they are against homes as they would be
without it; what stayed where it was moved, and where what came later went."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from passdown.contract.loop import Outcome
from passdown.domain.clock import to_seconds
from passdown.domain.proposal import Status
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.asking import moved
from passdown.loops.ontology.known import LOOP, look
from passdown.loops.ontology.past import done, payload_of
from passdown.loops.ontology.world import picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.proposal import Proposal
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.payload import Payload
    from passdown.loops.ontology.world import Picture

DAY = 86_400.0
HORIZONS = ((30, 80), (7, 20), (0, 5))
"""Days since a decision, and the events that must have come since: a graph in which nothing happens
shows nothing."""


class Moved(NamedTuple):
    """Where each concept was, where it went, and which ontology is there only for that."""

    origins: Mapping[str, str]
    goals: Mapping[str, str]
    born: str = ""


def outcome(proposal: Proposal, corpus: Corpus, settings: Settings, since: At) -> Outcome | None:
    """In [-1, 1]; None while too little happened since, and where nothing was moved."""
    seen = picture(corpus)
    payload = payload_of(proposal, seen.known)
    n = seen.clock.since(since)
    if payload is None or n < _needed(corpus.now, since):
        return None
    what = done(payload)
    if isinstance(what, asked.NoAction):
        return _waited(what, seen, settings, n)
    went = moved_by(what, proposal.id, seen)
    if not went.origins:
        return None
    if _was_reversed(proposal, went, corpus):
        return Outcome(-1.0, n, "A later decision put most of it back.")
    return _scored(went, corpus, seen, since, n)


def moved_by(payload: Payload, proposal: str, seen: Picture) -> Moved:
    """What a decision moved, as far as its concepts are there still."""
    goals, born = dict(moved(payload)), ""
    if isinstance(payload, asked.SplitNew):
        born = _made(payload.name, proposal, seen)
        goals = dict.fromkeys(goals, born)
    there = seen.world.homes
    origins = {name: home for name, home in _origins(payload).items() if name in there}
    return Moved(origins, {name: goals[name] for name in origins if name in goals}, born)


def _origins(payload: Payload) -> Mapping[str, str]:
    match payload:
        case asked.SplitNew() | asked.SplitInto():
            return dict.fromkeys(payload.concepts, payload.donor.key)
        case asked.Merge():
            return {name: one.into.key for one in payload.held for name in one.concepts}
        case asked.Decompose():
            return dict.fromkeys(moved(payload), payload.ontology.key)
        case _:
            return {}


def _made(name: str, proposal: str, seen: Picture) -> str:
    """The key of the ontology that a split made, whatever it is called now."""
    made = [one for one in seen.known.every.values() if one.record.made_by == proposal]
    found = made[0] if made else seen.known.named(name)
    return found.key if found else ""


def _scored(went: Moved, corpus: Corpus, seen: Picture, since: At, n: int) -> Outcome:
    from passdown.loops.ontology import quality

    world, born = seen.world, (went.born,) if went.born else ()
    origin = next(iter(went.origins.values()))
    structure = quality.gained(
        quality.score(world), quality.score(quality.otherwise(world, went.origins, born, origin))
    )
    goal = next(iter(went.goals.values()), "")
    later = _later(seen, since)
    stayed = quality.stickiness(world, went.goals)
    # To stay is no merit where nobody looked; to have been taken elsewhere tells something.
    terms = [replace(stayed, value=stayed.value - 1), quality.uptake(world, later, goal, origin)]
    value = quality.blended(structure, terms)
    kept = round(100 * stayed.value)
    sentence = (
        f"Since then {n} decisions; without it all would be ordered"
        f" {'worse' if structure >= 0 else 'better'} by {abs(structure):.2f};"
        f" {kept} % of what moved is still there; {len(later)} names came later."
    )
    return Outcome(round(value, 4), n, sentence)


def _later(seen: Picture, since: At) -> frozenset[str]:
    """Names that came with claims approved since."""
    before = {n for one in seen.held if one.record.created_at <= since for n in one.names}
    return frozenset(n for one in seen.held for n in one.names) - before


def _waited(payload: asked.NoAction, seen: Picture, settings: Settings, n: int) -> Outcome | None:
    """How much better what could have been done instead would be now: 0 where waiting was right."""
    from passdown.loops.ontology.judge import judge
    from passdown.loops.ontology.knobs import thresholds
    from passdown.loops.ontology.quality import regret

    key = payload.ontology.key
    if key not in seen.world.ontologies or seen.world.ontologies[key].retired is not None:
        return None
    best = judge(seen.world, key, thresholds(settings))
    lost = regret(seen.world, best if best.action not in ("NO_ACTION", "ESCALATE") else None)
    return Outcome(round(lost, 4), n, f"To leave it as it was has cost {abs(lost):.2f} since.")


def _was_reversed(proposal: Proposal, went: Moved, corpus: Corpus) -> bool:
    from passdown.loops.ontology.quality import reversed_by

    for later in corpus.kept.asked(LOOP):
        if later.status is Status.EXECUTED and later.decided_at > proposal.decided_at:
            payload = payload_of(later, look(corpus))
            if payload is not None and reversed_by(went.origins, moved(done(payload))):
                return True
    return False


def _needed(now: At, since: At) -> int:
    days = (to_seconds(now) - to_seconds(since)) / DAY
    return next(events for least, events in HORIZONS if days >= least)
