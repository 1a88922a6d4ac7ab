"""What is set in order before each cycle, of which nobody is asked: the floor is there, and names
that came with a directed reading are at home where it was directed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.change import Link, Put
from passdown.domain.record import Edge
from passdown.loops.ontology.known import (
    FROZEN,
    HOME,
    KIND,
    PRIMORDIAL,
    concept_id,
    floor,
    look,
)
from passdown.loops.ontology.names import CLAIM
from passdown.loops.ontology.waiting import directed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.known import Domain, Known


def upkeep(corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The changes; none where all is in order."""
    return list(_changes(corpus))


def _changes(corpus: Corpus) -> Iterator[Change]:
    if corpus.record(KIND, PRIMORDIAL) is None:
        yield Put(floor())
    told = directed(corpus)
    if not told:
        return
    known = look(corpus)
    for name, domain in sorted(_housed(corpus, told, known).items()):
        yield Link(Edge(concept_id(name), HOME, domain.id))


def _housed(corpus: Corpus, told: Mapping[str, str], known: Known) -> dict[str, Domain]:
    """Names that were never given a home, and the ontology into which the claim was read that
    brought them first."""
    found: dict[str, Domain] = {}
    seen: set[str] = set()
    for record in sorted(corpus.records(CLAIM), key=lambda one: (one.created_at, one.key)):
        into = next((told[s] for s in record.body.get("sessions", ()) if s in told), "")
        domain = known.named(into) if into else None
        for raw in record.body.get("entities", ()):
            name = known.names.called(str(raw))
            if name in seen:
                continue
            seen.add(name)
            if domain and domain.state != FROZEN and concept_id(name) not in known.homes:
                found[name] = domain
    return found
