"""A graph from a file as changes, and what is known as such a file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.domain.change import Link, Put, Unlink
from passdown.domain.errors import NotFound, Unreadable
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.domain.scope import GLOBAL
from passdown.loops.ontology.changes import move
from passdown.loops.ontology.checks import TARGET_FROZEN, refuse
from passdown.loops.ontology.files import dump, load
from passdown.loops.ontology.inherit import SAID
from passdown.loops.ontology.known import (
    FLOOR_ID,
    FROZEN,
    HOME,
    NODE,
    Domain,
    concept_id,
    fresh,
    look,
)
from passdown.loops.ontology.world import AGE, LABEL, WEIGHT, picture
from passdown.text.entities import ENTITY, record_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.loops.ontology.graph import Ontology, World
    from passdown.loops.ontology.known import Known

TIE = "related_to"
LARGEST = 256 * 1024 * 1024


def read(path: str, clean: Callable[[str], str]) -> World:
    """The world that a file tells, redacted; Unreadable says what is wrong with it."""
    file = Path(path).expanduser()
    if not file.is_file():
        raise NotFound(f"no file {file}", next="Name a graph file.")
    if file.stat().st_size > LARGEST:
        raise Unreadable("the graph file is too large", where=str(file))
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeError as error:
        raise Unreadable("the graph file is not UTF-8", where=str(file)) from error
    return load(clean(text), where=str(file))


def written(corpus: Corpus) -> dict[str, Any]:
    """What is known, as such a file tells it."""
    found: dict[str, Any] = json.loads(dump(picture(corpus).world))
    return found


def changes(told: World, corpus: Corpus, said: int) -> Iterator[Change]:
    """Its concepts, ties, ontologies and homes, beside what there is: an ontology of a name that
    is known is that one."""
    known = look(corpus)
    domains, made = _domains(told, known, said)
    yield from (Put(record) for record in made)
    noted = dict(_noted(told, known))
    yield from _concepts(told, known, said)
    yield from _ties(told)
    for key in sorted({*told.homes.values()}):
        names = [name for name, home in told.homes.items() if home == key]
        domain = domains.get(key)
        into = domain.id if domain else FLOOR_ID
        yield from move((concept_id(name) for name in names if name not in noted), into, known)
        for name in sorted(noted.keys() & set(names)):
            yield from _at_home(Edge(concept_id(name), HOME, into, noted[name]), known)


def _domains(told: World, known: Known, said: int) -> tuple[Mapping[str, Domain], list[Record]]:
    """Each of its ontologies as one that there is, or one that is made."""
    found: dict[str, Domain] = {}
    made: list[Record] = []
    for one in told.live():
        if one.kind == "floor":
            continue
        domain = known.named(one.name)
        if domain is None:
            domain = Domain(_record(one, told, known, said))
            made.append(domain.record)
        elif domain.state == FROZEN:
            refuse(TARGET_FROZEN, f"{domain.name} is frozen: nothing of it changes", domain.key)
        found[one.id] = domain
    return found, made


def _record(one: Ontology, told: World, known: Known, said: int) -> Record:
    more: dict[str, Any] = {"state": one.state, "aliases": list(one.aliases), SAID: [said]}
    more[AGE] = max(0, told.clock - one.created)
    made = fresh(one.name, known, one.description, **more)
    return made if one.id in known.every else replace(made, key=one.id)


def _concepts(told: World, known: Known, said: int) -> Iterator[Change]:
    """A record for each name, which claims share: what is there already stays as it is."""
    there = {one.key: one for one in known.names.records}
    for name, label in _labelled(told):
        key = record_key(name, GLOBAL)
        body: dict[str, Any] = {"name": name, "kind": "concept", "aliases": []}
        body |= {NODE: True, SAID: [said]} | ({LABEL: label} if label != name else {})
        made = Record(ENTITY, key, name, body, life=Life.ARCHIVED)
        yield Put(there.get(key) or made, shared=True)


def _noted(told: World, known: Known) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names of which a record does not say what the file does, and what that is: it is told by the
    relation to their home, so that nothing that somebody else made is changed."""
    there = {one.key: one for one in known.names.records}
    for name, label in _labelled(told):
        old = there.get(record_key(name, GLOBAL))
        if old is None:
            continue
        said = known.told(old)
        if not said.get(NODE) or said.get(LABEL, name) != label:
            yield name, {NODE: True, LABEL: label}


def _at_home(edge: Edge, known: Known) -> Iterator[Change]:
    if old := known.housing.get(edge.source):
        yield Unlink(old)
    yield Link(edge)


def _labelled(told: World) -> Iterator[tuple[str, str]]:
    return zip(told.graph.concepts, told.graph.labels, strict=True)


def _ties(told: World) -> Iterator[Change]:
    of = told.graph
    ids = [record_id(ENTITY, record_key(name, GLOBAL)) for name in of.concepts]
    ends = zip(of.left.tolist(), of.right.tolist(), of.weight.tolist(), strict=True)
    for left, right, weight in ends:
        yield Link(Edge(ids[left], TIE, ids[right], {WEIGHT: weight}))
