"""The line to a forge: JSON over HTTP, within bounds. What may have been done is not asked for
again here: whoever asks for it next looks first."""

from __future__ import annotations

import json
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from threading import Timer
from typing import IO, TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    Request,
    build_opener,
)

from passdown.domain.errors import Forbidden, Invalid, Limit, NotFound, Unavailable, Unreadable
from passdown.stages.audit.remote.place import GITHUB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.domain.errors import PassdownError
    from passdown.stages.audit.remote.place import Forge

PATIENCE = 20.0
"""Seconds of silence after which nothing more is waited for."""
WHOLE = 120.0
"""Seconds that one answer may take, however busily it trickles."""
TRIES = 4
LONGEST_WAIT = 60.0
"""Seconds that are waited where a forge says to; when it says longer, the caller comes again."""
LARGEST = 16_777_216
"""Bytes of an answer."""
PAGE = 50
MOST_PAGES = 40
AGAIN = ("GET", "PATCH")
"""What does the same when it is asked for twice."""


class Stay(HTTPRedirectHandler):
    """A token goes to the forge that it is for, and nowhere that it points on to."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Nowhere: the redirection is the answer."""


class Held:
    """The connections of one question, and whether they were cut. Of each a second handle is kept:
    the first one is wrapped, and closed while its answer is still read."""

    def __init__(self) -> None:
        self.made: list[socket.socket] = []
        self.cut = False

    def plain(self, host: str, **how: Any) -> HTTPConnection:
        """A connection that is known here."""
        made = _Known(host, **how)
        made.held = self
        return made

    def sealed(self, host: str, **how: Any) -> HTTPConnection:
        """The same with TLS."""
        made = _KnownSealed(host, **how)
        made.held = self
        return made

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut them when the time is up: whoever reads then reads an end."""
        timer = Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            for one in self.made:
                one.close()

    def keep(self, one: socket.socket) -> None:
        """A second handle of this; cut at once where the time is up already."""
        self.made.append(one.dup())
        if self.cut:
            self._end()

    def _end(self) -> None:
        self.cut = True
        for one in self.made:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Known(HTTPConnection):
    held: Held

    def connect(self) -> None:
        """Over a socket of which a second handle is kept, before any TLS."""
        super().connect()
        self.held.keep(self.sock)


class _KnownSealed(HTTPSConnection, _Known):
    """The same with TLS: `connect` of the other is what it builds upon."""


class _Plain(HTTPHandler):
    def __init__(self, held: Held) -> None:
        super().__init__()
        self.held = held

    def http_open(self, req: Request) -> Any:
        """Over a connection that can be cut."""
        return self.do_open(self.held.plain, req)


class _Sealed(HTTPSHandler):
    def __init__(self, held: Held) -> None:
        super().__init__()
        self.held = held

    def https_open(self, req: Request) -> Any:
        """The same; certificates are looked at as ever."""
        return self.do_open(self.held.sealed, req)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 when nothing did, `sent` whether it may have been heard."""

    status: int
    data: bytes = b""
    headers: Message = field(default_factory=Message)
    sent: bool = True
    why: str = ""

    @property
    def hurried(self) -> bool:
        """Whether the forge wants to be asked less often."""
        spent = self.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in self.headers
        return self.status == 429 or (self.status == 403 and spent)

    def wait(self, now: float) -> float:
        """Seconds after which it may be asked again, as far as it says so; below 0 it does not."""
        for name, since in (("retry-after", 0.0), ("x-ratelimit-reset", now)):
            said = self.headers.get(name, "").strip()
            if said.isdecimal():
                return max(float(said[:12]) - since, 0.0)
        return -1.0


