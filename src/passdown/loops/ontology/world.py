"""The world that the rules reason about, out of what was approved: names as concepts, claims and
relations as ties, decisions as the clock."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import msgspec

from passdown.domain.proposal import Status
from passdown.domain.record import Life
from passdown.loops.ontology.graph import Failure, Ontology, World, graph, world
from passdown.loops.ontology.known import FROZEN, KIND, PINNED, Domain, Known
from passdown.loops.ontology.payload import Payload, action, goal, subject
from passdown.loops.ontology.waiting import waiting
from passdown.text.entities import ENTITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.loops.ontology.graph import State
    from passdown.loops.ontology.payload import Place

LOOP, CLAIM = "ontology", "claim"
RELATIONS = frozenset(
    ("uses", "depends_on", "part_of", "owned_by", "replaces", "configures", "related_to")
)
"""Types of relations that tie two names."""
MOST_SESSIONS = 3
"""So many sessions tell that two names belong together; more tell nothing more."""
MOST_IN_ONE = 12
"""Names of one claim that are tied; a list of a hundred says nothing about any two."""
WEIGHT, NODE = "weight", "concept"

_seen: WeakKeyDictionary[Corpus, World] = WeakKeyDictionary()


def world_of(corpus: Corpus) -> World:
    """The world as it is in this corpus, made once for each."""
    if corpus not in _seen:
        _seen[corpus] = _world(corpus)
    return _seen[corpus]


def _world(corpus: Corpus) -> World:
    known, clock = Known(corpus), Clock(corpus)
    asked = corpus.kept.asked(LOOP)
    held = list(claims(corpus))
    of = graph(ties(corpus, held), concepts(corpus, held))
    homes = {name: known.home(known.called(name)).key for name in of.concepts}
    return world(
        of,
        homes,
        [_ontology(one, clock) for one in known.every.values()],
        clock=clock.now,
        inflight=waiting(corpus, known),
        changed=_changed(asked, clock),
        failures=_failures(asked, clock),
        tombstones=[one.name for one in known.every.values() if _is_tomb(one)],
    )


class Clock:
    """Counts what was decided about knowledge: a claim approved or changed is an event, and so is
    what was done to ontologies."""

    def __init__(self, corpus: Corpus) -> None:
        every = corpus.records(CLAIM, lives=tuple(Life))
        times = [one.created_at for one in every]
        times += [one.updated_at for one in every if one.updated_at > one.created_at]
        times += [p.decided_at for p in corpus.kept.asked(LOOP) if p.status is Status.EXECUTED]
        times += [one.updated_at for one in _by_hand(corpus)]
        self._times = sorted(times)

    @property
    def now(self) -> int:
        """How many there were."""
        return len(self._times)

    def at(self, at: At) -> int:
        """How many there were until then."""
        return bisect_right(self._times, at)

    def since(self, at: At) -> int:
        """How many came later than that."""
        return self.now - self.at(at)


def _by_hand(corpus: Corpus) -> list[Record]:
    """Ontologies as a person set them, and names that came from a file."""
    ontologies = corpus.records(KIND, lives=tuple(Life))
    names = corpus.records(ENTITY, lives=tuple(Life))
    told = [one for one in ontologies if one.made_by.startswith("by_hand:")]
    return told + [one for one in names if one.body.get(NODE)]


def claims(corpus: Corpus) -> Iterator[tuple[Record, tuple[str, ...]]]:
    """Claims in force, each with the names it holds under which they are called now."""
    called = Known(corpus).called
    for record in corpus.records(CLAIM):
        if record.valid_to and record.valid_to <= corpus.now:
            continue
        names = tuple(dict.fromkeys(called(str(n)) for n in record.body.get("entities", ())))
        if names:
            yield record, names


def concepts(corpus: Corpus, held: Iterable[tuple[Record, tuple[str, ...]]]) -> frozenset[str]:
    """Every name that a claim in force holds, and those that came from a file."""
    names = {name for _, those in held for name in those}
    every = corpus.records(ENTITY, lives=tuple(Life))
    return frozenset(names.union(str(r.body.get("name")) for r in every if r.body.get(NODE)))


def ties(
    corpus: Corpus, held: Iterable[tuple[Record, tuple[str, ...]]]
) -> list[tuple[str, str, int]]:
    """What ties two names: the sessions of claims that hold both, and relations that were
    approved."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record, names in held:
        sessions = record.body.get("sessions") or (record.key,)
        for pair in combinations(sorted(names[:MOST_IN_ONE]), 2):
            told[pair].update(sessions)
    found = [(a, b, min(MOST_SESSIONS, len(those))) for (a, b), those in told.items()]
    return found + list(_related(corpus))


def _related(corpus: Corpus) -> Iterator[tuple[str, str, int]]:
    edges = [edge for edge in corpus.kept.edges() if edge.type in RELATIONS]
    if not edges:
        return
    called = Known(corpus).called
    every = corpus.records(ENTITY, lives=tuple(Life))
    names = {one.id: called(str(one.body.get("name", one.text))) for one in every}
    for edge in edges:
        if edge.source in names and edge.target in names:
            yield names[edge.source], names[edge.target], int(edge.body.get(WEIGHT, 1))


def _ontology(one: Domain, clock: Clock) -> Ontology:
    states: dict[str, State] = {PINNED: "pinned", FROZEN: "frozen"}
    into = str(one.record.body.get("superseded_by", ""))
    return Ontology(
        one.key,
        one.name,
        "floor" if one.is_floor else "named",
        states.get(one.state, "active"),
        str(one.record.body.get("description", "")),
        one.aliases,
        0 if one.is_floor else clock.at(one.since),
        None if one.is_live else clock.at(one.record.updated_at),
        into,
    )


def _is_tomb(one: Domain) -> bool:
    return not one.is_live and not one.record.body.get("superseded_by")


def payload_of(proposal: Proposal) -> Payload | None:
    """What was asked; None where that was forgotten."""
    try:
        found: Payload = msgspec.convert(proposal.payload, Payload)
    except msgspec.ValidationError:
        return None
    return found


def _changed(asked: Sequence[Proposal], clock: Clock) -> Mapping[str, int]:
    """When each ontology last gained or lost concepts by a decision."""
    found: dict[str, int] = {}
    for proposal in asked:
        if proposal.status is Status.EXECUTED and (payload := payload_of(proposal)) is not None:
            at = clock.at(proposal.decided_at)
            found |= {place.key: at for place in places(payload) if place.key}
    return found


def places(payload: Payload) -> list[Place]:
    """Every ontology that it takes from or adds to."""
    from passdown.loops.ontology import payload as asked

    match payload:
        case asked.SplitNew():
            return [payload.donor]
        case asked.SplitInto():
            return [payload.donor, payload.into]
        case asked.Merge():
            return [*payload.donors, *([payload.into] if payload.into else [])]
        case asked.Decompose():
            return [payload.ontology, *(route.into for route in payload.routes)]
        case asked.Escalate() if payload.choice < len(payload.choices):
            return places(payload.choices[payload.choice])
        case _:
            return []


def _failures(asked: Sequence[Proposal], clock: Clock) -> list[Failure]:
    """What was tried in vain; with the code and the words in which that was told."""
    found = []
    for one in asked:
        if one.status is Status.FAILED and (payload := payload_of(one)) is not None:
            at = clock.at(one.decided_at)
            anchor = str(getattr(payload, "anchor", ""))
            told = (subject(payload).key, anchor, action(payload), goal(payload))
            found.append(Failure(*told, at, one.failure_code, one.reason))  # type: ignore[arg-type]
    return found
