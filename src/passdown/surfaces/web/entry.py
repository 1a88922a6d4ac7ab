"""Who sits at the browser: a key from the terminal or a token, once; then a cookie.

What a browser holds is a random name of its sitting. The sitting itself is kept here, in memory:
whoever stops the server signs everybody out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from passdown.surfaces.web.tries import Tries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from passdown.domain.actor import Actor
    from passdown.surfaces.web.proxy import Proxy

COOKIE = "passdown"
STAY = 12 * 3600.0
"""Seconds after which a browser has to sign in again, however busy it was."""
MOST = 256
"""Sittings at once; the oldest one ends when there are more."""
OPEN = ("/sign-in", "/in/", "/static/")
"""What anybody who knows the server's name may see: where to sign in, and how that looks."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """One browser of one person; `seal` goes with everything it changes, and `holds` says whether
    what it came in by is still good, by what a request brings."""

    actor: Actor
    seal: str
    until: float
    holds: Callable[[Mapping[str, str]], bool]


class Entry:
    """Keys that open once, and the sittings they opened."""

    def __init__(
        self, clock: Callable[[], float] = monotonic, *, proxy: Proxy | None = None
    ) -> None:
        self.proxy = proxy
        self.tries = Tries(clock)
        self._clock = clock
        self._lock = Lock()
        self._keys: dict[str, Actor] = {}
        self._sittings: OrderedDict[str, Sitting] = OrderedDict()

    def key_for(self, actor: Actor) -> str:
        """A new key by which this person comes in, once."""
        key = secrets.token_urlsafe(24)
        with self._lock:
            self._keys[_hashed(key)] = actor
        return key

    def open(self, key: str) -> Actor | None:
        """Whom this key lets in; nobody when it is none, or was used before."""
        with self._lock:
            return self._keys.pop(_hashed(key), None)

    def seat(
        self, actor: Actor, holds: Callable[[Mapping[str, str]], bool] = lambda _: True
    ) -> str:
        """The name of a new sitting for this person."""
        name = secrets.token_urlsafe(32)
        made = Sitting(actor, secrets.token_urlsafe(24), self._clock() + STAY, holds)
        with self._lock:
            self._sittings[_hashed(name)] = made
            while len(self._sittings) > MOST:
                self._sittings.popitem(last=False)
        return name

    def leave(self, headers: Mapping[str, str]) -> None:
        """End the sitting of this browser."""
        with self._lock:
            self._sittings.pop(_hashed(_named(headers)), None)

    def sitting(self, headers: Mapping[str, str]) -> Sitting | None:
        """The sitting of this browser, if it has one that lasts."""
        name = _named(headers)
        with self._lock:
            found = self._sittings.get(_hashed(name)) if name else None
        if found is None or (found.until > self._clock() and found.holds(headers)):
            return found
        self.leave(headers)
        return None

    # ---- what stands before every route asks these

    def who(self, headers: Mapping[str, str], method: str) -> Actor | None:
        """Whose browser this is. Whatever changes something must bring the sitting's seal, which
        no other page can read."""
        found = self.sitting(headers)
        if found is None:
            return None
        if method not in ("GET", "HEAD"):
            brought = headers.get("x-seal", "")
            if not hmac.compare_digest(brought.encode(), found.seal.encode()):
                return None
        return found.actor

    def is_open(self, path: str) -> bool:
        """Whether anybody may see what is at this address."""
        return path.startswith(OPEN)

    def ask(self, headers: Mapping[str, str], method: str) -> Response | None:
        """Where a browser without a sitting is sent; None for a program, which is told no."""
        if method != "GET" or "text/html" not in headers.get("accept", ""):
            return None
        return RedirectResponse("/sign-in", 303)


def _named(headers: Mapping[str, str]) -> str:
    try:
        cookies = SimpleCookie(headers.get("cookie", "")[:8192])
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
