"""The world that the rules reason about, out of what was approved: names as concepts, claims and
relations as ties, decisions as the clock."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from passdown.contract.corpus import once
from passdown.loops.ontology.clock import Clock
from passdown.loops.ontology.graph import Ontology, World, graph, world
from passdown.loops.ontology.known import FROZEN, NODE, PINNED, Domain, Known, look
from passdown.loops.ontology.names import CLAIM, name_of
from passdown.loops.ontology.past import changed, failures
from passdown.loops.ontology.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record
    from passdown.loops.ontology.graph import State

RELATIONS = frozenset(
    ("uses", "depends_on", "part_of", "owned_by", "replaces", "configures", "related_to")
)
"""Types of relations that tie two names."""
MOST_SESSIONS = 3
"""So many sessions tell that two names belong together; more tell nothing more."""
MOST_IN_ONE = 12
"""Names of one claim that are tied; a list of a hundred says nothing about any two."""
WEIGHT, LABEL = "weight", "label"
"""In the body of a relation how much it ties; in that of a name what it is called."""
AGE = "events"
"""In the body of an ontology that came from a file: how many events it had seen there."""


class Held(NamedTuple):
    """A claim in force, and the names it holds under which they are called now."""

    record: Record
    names: tuple[str, ...]


class Picture(NamedTuple):
    """Everything that is known of ontologies at one time."""

    known: Known
    clock: Clock
    held: Sequence[Held]
    world: World


def picture(corpus: Corpus) -> Picture:
    """The picture of this corpus, drawn once for each."""
    return once(corpus, _draw)


def _draw(corpus: Corpus) -> Picture:
    known, clock = look(corpus), Clock(corpus)
    held = list(_claims(corpus, known))
    names = {name for one in held for name in one.names} | _nodes(known)
    told = ((name_of(one), known.told(one)) for one in known.names.records)
    labels = {name: str(body[LABEL]) for name, body in told if LABEL in body}
    of = graph([*_together(held), *_related(corpus, known)], names, labels)
    found = world(
        of,
        {name: known.home(name).key for name in of.concepts},
        [_ontology(one, clock) for one in known.every.values()],
        clock=clock.now,
        inflight=waiting(corpus, known),
        changed=changed(corpus, clock, known),
        failures=failures(corpus, clock, known),
        tombstones=[one.name for one in known.every.values() if _is_tomb(one)],
    )
    return Picture(known, clock, held, found)


def _claims(corpus: Corpus, known: Known) -> Iterator[Held]:
    for record in corpus.records(CLAIM):
        if record.valid_to and record.valid_to <= corpus.now:
            continue
        every = (known.names.called(str(name)) for name in record.body.get("entities", ()))
        if names := tuple(dict.fromkeys(every)):
            yield Held(record, names)


def _nodes(known: Known) -> set[str]:
    """Names that came from a file: concepts though no claim holds them."""
    records = known.names.records
    return {known.names.called(name_of(one)) for one in records if known.told(one).get(NODE)}


def _together(held: Sequence[Held]) -> Iterator[tuple[str, str, int]]:
    """Names that stand in one claim, by how many sessions say so."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record, names in held:
        sessions = record.body.get("sessions") or (record.key,)
        for one, other in combinations(sorted(names[:MOST_IN_ONE]), 2):
            told[one, other].update(sessions)
    for (one, other), those in told.items():
        yield one, other, min(MOST_SESSIONS, len(those))


def _related(corpus: Corpus, known: Known) -> Iterator[tuple[str, str, int]]:
    """Names of which an approval says how one is related to the other."""
    edges = [edge for edge in corpus.kept.edges() if edge.type in RELATIONS]
    names = (
        {one.id: known.names.called(name_of(one)) for one in known.names.records} if edges else {}
    )
    for edge in edges:
        if edge.source in names and edge.target in names:
            yield names[edge.source], names[edge.target], max(1, int(edge.body.get(WEIGHT, 1)))


def _ontology(one: Domain, clock: Clock) -> Ontology:
    states: dict[str, State] = {PINNED: "pinned", FROZEN: "frozen"}
    return Ontology(
        one.key,
        one.name,
        "floor" if one.is_floor else "named",
        states.get(one.state, "active"),
        one.description,
        one.aliases,
        0 if one.is_floor else clock.at(one.since) - int(one.record.body.get(AGE, 0)),
        None if one.is_live else clock.at(one.record.updated_at),
        one.into,
    )


def _is_tomb(one: Domain) -> bool:
    return not one.is_live and not one.into
