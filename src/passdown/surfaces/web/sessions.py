"""Sessions: which were read, and one of them as it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

PAGE = 100
STEPS = 300
"""Observations of a session on one page."""
ASKED = ("repo", "agent", "outcome", "since")


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (
        site.page("/sessions", sessions),
        site.page("/readings", readings),
        site.page("/sessions/{id:path}", session),
    )


def sessions(visit: Visit) -> Response:
    """The sessions that were read, newest first."""
    asked = {name: visit.asked(name) for name in ASKED}
    found = visit.call("sessions.list", **asked, limit=visit.whole("limit", PAGE))
    return visit.show("sessions.html", **found, asked=asked, limit=visit.whole("limit", PAGE))


def readings(visit: Visit) -> Response:
    """What the last readings took in, and which lines they skipped and why."""
    return visit.show("readings.html", readings=visit.call("readings")["readings"])


def session(visit: Visit) -> Response:
    """One session: how it ended and what shows it, what failed, and what was said and done."""
    found = visit.call("sessions.show", id=visit.asked("id"), limit=10_000)
    every = found["observations"]
    wanted = visit.whole("from", 0)
    place = next((n for n, one in enumerate(every) if one["seq"] == wanted), 0)
    start = visit.whole("step", max(0, place - place % STEPS))
    return visit.show(
        "session.html",
        **{**found, "observations": every[start : start + STEPS]},
        start=start,
        total=len(every),
        steps=STEPS,
        wanted=wanted,
    )
