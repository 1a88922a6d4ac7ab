"""Controls: every knob with its class and history, the loops, engines and budgets, the people."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from passdown.domain.actor import Role
from passdown.domain.errors import Invalid
from passdown.surfaces.web.said import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (
        site.page("/controls", controls),
        site.page("/controls/{name}", control),
        site.page("/controls/{name}/set", turn, "POST"),
    )


def controls(visit: Visit) -> Response:
    """Every knob, by its family, and what stands around them."""
    knobs = visit.call("controls.list", prefix=visit.asked("prefix"))["controls"]
    return visit.show(
        "controls.html",
        families=_families(knobs),
        prefix=visit.asked("prefix"),
        engine=visit.call("engine"),
        status=visit.call("status"),
        turns=visit.call("controls.history")["turns"][-10:][::-1],
        may=visit.actor.may(Role.ADMIN) and visit.sitting is not None,
    )


def control(visit: Visit) -> Response:
    """One knob with who turned it, when and why."""
    name = visit.asked("name")
    return visit.show(
        "control.html",
        knob=visit.call("controls.get", name=name),
        turns=visit.call("controls.history", name=name)["turns"][::-1],
        may=visit.actor.may(Role.ADMIN) and visit.sitting is not None,
    )


def turn(visit: Visit) -> Response:
    """Turn one knob, or give it its default again."""
    told, name = said(visit), visit.asked("name")
    reason = str(told.get("reason") or "")
    if told.get("reset") is True:
        return visit.say(visit.call("controls.reset", name=name, reason=reason))
    value = told.get("value")
    if not isinstance(value, str):
        raise Invalid("no value", where=name, next="Write one.")
    expect = str(told.get("expect") or "")
    return visit.say(
        visit.call("controls.set", name=name, value=value, reason=reason, expect=expect)
    )


def _families(knobs: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The knobs by the part of passdown they belong to."""

    def family(knob: dict[str, Any]) -> str:
        return str(knob["name"]).partition(".")[0]

    return [(name, list(group)) for name, group in groupby(sorted(knobs, key=family), family)]
