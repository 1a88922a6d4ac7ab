"""Signing in, by a key from the terminal or a token, and out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from passdown.domain.actor import Kind
from passdown.domain.errors import Forbidden, Invalid
from passdown.surfaces.web.entry import COOKIE, STAY
from passdown.surfaces.web.said import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

AGAIN = "Ask an admin for a token, or start `passdown serve` at a terminal and open its address."


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (
        site.page("/in/{key}", by_key),
        site.page("/sign-in", form),
        site.page("/sign-in", by_token, "POST"),
        site.page("/sign-out", out, "POST"),
    )


def form(visit: Visit) -> Response:
    """Where a token is given."""
    return visit.show("sign-in.html")


def by_key(visit: Visit) -> Response:
    """Come in by the address that the terminal showed."""
    name = visit.site.entry.open(visit.asked("key"))
    if not name:
        raise Forbidden("this address was used, or the server has started anew", next=AGAIN)
    return _seated(visit, RedirectResponse("/", 303), name)


def by_token(visit: Visit) -> Response:
    """Come in by a token; it is looked up, and not kept."""
    token = said(visit).get("token")
    if not isinstance(token, str) or not token.strip():
        raise Invalid("no token", next="Paste the token you were given.")
    known = partial(visit.site.app.authenticate, token.strip())
    actor = known()
    if actor is None or actor.kind is not Kind.HUMAN:
        raise Forbidden("the token is unknown, was revoked, or is a program's", next=AGAIN)
    seated = visit.site.entry.seat(actor, lambda: known() == actor)
    return _seated(visit, visit.say({"to": "/"}), seated)


def out(visit: Visit) -> Response:
    """Leave: the sitting ends, and the browser forgets its name."""
    visit.site.entry.leave(visit.request.headers)
    gone = visit.say({"to": "/sign-in"})
    gone.delete_cookie(COOKIE)
    return gone


def _seated(visit: Visit, response: Response, name: str) -> Response:
    secure = visit.request.url.scheme == "https"
    response.set_cookie(
        COOKIE, name, max_age=int(STAY), httponly=True, samesite="strict", secure=secure
    )
    return response