class Line:
    """A forge, asked within bounds of time, size and number."""

    def __init__(
        self,
        forge: Forge,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.forge = forge
        self._sleep = sleep
        self._now = now

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the forge answers, asked again where that harms nothing.

        Raises:
            Unavailable: it cannot be reached, or fails.
            Limit: it wants to be asked later, or says too much.
            Forbidden, NotFound, Invalid: it refuses.
            Unreadable: it answers something else than JSON.
        """
        address = path if "://" in path else f"{self.forge.api}{path}"
        for tried in range(TRIES):
            answer = self._once(method, address, body)
            wait = self._wait(method, answer, tried)
            if wait < 0 or tried == TRIES - 1:
                break
            self._sleep(wait)
        return _read(answer, f"{method} {address}")

    def pages(self, path: str, of: str = "") -> Iterator[Any]:
        """Every item of a list, also where the forge does not part it; of a page that is no list,
        what it has under `of`."""
        seen: set[Any] = set()
        join = "&" if "?" in path else "?"
        for n in range(1, MOST_PAGES + 1):
            found = self.ask("GET", f"{path}{join}per_page={PAGE}&limit={PAGE}&page={n}")
            rows = _rows(found, of, path)
            new = [one for one in rows if _name(one) not in seen]
            yield from new
            seen.update(map(_name, new))
            if len(rows) < PAGE or not new:
                return

    def me(self) -> str:
        """The name that the forge knows us by; '' where it does not say."""
        try:
            return str(self.ask("GET", "/user")["login"])
        except (Forbidden, NotFound, KeyError, TypeError):
            pass
        if self.forge.kind != GITHUB:
            return ""
        try:
            said = self.ask("POST", self.forge.graph, {"query": "{ viewer { login } }"})
            return str(said["data"]["viewer"]["login"])
        except (Forbidden, NotFound, Invalid, KeyError, TypeError):
            return ""

    def _once(self, method: str, address: str, body: Any) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        asked, held = Request(address, data, self._headers(), method=method), Held()
        try:
            with held.within(WHOLE), self._answered(asked, held) as found:
                answer = Answer(found.status, found.read(LARGEST + 1), found.headers)
        except (URLError, HTTPException, OSError, ValueError) as error:
            why = getattr(error, "reason", error)
            unheard = isinstance(why, ConnectionRefusedError)
            answer = Answer(0, sent=not unheard, why=str(why)[:200] or type(error).__name__)
        return Answer(0, why=f"it took over {WHOLE:.0f} s") if held.cut else answer

    def _answered(self, asked: Request, held: Held) -> Any:
        """What comes back, also where it refuses; its body may still fail to come."""
        try:
            return build_opener(Stay, _Plain(held), _Sealed(held)).open(asked, timeout=PATIENCE)
        except HTTPError as error:
            return error

    def _headers(self) -> dict[str, str]:
        known = {"User-Agent": "passdown", "Content-Type": "application/json"}
        if self.forge.kind == GITHUB:
            known |= {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if self.forge.token:
            word = "Bearer" if self.forge.kind == GITHUB else "token"
            known["Authorization"] = f"{word} {self.forge.token}"
        return known

    def _wait(self, method: str, answer: Answer, tried: int) -> float:
        """Seconds until it is worth asking again; below 0 it is not."""
        if answer.hurried:
            said = answer.wait(self._now())
            wait = said if said >= 0 else 2.0**tried
            return wait if wait <= LONGEST_WAIT else -1.0
        failed = answer.status == 0 or answer.status >= 500
        return 0.5 * 2**tried if failed and (method in AGAIN or not answer.sent) else -1.0


def _rows(found: Any, of: str, path: str) -> list[Any]:
    """The items of a page; some forges say nothing where there are none."""
    rows = found.get(of) if of and isinstance(found, dict) else found
    if rows is None or rows == {}:
        return []
    if not isinstance(rows, list):
        raise Unreadable("the forge answers something else than a list", where=path)
    return rows


def _name(one: Any) -> Any:
    return one.get("id") if isinstance(one, dict) and "id" in one else json.dumps(one)


def _read(answer: Answer, where: str) -> Any:
    if (error := _refused(answer, where)) is not None:
        raise error
    if len(answer.data) > LARGEST:
        raise Limit(f"the forge answers with more than {LARGEST} bytes", where=where)
    try:
        return json.loads(answer.data) if answer.data.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Unreadable("the forge answers something else than JSON", where=where) from error


def _refused(answer: Answer, where: str) -> PassdownError | None:
    """What the status says, as an error of ours."""
    status, said = answer.status, _said(answer)
    if 200 <= status < 300:
        return None
    if answer.hurried:
        return Limit(f"the forge wants to be asked later{said}", where=where, next="Try it later.")
    if status == 0:
        return Unavailable(f"the forge cannot be reached: {answer.why}", where=where)
    if status >= 500:
        return Unavailable(f"the forge fails with status {status}{said}", where=where)
    if status in (401, 403):
        step = "See that the token is good, and may read requests and write what is said of them."
        return Forbidden(f"the forge refuses it with status {status}{said}", where=where, next=step)
    if status in (404, 410):
        return NotFound(f"the forge has no such thing{said}", where=where, next=_SEE)
    if status < 400:
        to = " ".join(answer.headers.get("location", "").split())[:200]
        return Invalid(f"the forge points elsewhere: {to}", where=where, next="Ask there.")
    return Invalid(f"the forge refuses it with status {status}{said}", where=where)


_SEE = "See that it is named right; a private one needs a token that may read it."


def _said(answer: Answer) -> str:
    """The forge's own words, in a line."""
    try:
        told = json.loads(answer.data[:LARGEST])
        words = str(told.get("message") or "") if isinstance(told, dict) else ""
    except (ValueError, RecursionError):
        return ""
    bare = " ".join("".join(c if c.isprintable() else " " for c in words[:400]).split())
    return f": {bare[:200]}" if bare else ""
