"""The inbox: what waits for a decision, one card on top; and where a decision arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid
from passdown.surfaces.web.form import fields, payload
from passdown.surfaces.web.plot import history
from passdown.surfaces.web.said import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

PAGE = 50
"""Questions listed at once; the rest is a page further."""
REASONS = ("wrong", "stale", "duplicate", "out of scope", "unsafe")


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (
        site.page("/", inbox),
        site.page("/cards/{id}", card),
        site.page("/cards/{id}/preview", preview, "POST"),
        site.page("/cards/{id}/decide", decide, "POST"),
        site.page("/cards/{id}/say", say, "POST"),
        site.page("/cards/{id}/alike", alike, "POST"),
        site.page("/queue", queue),
    )


def inbox(visit: Visit) -> Response:
    """The queue by worth, and its first card."""
    found = _waiting(visit)
    rows = found["proposals"]
    top = _card(visit, rows[0]["id"]) if rows else {"shown": None}
    pace = visit.call("pace", loop=visit.asked("loop"))
    return visit.show("inbox.html", **_listed(found), **top, pace=pace, waiting=pace["open"])


def queue(visit: Visit) -> Response:
    """Further questions, as the rows that a page appends to its list."""
    return visit.show("part/further.html", **_listed(_waiting(visit)))


def card(visit: Visit) -> Response:
    """One question with all that is known of it."""
    name = "part/card.html" if visit.is_part else "card.html"
    return visit.show(name, **_card(visit, visit.asked("id")), reasons=REASONS)


def preview(visit: Visit) -> Response:
    """What a yes to an edit would mean now."""
    id = visit.asked("id")
    asked = visit.call("show", id=id)
    edit = payload(asked["payload"], said(visit))
    found = visit.call("preview", id=id, edit=edit)
    return visit.show("part/preview.html", card=found["card"], replay=found["replay"], edit=edit)


def decide(visit: Visit) -> Response:
    """A yes or a no; the same one twice is one."""
    told, id = said(visit), visit.asked("id")
    if told.get("yes") is True:
        edit = told.get("edit")
        more = {} if edit is None else {"edit": edit}
        done = visit.call("approve", id=id, reason=told.get("reason", ""), **more)
    elif told.get("yes") is False:
        done = visit.call("reject", id=id, reason=told.get("reason", ""))
    else:
        raise Invalid("neither yes nor no", where="decide", next='Say {"yes": true} or false.')
    return visit.say({"id": done["id"], "state": done["state"], "title": done["title"]})


def alike(visit: Visit) -> Response:
    """One answer to all that differ from this one only in what they name."""
    told, id = said(visit), visit.asked("id")
    name = "alike.approve" if told.get("yes") is True else "alike.reject"
    reason = told.get("reason") or "as those like it"
    found = visit.call(name, id=id, reason=reason)
    return visit.say({"done": found["done"], "failed": found["left"]})


def say(visit: Visit) -> Response:
    """A word in the conversation about a question."""
    visit.call("say", id=visit.asked("id"), text=said(visit).get("text", ""))
    return visit.show("part/card.html", **_card(visit, visit.asked("id")), reasons=REASONS)


def _waiting(visit: Visit) -> dict[str, Any]:
    found: dict[str, Any] = visit.call(
        "pending",
        loop=visit.asked("loop"),
        scope=visit.asked("scope").strip(),
        flag=visit.asked("flag"),
        least=_share(visit.asked("least")),
        older=visit.asked("older"),
        ontology=visit.asked("ontology").strip(),
        mine=visit.asked("mine") == "1",
        order="value",
        limit=PAGE,
        after=visit.asked("after"),
    )
    return found


def _listed(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "rows": found["proposals"],
        "next": found.get("next"),
        "reasons": REASONS,
    }


def _share(text: str) -> float:
    """The share of one that an address says; 0 where it says none."""
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _card(visit: Visit, id: str) -> dict[str, Any]:
    """All that a card draws."""
    shown: dict[str, Any] = visit.call("show", id=id)
    drawn = history((shown["replay"] or {}).get("when", ()))
    return {"shown": {**shown, "fields": fields(shown["payload"])}, "drawn": drawn}
