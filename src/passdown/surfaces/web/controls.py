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


PAUSED = ".paused"
STILL = "gate.paused"
ROLES = (
    ("review", "decides"),
    ("admin", "decides and turns knobs"),
    ("observe", "reads"),
    ("agent", "reads and proposes: for programs"),
)


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (
        site.page("/controls", controls),
        site.page("/controls/{name}", control),
        site.page("/controls/{name}/set", turn, "POST"),
        site.page("/people", people),
        site.page("/people", let_in, "POST"),
        site.page("/people/{name}/revoke", revoke, "POST"),
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
        loops=_loops(knobs, visit.call("waiting")["open"]) if not visit.asked("prefix") else (),
        still=next((k["value"] for k in knobs if k["name"] == STILL), False),
        may=_may(visit),
    )


def control(visit: Visit) -> Response:
    """One knob with who turned it, when and why."""
    name = visit.asked("name")
    return visit.show(
        "control.html",
        knob=visit.call("controls.get", name=name),
        turns=visit.call("controls.history", name=name)["turns"][::-1],
        may=_may(visit),
    )


def people(visit: Visit) -> Response:
    """Who may do what: the tokens that were given out, and who came in lately."""
    if not _may(visit):
        return visit.show("people.html", held=None, signs=(), roles=ROLES)
    held, signs = visit.call("token.list"), visit.call("sign.list", limit=20)["signs"]
    return visit.show("people.html", held=held, signs=signs, roles=ROLES)


def let_in(visit: Visit) -> Response:
    """Make a token; this answer is the only place where it ever stands."""
    told = said(visit)
    name, role = str(told.get("name") or ""), str(told.get("role") or "review")
    return visit.say(visit.call("token.new", name=name, role=role))


def revoke(visit: Visit) -> Response:
    """Take all tokens of this name back; whoever sits here by one of them is out at once."""
    return visit.say(visit.call("token.revoke", name=visit.asked("name")))


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


def _may(visit: Visit) -> bool:
    return visit.actor.may(Role.ADMIN) and visit.sitting is not None


def _loops(knobs: list[dict[str, Any]], waiting: dict[str, int]) -> list[dict[str, Any]]:
    """Each loop with what it may do alone, how much of it waits, and whether it stands still."""
    by_name = {knob["name"]: knob for knob in knobs}
    names = sorted(n.removesuffix(PAUSED) for n in by_name if n.endswith(PAUSED) and n != STILL)
    return [
        {
            "name": name,
            "open": waiting.get(name, 0),
            "level": by_name[f"{name}.level"]["value"],
            "enabled": by_name[f"{name}.enabled"]["value"],
            "paused": by_name[f"{name}{PAUSED}"],
        }
        for name in names
    ]


def _families(knobs: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The knobs by the part of passdown they belong to."""

    def family(knob: dict[str, Any]) -> str:
        return str(knob["name"]).partition(".")[0]

    return [(name, list(group)) for name, group in groupby(sorted(knobs, key=family), family)]
