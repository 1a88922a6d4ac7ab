"""Knowledge: what is known, found by word or by kind, and the life of one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

PAGE = 100
ASKED = ("kind", "scope", "category", "entity", "as_of")


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (
        site.page("/knowledge", knowledge),
        site.page("/knowledge/{id}", record),
    )


def knowledge(visit: Visit) -> Response:
    """What a search finds, with why; without words, what there is."""
    words, asked = visit.asked("q").strip(), {name: visit.asked(name) for name in ASKED}
    shown = visit.call("records", kind=asked["kind"], limit=PAGE)
    found = None
    if words:
        found = visit.call("search", query=words, explain=True, limit=50, **asked)
    return visit.show(
        "knowledge.html",
        words=words,
        asked=asked,
        records=shown["records"],
        counts=shown["counts"],
        found=found,
    )


def record(visit: Visit) -> Response:
    """One record: what it rests on, who decided, whom it was told, whether it helped."""
    told = visit.call("why", id=visit.asked("id"))
    whole = visit.call("get", id=told["record"]["id"])
    return visit.show("record.html", **told, related=whole["related"], versions=whole["versions"])
