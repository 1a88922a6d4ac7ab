"""The ontologies there are, and which one each concept is at home in.

A concept is a name that approved claims hold. Its home is one relation, from the concept to an
ontology; a concept that has none is at home in `primordial`, so that each has exactly one. What
tells nobody anything by itself is kept archived, as names are; an ontology that went is
superseded, and stays.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from passdown.contract.corpus import once
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.loops.ontology.names import Names, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.loops.ontology.payload import Place

LOOP, KIND = "ontology", "ontology"
HOME, CONCEPT = "home", "concept"
NODE = "concept"
"""In the body of a name's record: that it is a concept though no claim holds it."""
REVIEWERS = "reviewers"
"""In the body of an ontology: to whom questions about it are routed."""
BY_HAND = "set:"
"""How what made a record is called where that was no proposal."""
PRIMORDIAL = "primordial"
ACTIVE, PINNED, FROZEN = "active", "pinned", "frozen"
STATES = (ACTIVE, PINNED, FROZEN)
FLOOR, NAMED = "floor", "named"
_PART = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Domain:
    """One ontology: its record, and what that says of it."""

    record: Record

    @property
    def key(self) -> str:
        """What it is known by for good."""
        return self.record.key

    @property
    def id(self) -> str:
        """The id of its record: where the homes of its concepts point."""
        return self.record.id

    @property
    def name(self) -> str:
        """What it is called now."""
        return self.record.text

    @property
    def aliases(self) -> tuple[str, ...]:
        """What it was called before, and what went into it."""
        return tuple(self.record.body.get("aliases", ()))

    @property
    def state(self) -> str:
        """Active, pinned (it stays) or frozen (nothing of it changes)."""
        return str(self.record.body.get("state", ACTIVE))

    @property
    def reviewers(self) -> tuple[str, ...]:
        """The people to whom questions about it are routed."""
        return tuple(self.record.body.get(REVIEWERS, ()))

    @property
    def is_floor(self) -> bool:
        """Whether it is where all that has no other home is at home."""
        return self.key == PRIMORDIAL

    @property
    def is_live(self) -> bool:
        """Whether it has not gone."""
        return self.record.life is Life.ARCHIVED

    @property
    def description(self) -> str:
        """What it is about, in a sentence."""
        return str(self.record.body.get("description", ""))

    @property
    def into(self) -> str:
        """Of one that went, the id of the one it went into."""
        return str(self.record.body.get("superseded_by", ""))

    @property
    def since(self) -> At:
        """When it was made."""
        return self.record.created_at


def concept_id(name: str) -> str:
    """What the home of a concept starts from. It is no record, so that nothing stands in the way
    of undoing the claim that brought the name."""
    return record_id(CONCEPT, name)


FLOOR_ID = record_id(KIND, PRIMORDIAL)


def normal(name: str) -> str:
    """A name without case, marks and order of words: two that agree in this are one."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(sorted(part for part in _PART.split(folded) if part))


def floor() -> Record:
    """The record of the floor as every store has it from the start."""
    body = {"kind": FLOOR, "state": ACTIVE, "aliases": [], "description": "Where concepts start."}
    return Record(KIND, PRIMORDIAL, PRIMORDIAL, body, life=Life.ARCHIVED)


class Domains:
    """The ontologies that these records are, and the floor, which is always one of them."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.every: dict[str, Domain] = {one.key: Domain(one) for one in records}
        self.every.setdefault(PRIMORDIAL, Domain(floor()))

    @property
    def live(self) -> list[Domain]:
        """Those that have not gone, by key."""
        return sorted((one for one in self.every.values() if one.is_live), key=lambda o: o.key)

    def find(self, place: Place) -> Domain | None:
        """The live ontology of this key, else of this name; None when there is none."""
        if place.key:
            found = self.every.get(place.key)
            return found if found and found.is_live else None
        return self.named(place.name)

    def named(self, name: str) -> Domain | None:
        """The live ontology that is called so, or was."""
        wanted = normal(name)
        named = [one for one in self.live if normal(one.name) == wanted]
        also = [one for one in self.live if wanted in map(normal, one.aliases)]
        return next(iter((*named, *also)), None) if wanted else None

    def holders(self, name: str) -> list[Domain]:
        """The ontologies that have this name or had it, those that are there first."""
        wanted = normal(name)
        found = (one for one in self.every.values() if wanted in _names(one))
        return sorted(found, key=lambda one: (not one.is_live, one.key))

    @cached_property
    def by_id(self) -> Mapping[str, Domain]:
        """All ontologies by the ids of their records."""
        return {one.id: one for one in self.every.values()}


class Known(Domains):
    """The ontologies, the homes and the names, as they are in a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        super().__init__(corpus.records(KIND, lives=tuple(Life)))
        self._corpus = corpus
        self.names = Names(corpus)

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """Of each concept that was ever given a home, by its id, the id of that ontology."""
        return {source: edge.target for source, edge in self.housing.items()}

    @cached_property
    def housing(self) -> Mapping[str, Edge]:
        """The relation that says so, of each of them."""
        return {edge.source: edge for edge in self._corpus.kept.edges(HOME)}

    def told(self, record: Record) -> Mapping[str, Any]:
        """What is said of the concept that a record of a name stands for: in the record, and, where
        that was there already when it came from a file, in what says where it is at home."""
        if not self._noted:
            return record.body
        edge = self.housing.get(concept_id(name_of(record)))
        return {**record.body, **edge.body} if edge is not None else record.body

    @cached_property
    def _noted(self) -> bool:
        return any(edge.body for edge in self.housing.values())

    def home(self, concept: str) -> Domain:
        """Where a concept is at home: on the floor unless it was given another home that is there
        still."""
        return self._at(self.homes.get(concept_id(concept), FLOOR_ID))

    def _at(self, id: str) -> Domain:
        found = self.by_id.get(id)
        return found if found is not None and found.is_live else self.every[PRIMORDIAL]

    def housed(self, domain: Domain) -> list[str]:
        """The ids of all concepts that were given this home."""
        return sorted(source for source, target in self.homes.items() if target == domain.id)

    def moves(self, ids: Sequence[str], into: str) -> Iterator[tuple[Edge | None, Edge]]:
        """Of each concept, by id, that is to be at home at that id: its home so far, if it was
        given one, and the new one."""
        for id in ids:
            old = self.housing.get(id)
            if old is None or old.target != into:
                yield old, Edge(id, HOME, into, old.body if old else {})


def look(corpus: Corpus) -> Known:
    """What is known in a corpus, read once for each: nobody writes while one is looked at."""
    return once(corpus, Known)


def fresh_key(name: str, known: Known) -> str:
    """The key of a new ontology of this name: in words, and unlike that of any before."""
    words = _PART.sub("-", normal(name)).strip("-")[:40]
    n = 0
    while True:
        digest = hashlib.sha256(f"{normal(name)}\0{n}".encode("utf-8", "replace")).hexdigest()[:8]
        key = f"{words}-{digest}" if words else digest
        if key not in known.every:
            return key
        n += 1


def fresh(name: str, known: Known, description: str = "", **more: Any) -> Record:
    """The record of a new ontology."""
    body = {"kind": NAMED, "state": ACTIVE, "aliases": [], "description": description} | more
    return Record(KIND, fresh_key(name, known), name, body, life=Life.ARCHIVED)


def _names(one: Domain) -> set[str]:
    return {normal(name) for name in (one.name, *one.aliases)}
