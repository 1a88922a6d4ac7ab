"""The graph: names and what goes together, drawn, and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

ASKED = ("scope", "around", "as_of")
SHOWN = 8


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (site.page("/graph", graph),)


def graph(visit: Visit) -> Response:
    """The names that most of what is known holds."""
    asked = {name: visit.asked(name) for name in ASKED}
    found = visit.call("graph", **asked, limit=visit.whole("limit", 120))
    return visit.show("graph.html", found=found, asked=asked, beside=_beside(found["edges"]))


def _beside(edges: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """The names that each one stands with, those most often first, so many as a table shows."""
    found: dict[str, list[str]] = {}
    for edge in edges:
        for name, other in ((edge["from"], edge["to"]), (edge["to"], edge["from"])):
            if len(some := found.setdefault(name, [])) < SHOWN:
                some.append(other)
    return found
