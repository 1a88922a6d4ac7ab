"""Which ontology each name is at home in, kept while homes, names and ontologies change."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from passdown.contract.query import Changed
from passdown.domain.record import Life
from passdown.loops.ontology.called import Called
from passdown.loops.ontology.known import HOME, KIND, PRIMORDIAL, Domains, concept_id
from passdown.text.entities import ENTITY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.record import Edge, Record

    Records = Mapping[str, Record | None]


class Housing:
    """The ontologies, and where each concept was given a home."""

    def __init__(self) -> None:
        self.known = Domains(())
        self._records: dict[str, Record] = {}
        self._alive: dict[str, str] = {}
        self._homes: dict[str, str] = {}

    def put(self, records: Records) -> bool:
        """Ontologies came, went or are others; whether there is anything to it."""
        found = of_kind(KIND, records, self._records)
        if not found and self._alive:
            return False
        for id, record in found.items():
            self._records.pop(id, None)
            if record is not None:
                self._records[id] = record
        self.known = Domains(sorted(self._records.values(), key=attrgetter("key")))
        self._alive = {id: one.key for id, one in self.known.by_id.items() if one.is_live}
        return True

    def house(self, concept: str, edges: Sequence[Edge]) -> Edge | None:
        """The home of a concept, by its id, is what these relations say; the one that does."""
        at = next((edge for edge in reversed(edges) if edge.type == HOME), None)
        if at is None:
            self._homes.pop(concept, None)
        else:
            self._homes[concept] = at.target
        return at

    def of(self, concept: str) -> str:
        """The key of the home of a concept, by its id."""
        return self._alive.get(self._homes.get(concept, ""), PRIMORDIAL)


class Homes:
    """What tells the home of a name, whatever it is called by."""

    def __init__(self, corpus: Corpus) -> None:
        self._housing, self._called = Housing(), Called()
        every = tuple(Life)
        records = [*corpus.records(KIND, lives=every), *corpus.records(ENTITY, lives=every)]
        edges = groupby(corpus.kept.edges(HOME), key=attrgetter("source"))
        by_source = {source: list(some) for source, some in edges}
        self.follow(Changed({one.id: one for one in records}, by_source, ()), corpus.now)

    @property
    def known(self) -> Domains:
        """The ontologies."""
        return self._housing.known

    def follow(self, changed: Changed, now: At) -> None:
        """Be as if drawn anew, now that this has changed."""
        self._housing.put(changed.records)
        for source, edges in changed.edges.items():
            self._housing.house(source, edges)
        names = of_kind(ENTITY, changed.records, self._called.records)
        if any([self._called.put(id, record) for id, record in names.items()]):
            self._called.settle()

    def of(self, name: str) -> str:
        """The key of a name's home."""
        return self._housing.of(concept_id(self._called.of(name)))


def of_kind(kind: str, records: Records, known: Mapping[str, object]) -> Records:
    """Those of this kind, with those that were and are gone."""
    return {
        id: record
        for id, record in records.items()
        if (record.kind == kind if record is not None else id in known)
    }
