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
    from collections.abc import Callable, Mapping, Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.domain.actor import Actor
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
    """Where a token is given; who comes through the proxy that knows them gives none."""
    name = _named_by_proxy(visit)
    if not name:
        return visit.show("sign-in.html")
    known = partial(visit.site.app.holder, name)
    actor = known()
    if actor is None:
        raise _refused(visit, "proxy", f"nobody here is called {name[:80]!r}")
    header = visit.site.entry.proxy.header if visit.site.entry.proxy else ""

    def holds(headers: Mapping[str, str]) -> bool:
        return headers.get(header, "").strip().casefold() == name and known() == actor

    return _seated(visit, RedirectResponse("/", 303), actor, "proxy", holds)


def by_key(visit: Visit) -> Response:
    """Come in by the address that the terminal showed; a look at it that is none uses nothing."""
    entry = visit.site.entry
    entry.tries.check(_peer(visit))
    actor = entry.open(visit.asked("key")) if visit.request.method == "GET" else None
    if actor is None:
        raise _refused(visit, "key", "this address was used, or the server has started anew")
    return _seated(visit, RedirectResponse("/", 303), actor, "key")


def by_token(visit: Visit) -> Response:
    """Come in by a token; it is looked up, and not kept."""
    visit.site.entry.tries.check(_peer(visit))
    token = said(visit).get("token")
    if not isinstance(token, str) or not token.strip():
        raise Invalid("no token", next="Paste the token you were given.")
    known = partial(visit.site.app.authenticate, token.strip())
    actor = known()
    if actor is None or actor.kind is not Kind.HUMAN:
        raise _refused(visit, "token", "the token is unknown, was revoked, or is a program's")
    return _seated(visit, visit.say({"to": "/"}), actor, "token", lambda _: known() == actor)


def out(visit: Visit) -> Response:
    """Leave: the sitting ends, and the browser forgets its name."""
    sitting = visit.sitting
    visit.site.entry.leave(visit.request.headers)
    if sitting is not None:
        visit.site.note("signed_out", sitting.actor.name, where=_peer(visit))
    gone = visit.say({"to": "/sign-in"})
    gone.delete_cookie(COOKIE)
    return gone


def _seated(
    visit: Visit,
    response: Response,
    actor: Actor,
    how: str,
    holds: Callable[[Mapping[str, str]], bool] = lambda _: True,
) -> Response:
    """The response with a new sitting, told in the ledger; the one that was there before ends."""
    entry = visit.site.entry
    visit.site.note("signed_in", actor.name, how, _peer(visit))
    entry.leave(visit.request.headers)
    name = entry.seat(actor, holds)
    secure = visit.request.url.scheme == "https"
    response.set_cookie(
        COOKIE, name, max_age=int(STAY), httponly=True, samesite="strict", secure=secure
    )
    return response


def _refused(visit: Visit, how: str, what: str) -> Forbidden:
    """The refusal, counted; in the ledger stands the one that closes the door for a minute, so
    that nobody can fill it by knocking."""
    where = _peer(visit)
    if visit.site.entry.tries.failed(where):
        visit.site.note("refused", "somebody", how, where)
    return Forbidden(what, next=AGAIN)


def _named_by_proxy(visit: Visit) -> str:
    proxy = visit.site.entry.proxy
    return proxy.name(visit.request.headers, _peer(visit)) if proxy else ""


def _peer(visit: Visit) -> str:
    """The address that a request came from, whatever it says of itself."""
    return visit.request.client.host if visit.request.client else ""
