"""The world as it is after a candidate: for previews, replays and what-if, never for the store."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from passdown.loops.ontology.graph import Ontology, World

if TYPE_CHECKING:
    from passdown.loops.ontology.graph import Candidate


def after(of: World, one: Candidate, *, id: str = "", events: int = 1) -> World:
    """That world with the candidate done and so many events later; one that changes nothing, or is
    for others to choose, leaves it as it is. `id` is that of a new ontology."""
    if one.action in ("NO_ACTION", "ESCALATE"):
        return of
    clock = of.clock + events
    known = dict(of.ontologies)
    new = id or fresh_id(one)
    if one.action == "SPLIT_NEW":
        known[new] = Ontology(new, one.name or new, description=one.description, created=clock)
    elif one.action == "RENAME":
        known[one.subject] = _called(known[one.subject], one)
    elif one.action in ("MERGE", "DECOMPOSE_TO_PRIMORDIAL"):
        gone = known[one.subject]
        known[one.subject] = replace(gone, retired=clock, retired_into=one.target)
        if one.action == "MERGE":
            known[one.target] = _also(known[one.target], gone)
    routes = {concept: target or new for concept, target in one.routes}
    touched = {one.subject, *routes.values()} if routes else set()
    return replace(
        of,
        ontologies={key: known[key] for key in sorted(known)},
        homes={**of.homes, **routes},
        clock=clock,
        changed={**of.changed, **dict.fromkeys(sorted(touched), clock)},
    )


def fresh_id(one: Candidate) -> str:
    """An id for what this candidate would make, by what it would move out of where."""
    told = "\n".join((one.subject, *one.moved)).encode("utf-8", "surrogatepass")
    return "ont_" + blake2b(told, digest_size=8).hexdigest()


def _called(one: Ontology, rename: Candidate) -> Ontology:
    aliases = tuple(dict.fromkeys((*one.aliases, one.name)))
    description = rename.description or one.description
    return replace(one, name=rename.name, aliases=aliases, description=description)


def _also(one: Ontology, gone: Ontology) -> Ontology:
    return replace(one, aliases=tuple(dict.fromkeys((*one.aliases, gone.name, *gone.aliases))))
