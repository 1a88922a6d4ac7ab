"""Names, their homes, and what belongs to each ontology, kept while what is known changes: what a
picture drawn anew says of them, without a look at everything."""

from __future__ import annotations

import sys
from collections import Counter
from heapq import heappop, heappush
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from passdown.contract.query import Changed
from passdown.domain.record import Life
from passdown.loops.ontology.called import Called
from passdown.loops.ontology.homes import Housing, of_kind
from passdown.loops.ontology.inherit import majority
from passdown.loops.ontology.known import KIND, LOOP, NODE, concept_id
from passdown.loops.ontology.names import CLAIM
from passdown.loops.ontology.questions import Questions
from passdown.loops.ontology.ties import Holding, Ties
from passdown.loops.ontology.world import RELATIONS, WEIGHT
from passdown.text.entities import ENTITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.record import Edge, Record
    from passdown.loops.ontology.called import Named
    from passdown.loops.ontology.homes import Records
    from passdown.loops.ontology.known import Domains


class Related(NamedTuple):
    """A relation between the records of two names, and what it weighs."""

    source: str
    type: str
    target: str
    weight: int


class Atlas:
    """Ontologies, concepts with their homes, and claims. Names that came, went or moved, and claims
    whose names did, are noted while changes are told, and settled at their end."""

    def __init__(self, corpus: Corpus) -> None:
        self._housing = Housing()
        self.questions = Questions()
        self.ties, self.called = Ties(), Called()
        self.homes: dict[str, str] = {}
        self.sizes = Counter[str]()
        self.belongs: dict[str, set[str]] = {}
        self._belongs: dict[str, str] = {}
        self._noted: dict[str, bool] = {}
        self._concepts: dict[str, str] = {}
        self._extra = Counter[str]()
        self._nodes: dict[str, str] = {}
        self._related: dict[str, frozenset[Related]] = {}
        self._ends: dict[str, set[Related]] = {}
        self._drawn: dict[Related, tuple[str, str]] = {}
        self._until: list[tuple[At, str]] = []
        self._moving, self._holding = set[str](), set[str]()
        self.follow(_everything(corpus), corpus.now)

    @property
    def known(self) -> Domains:
        """The ontologies."""
        return self._housing.known

    def follow(self, changed: Changed, now: At) -> None:
        """Be as if drawn anew, now that this has changed."""
        for one in changed.asked:
            self.questions.put(one)
        self._found(changed.records)
        for source, edges in changed.edges.items():
            self._relate(source, edges)
        renoted = {source for source, edges in changed.edges.items() if self._house(source, edges)}
        self._name(of_kind(ENTITY, changed.records, self.called.records), renoted)
        for id, record in of_kind(CLAIM, changed.records, self.ties.holdings).items():
            self._claim(id, self._held(record, now))
        while self._until and self._until[0][0] <= now:
            at, id = heappop(self._until)
            if id in self.ties.holdings and self.ties.holdings[id].until == at:
                self._claim(id, None)
        self._settle()

    # ---- ontologies and homes

    def _found(self, records: Records) -> None:
        """Ontologies came, went or are others: concepts fall to the floor, or come back."""
        if self._housing.put(records):
            self.questions.renamed()
            names, at = self._concepts.items(), self._housing.of
            self._moving.update(name for id, name in names if at(id) != self.homes[name])

    def _house(self, concept: str, edges: Sequence[Edge]) -> bool:
        """Where a concept is at home; whether another thing is noted of it there."""
        at = self._housing.house(concept, edges)
        if concept in self._concepts:
            self._moving.add(self._concepts[concept])
        before = self._noted.pop(concept, None)
        if at is not None and NODE in at.body:
            self._noted[concept] = bool(at.body[NODE])
        return self._noted.get(concept) != before

    # ---- names and relations

    def _name(self, records: Records, renoted: set[str]) -> None:
        """Names came or went, or are called otherwise."""
        renamed = [self.called.put(id, record) for id, record in records.items()]
        due = set(records)
        if renoted:
            told = self.called.records.items()
            due.update(id for id, one in told if concept_id(one.name) in renoted)
        if any(renamed):
            others = self.called.settle()
            due.update(id for name in others for id in self.called.ids(name))
            self._rename(others)
        for id in due:
            self._redraw(id)

    def _rename(self, names: frozenset[str]) -> None:
        """These names are called otherwise in every claim."""
        held = self.ties.holdings.items()
        for id, one in [pair for pair in held if not names.isdisjoint(pair[1].said)]:
            self._claim(id, one._replace(names=self._called(one.said)))

    def _redraw(self, id: str) -> None:
        """What the record of a name stands for, and its relations, as they are by now."""
        self._count(self._nodes.pop(id, ""), -1)
        named = self.called.records.get(id)
        if named is not None and self._is_node(named):
            self._nodes[id] = self.called.of(named.name)
            self._count(self._nodes[id], 1)
        for one in self._ends.get(id, ()):
            self._undraw(one)
            self._draw(one)

    def _is_node(self, named: Named) -> bool:
        return self._noted.get(concept_id(named.name), named.node) if self._noted else named.node

    def _relate(self, source: str, edges: Sequence[Edge]) -> None:
        """The relations that start from here, and no others."""
        now = frozenset(_related(edge) for edge in edges if edge.type in RELATIONS)
        before = self._related.pop(source, frozenset())
        for gone in before - now:
            self._undraw(gone)
            self._ends[gone.source].discard(gone)
            self._ends[gone.target].discard(gone)
        if now:
            self._related[source] = now
        for come in now - before:
            self._ends.setdefault(come.source, set()).add(come)
            self._ends.setdefault(come.target, set()).add(come)
            self._draw(come)

    def _draw(self, one: Related) -> None:
        ends = [self.called.records.get(id) for id in (one.source, one.target)]
        names = [self.called.of(end.name) for end in ends if end is not None]
        if len(names) == len(ends):
            self._drawn[one] = names[0], names[1]
            self.ties.relate(*self._drawn[one], one.weight)
            self._count(names[0], 1)
            self._count(names[1], 1)

    def _undraw(self, one: Related) -> None:
        names = self._drawn.pop(one, None)
        if names is not None:
            self.ties.relate(*names, -one.weight)
            self._count(names[0], -1)
            self._count(names[1], -1)

    def _count(self, name: str, more: int) -> None:
        """So many more or fewer say that this is a concept, beside the claims that hold it."""
        if name:
            self._extra[name] += more
            if not self._extra[name]:
                del self._extra[name]
            self._moving.add(name)

    # ---- claims

    def _held(self, record: Record | None, now: At) -> Holding | None:
        """What a claim holds; None where it is not in force, or holds no name."""
        if record is None or record.life is not Life.ACTIVE or "" < record.valid_to <= now:
            return None
        said = tuple(sys.intern(str(name)) for name in record.body.get("entities", ()))
        told = dict.fromkeys(map(str, record.body.get("sessions") or (record.key,)))
        names = self._called(said)
        return Holding(record.key, said, names, tuple(told), record.valid_to) if names else None

    def _called(self, said: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(map(self.called.of, said)))
        return said if names == said else names

    def _claim(self, id: str, now: Holding | None) -> None:
        """What the claim of this id holds, and nothing else."""
        if now == self.ties.holdings.get(id):
            return
        before = self.ties.drop(id)
        if now is not None:
            self.ties.hold(id, now)
            if now.until:
                heappush(self._until, (now.until, id))
        self._moving.update(*(one.names for one in (before, now) if one is not None))
        self._holding.add(id)

    # ---- settling

    def _settle(self) -> None:
        """Every name that came, went or moved is at home where it is; then the claims follow."""
        for name in self._moving:
            self._place(name)
        for id in self._holding:
            one = self.ties.holdings.get(id)
            self._assign(id, majority(one.names, self.homes.__getitem__) if one else "")
        self._moving, self._holding = set(), set()

    def _place(self, name: str) -> None:
        id, before = concept_id(name), self.homes.pop(name, "")
        there = name in self.ties.holders or name in self._extra
        home = self._housing.of(id) if there else ""
        if there:
            self.homes[name], self._concepts[id] = home, name
        else:
            self._concepts.pop(id, None)
        if home != before:
            _move(self.sizes, before, home)
            self._holding |= self.ties.holders.get(name, set())

    def _assign(self, id: str, home: str) -> None:
        before = self._belongs.pop(id, "")
        if home:
            self._belongs[id] = home
        if home == before:
            return
        if before:
            self.belongs[before].discard(id)
        if home:
            self.belongs.setdefault(home, set()).add(id)


def _everything(corpus: Corpus) -> Changed:
    """All that there is, as if it had come just now."""
    every = tuple(Life)
    records = [*corpus.records(KIND, lives=every), *corpus.records(ENTITY, lives=every)]
    records += corpus.records(CLAIM)
    edges = groupby(corpus.kept.edges(), key=attrgetter("source"))
    by_source = {source: list(some) for source, some in edges}
    return Changed({one.id: one for one in records}, by_source, corpus.kept.asked(LOOP))


def _related(edge: Edge) -> Related:
    weight = max(1, int(edge.body.get(WEIGHT, 1)))
    return Related(edge.source, edge.type, edge.target, weight)


def _move(sizes: Counter[str], before: str, now: str) -> None:
    if now:
        sizes[now] += 1
    if before:
        sizes[before] -= 1
        if not sizes[before]:
            del sizes[before]
