"""Who may come in: known names only, no foreign web page, and a token beyond this machine."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from passdown.domain.actor import Actor, agent
from passdown.domain.errors import Forbidden
from passdown.surfaces.http.problems import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import Headers

STRANGER = "agent:http"
"""Who calls from this machine without a token: an agent, which proposes and never decides."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the server listens, and by which other names it is called (a proxy's, a host's)."""

    host: str = "127.0.0.1"
    names: frozenset[str] = frozenset()

    @property
    def local(self) -> bool:
        """Whether only this machine can knock; then no token is asked for."""
        return is_loopback(self.host) and not self.names

    def check(self, headers: Headers) -> None:
        """Refuse a name that is not ours (a rebound one) and every foreign web page."""
        host = headers.get("host", "")
        if not self._knows(_name(host)):
            raise RefusedError(421, Forbidden(f"this server is not {host[:80]!r}", next=_CALL_IT))
        origin = headers.get("origin")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            raise RefusedError(
                403, Forbidden(f"web page of {origin[:80]!r} refused", next=_NO_PAGES)
            )
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise RefusedError(403, Forbidden("a foreign web page was refused", next=_NO_PAGES))

    def who(self, headers: Headers, authenticate: Callable[[str], Actor | None]) -> Actor:
        """The holder of the token, or an agent of this machine; a wrong token is no token."""
        sent = headers.getlist("authorization")
        if not sent:
            if self.local:
                return agent(STRANGER)
            raise _unauthorized("this server asks for a token", "Bearer")
        scheme, _, token = sent[0].partition(" ")
        known = authenticate(token.strip()) if scheme.lower() == "bearer" else None
        if known is None or len(sent) > 1:
            raise _unauthorized(
                "the token is unknown or was revoked", 'Bearer error="invalid_token"'
            )
        return known

    def _knows(self, name: str) -> bool:
        if not name:
            return False
        if self.local:
            return is_loopback(name)
        # An address cannot be rebound: only names can be made to lead somewhere else.
        return name in self.names or name == self.host or is_loopback(name) or _is_address(name)


_CALL_IT = "Use the name or address it listens on; serve --name NAME adds one."
_NO_PAGES = "Call it from a program, or from a page of its own."


def is_loopback(name: str) -> bool:
    """Whether this host name or address can only be this machine."""
    return name == "localhost" or (_is_address(name) and ip_address(name).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    """The host without its port, in lower case and without brackets; '' when it is malformed."""
    host = host.strip().lower()
    if host.startswith("["):
        inside, closed, rest = host[1:].partition("]")
        return inside if closed and _is_port(rest) else ""
    name, _, port = host.partition(":")
    return name.removesuffix(".") if not port or port.isdecimal() else ""


def _is_port(rest: str) -> bool:
    return not rest or (rest.startswith(":") and rest[1:].isdecimal())


def _unauthorized(what: str, challenge: str) -> RefusedError:
    next_step = "Send `Authorization: Bearer TOKEN`; an admin makes tokens."
    return RefusedError(401, Forbidden(what, next=next_step), www_authenticate=challenge)
