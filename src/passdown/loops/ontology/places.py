"""Payloads as they are meant: every ontology by its key and by its name, whichever was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.payload import Place

if TYPE_CHECKING:
    from passdown.loops.ontology.known import Domains
    from passdown.loops.ontology.payload import Choice, Payload, Route


def place(given: Place, known: Domains) -> Place:
    """The ontology that is meant, also one that went; as it was given where there never was one."""
    one = known.every.get(given.key) if given.key else known.named(given.name)
    if one is None:
        one = next(iter(known.holders(given.name)), None) if not given.key else None
    return Place(one.key, given.name or one.name) if one else given


def placed(payload: Payload, known: Domains) -> Payload:
    """The same, with all of its ontologies named so."""
    if isinstance(payload, asked.Escalate):
        choices = tuple(_choice(one, known) for one in payload.choices)
        return replace(payload, ontology=place(payload.ontology, known), choices=choices)
    return _choice(payload, known)


def _choice(payload: Choice, known: Domains) -> Choice:
    match payload:
        case asked.SplitNew():
            return replace(payload, donor=place(payload.donor, known))
        case asked.SplitInto():
            donor, into = place(payload.donor, known), place(payload.into, known)
            return replace(payload, donor=donor, into=into)
        case asked.Merge():
            donors = tuple(place(one, known) for one in payload.donors)
            into_one = place(payload.into, known) if payload.into else None
            held = tuple(_route(one, known) for one in payload.held)
            return replace(payload, donors=donors, into=into_one, held=held)
        case asked.Decompose():
            routes = tuple(_route(one, known) for one in payload.routes)
            return replace(payload, ontology=place(payload.ontology, known), routes=routes)
        case _:
            return replace(payload, ontology=place(payload.ontology, known))


def _route(route: Route, known: Domains) -> Route:
    return replace(route, into=place(route.into, known))
