"""Ontologies: drawn as regions after any of the decisions, what presses on them, and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

ZONES = {
    "comfort": "They are easy to know.",
    "watch": "Some are getting hard to know.",
    "tight": "Many are hard to know.",
    "over": "Most are hard to know.",
    "emergency": "They are too hard to know.",
}
NEEDS = {
    "splits": "Splits would help: large ones are split more readily.",
    "merges": "Merges would help: small ones are merged more readily.",
}


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of these pages."""
    return (site.page("/ontologies", ontologies), site.page("/ontologies/{name}", ontology))


def ontologies(visit: Visit) -> Response:
    """All of them, as they are or as they were after a decision."""
    said = visit.asked("step")
    step = int(said) if said.isdecimal() and len(said) < 9 else -1
    found = visit.call("ontology.regions", step=step, limit=visit.whole("limit", 150))
    pressure = visit.call("ontology.pressure")
    told = (ZONES.get(pressure["zone"], ""), NEEDS.get(pressure["need"], ""))
    return visit.show("ontologies.html", found=found, pressure=pressure, told=told)


def ontology(visit: Visit) -> Response:
    """One of them: its concepts, what belongs to it, and what was decided about it."""
    found = visit.call("ontology.show", name=visit.asked("name"))
    return visit.show("ontology.html", found=found)
