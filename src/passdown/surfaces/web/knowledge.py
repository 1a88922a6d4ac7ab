"""Knowledge: what is known, found by word or by kind, and the life of one record."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import RedirectResponse

from passdown.domain.clock import later, to_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

PAGE = 100
UNITS, FEW = (86_400.0, 3600.0, 60.0), 3
ASKED = ("kind", "scope", "category", "entity", "ontology", "as_of")


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (
        site.page("/knowledge", knowledge),
        site.page("/knowledge/{id}", record),
        site.page("/knowledge/{id}/life", life),
    )


def knowledge(visit: Visit) -> Response:
    """What a search finds, with why; without words, what there is."""
    words, asked = visit.asked("q").strip(), {name: visit.asked(name).strip() for name in ASKED}
    if asked["ontology"] and not (words or asked["entity"]):
        return RedirectResponse(f"/ontologies/{quote(asked['ontology'], safe='')}", 303)
    words = words or asked["entity"]
    narrow = {name: asked[name] for name in ("kind", "scope", "category")}
    shown = visit.call("records", **narrow, limit=PAGE)
    place = visit.asked("in")
    found = _found(visit, words, place, asked) if words else None
    return visit.show(
        "knowledge.html",
        words=words,
        asked=asked,
        place=place,
        records=shown["records"],
        counts=shown["counts"],
        found=found,
    )


def _found(visit: Visit, words: str, place: str, asked: dict[str, str]) -> Any:
    """What is found there; what was said has neither a category nor names, nor a record's kind."""
    if place == "sessions":
        asked = {name: asked[name] for name in ("scope", "as_of")}
    return visit.call("search", query=words, explain=True, limit=50, **asked, **{"in": place})


def life(visit: Visit) -> Response:
    """How a record read at a moment of its life, as the part of its page."""
    told = visit.call("life", id=visit.asked("id"))
    made = [one["at"] for one in told["versions"]] or [told["as_of"]]
    step, last = _steps(made[0], told["as_of"])
    place = min(visit.whole("place", last), last)
    if place < last:
        told = visit.call("life", id=told["id"], as_of=later(made[0], seconds=step * place))
    n = bisect_right(made, told["as_of"])
    marks = [int((to_seconds(at) - to_seconds(made[0])) // step) for at in made]
    return visit.show("part/life.html", told=told, n=n, place=place, last=last, marks=marks)


def _steps(first: str, now: str) -> tuple[float, int]:
    """How long one step through this time is, and how many there are: days, unless it is so short
    that there would be few."""
    whole = max(to_seconds(now) - to_seconds(first), 1.0)
    step = next((unit for unit in UNITS if whole >= FEW * unit), 1.0)
    return step, int(-(-whole // step))


def record(visit: Visit) -> Response:
    """One record: what it rests on, who decided, whom it was told, whether it helped."""
    told = visit.call("why", id=visit.asked("id"))
    whole = visit.call("get", id=told["record"]["id"])
    return visit.show("record.html", **told, related=whole["related"], versions=whole["versions"])
