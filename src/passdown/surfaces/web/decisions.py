"""Decisions: what was decided, one of them with its whole chain of reasons, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.surfaces.web.plot import history
from passdown.surfaces.web.said import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

PAGE = 50
ASKED = ("loop", "event", "by")
SOON = 2000
"""Entries of the ledger that are walked before one could look away."""


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (
        site.page("/decisions", decisions),
        site.page("/decisions/{id}", decision),
        site.page("/decisions/{id}/similar", similar),
        site.page("/decisions/{id}/undo", undo, "POST"),
        site.page("/ledger", ledger),
        site.page("/ledger/verified", verified),
    )


def decisions(visit: Visit) -> Response:
    """What was decided, newest first."""
    asked = {name: visit.asked(name) for name in ASKED}
    found = visit.call("decisions", **asked, before=visit.whole("before", 0), limit=PAGE)
    loops = visit.call("waiting")["open"]
    return visit.show("decisions.html", **found, asked=asked, loops=sorted(loops))


def decision(visit: Visit) -> Response:
    """One decision: what was asked, who said what about it, and what an undo would reach."""
    id = visit.asked("id")
    shown = visit.call("show", id=id)
    entries = visit.call("ledger.history", subject=shown["id"], limit=200)["entries"]
    reach = visit.call("impact", id=shown["id"]) if _stands(shown) else None
    drawn = history((shown["replay"] or {}).get("when", ()))
    return visit.show("decision.html", shown=shown, entries=entries, reach=reach, drawn=drawn)


def similar(visit: Visit) -> Response:
    """What was decided on questions like it, as the part of the page that says so."""
    found = visit.call("ledger.similar", id=visit.asked("id"))
    return visit.show("part/similar.html", **found)


def undo(visit: Visit) -> Response:
    """Put back what this decision replaced; with all that was built on it, where that is said."""
    done = visit.call("undo", id=visit.asked("id"), closure=said(visit).get("closure") is True)
    return visit.say(done)


def ledger(visit: Visit) -> Response:
    """Every entry, newest first."""
    found = visit.call("ledger.history", newest=True, limit=100, after=visit.whole("before", 0))
    return visit.show("ledger.html", **found)


def verified(visit: Visit) -> Response:
    """Whether the chain holds, as the part of the page that says so; a long one is walked only when
    somebody asks for it."""
    newest = visit.call("ledger.history", newest=True, limit=1)["entries"]
    long = bool(newest) and newest[0]["seq"] > SOON and not visit.asked("walk")
    found = None if long else visit.call("ledger.verify")
    return visit.show("part/verified.html", found=found, entries=newest[0]["seq"] if newest else 0)


def _stands(shown: dict[str, object]) -> bool:
    """Whether there is something to take back."""
    marks = shown["marks"]
    undone = isinstance(marks, list) and any(mark["name"] == "undone" for mark in marks)
    return shown["state"] == "executed" and not undone
