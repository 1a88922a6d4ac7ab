"""Ontologies as what records and questions are filtered by, and what sessions are read into."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict, NotFound
from passdown.loops.ontology.checks import TARGET_FROZEN
from passdown.loops.ontology.inherit import majority
from passdown.loops.ontology.known import FROZEN, LOOP, look
from passdown.loops.ontology.past import concerned, meant
from passdown.loops.ontology.payload import Place
from passdown.text.entities import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record
    from passdown.loops.ontology.homes import Homes
    from passdown.loops.ontology.known import Domain

MOST_TEXTS = 100
"""Texts of a question that are looked at for names."""


def of(homes: Homes) -> Callable[[Record], str]:
    """The key of the ontology that most names of a record are at home in."""

    def belongs(record: Record) -> str:
        said = record.body.get("entities")
        names = keys(record.text) if said is None else map(str, said)
        return majority(names, homes.of)

    return belongs


def named(corpus: Corpus, name: str) -> str:
    """The key of the ontology of this name; NotFound when there is none."""
    return _the(corpus, name).key


def open_to(corpus: Corpus, name: str) -> str:
    """The name of the ontology as it is called now; Conflict where it is frozen."""
    one = _the(corpus, name)
    if one.state == FROZEN:
        what = f"{one.name} is frozen: nothing comes to it"
        step = f"passdown ontology activate {one.name}"
        raise Conflict(what, where=one.key, next=step, check=TARGET_FROZEN)
    return one.name


def about(homes: Homes) -> Callable[[str, Mapping[str, Any]], frozenset[str]]:
    """The keys of the ontologies that a question speaks of: one of this loop of all that it would
    change, any other of the one that most of its names are at home in."""

    def speaks(loop: str, raw: Mapping[str, Any]) -> frozenset[str]:
        if loop == LOOP:
            found = meant(raw, homes.known)
            return frozenset(concerned(found)) if found is not None else frozenset()
        return frozenset({majority(_names(raw), homes.of)} - {""})

    return speaks


def keepers(corpus: Corpus) -> Mapping[str, frozenset[str]]:
    """Of each live ontology the people to whom questions about it are routed."""
    return {one.key: frozenset(one.reviewers) for one in look(corpus).live}


def _names(raw: Mapping[str, Any]) -> Iterator[str]:
    """The names in a question: those it lists, else those that its words hold."""
    said = raw.get("entities")
    if isinstance(said, list | tuple):
        return map(str, said)
    return (name for text in islice(_texts(raw), MOST_TEXTS) for name in keys(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _the(corpus: Corpus, name: str) -> Domain:
    known = look(corpus)
    found = known.find(Place(name, name)) or known.named(name)
    if found is None:
        raise NotFound(f"no ontology {name[:80]!r}", next="`passdown ontology list` has them.")
    return found
