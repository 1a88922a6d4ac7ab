"""A phrase on its page: a box in which a message is tried, and one in which its reply is written
and looked at as it would read now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.surfaces.web.said import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

KINDS = ("fact", "pattern", "pitfall", "question", "tool-quirk")
"""What a claim may be."""
FIELDS = ("pattern", "reply", "category", "reason")


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of these parts."""
    return (
        site.page("/cards/{id}/categories", offered),
        site.page("/phrases/{id}", phrase),
        site.page("/phrases/{id}/try", tried, "POST"),
        site.page("/phrases/{id}/reads", reads, "POST"),
        site.page("/phrases/{id}/edit", edit, "POST"),
    )


def phrase(visit: Visit) -> Response:
    """The boxes, with what the phrase says now."""
    shown = visit.call("phrasebook.show", phrase=visit.asked("id"))
    return visit.show("part/phrase.html", phrase=shown, categories=_categories(visit))


def offered(visit: Visit) -> Response:
    """The categories that a question may be given, as choices; other words are allowed too."""
    asked = visit.call("show", id=visit.asked("id"))["payload"]
    known = _categories(visit) if "pattern" in asked else KINDS
    return visit.show("part/choices.html", choices=known)


def _categories(visit: Visit) -> list[str]:
    found: list[str] = visit.call("phrasebook.list")["categories"]
    return found


def tried(visit: Visit) -> Response:
    """Which phrases a message fires, and what would be answered."""
    found = visit.call("phrases.test", message=_text(said(visit), "message"))
    return visit.show("part/tried.html", found=found, id=visit.asked("id"))


def reads(visit: Visit) -> Response:
    """What a reply would say as things stand, and which of its places nothing fills."""
    found = visit.call("phrases.reads", reply=_text(said(visit), "reply"))
    return visit.show("part/reads.html", found=found)


def edit(visit: Visit) -> Response:
    """Ask for the change: it is decided in the inbox, like every other."""
    told = said(visit)
    written = {name: text for name in FIELDS if (text := _text(told, name))}
    found = visit.call("phrasebook.edit", phrase=visit.asked("id"), **written)
    return visit.say({"to": f"/cards/{found['proposal']}"})


def _text(told: dict[str, Any], name: str) -> str:
    found = told.get(name)
    return found if isinstance(found, str) else ""
