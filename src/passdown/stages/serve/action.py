"""The action site: what was approved of calls that fail, compiled for the moment before a call.

The matchers stand in a small file beside the store, derived from the ledger: a hook looks there
first, and opens the store only where something fits.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.storage import files, spool
from passdown.text.calls import GAP, SHELLS, TEXTS, repeats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.storage.port import Tx

FILE = "action.json"
FORMAT = 1
PAGE = 2000
TOLD = "told"
LONGEST_ARGUMENT = 300
LARGEST_TOLD = 65_536


class Call(NamedTuple):
    """A call that is about to be made: the tool, and what it is asked, in one text."""

    tool: str
    line: str


class Matcher(NamedTuple):
    """Which calls one record is about: those of the shape that failed, and not of the other."""

    id: str
    scope: str
    tool: str
    word: str
    shape: str
    other: str
    confidence: float

    def fits(self, call: Call) -> bool:
        """Whether it has something to say of this call."""
        return (
            self.word in call.line
            and same_tool(self.tool, call.tool)
            and repeats(call.line, self.shape)
            and not (self.other and repeats(call.line, self.other))
        )


class Knobs(NamedTuple):
    """The settings a hook needs, so that it reads no others."""

    block: bool = False
    again_after: int = 20
    holdout: float = 0.0
    shadow: float = 0.0


class Table(NamedTuple):
    """All matchers by record, as of one entry of one store's ledger."""

    store: str
    head: int
    knobs: Knobs
    rows: dict[str, Matcher]

    def find(self, call: Call, scopes: Iterable[str]) -> list[str]:
        """The records that have something to say of this call where these scopes are seen: of
        the narrowest scope first, then the surest."""
        seen = frozenset(scopes)
        found = [m for m in self.rows.values() if m.scope in seen and m.fits(call)]
        found.sort(key=lambda m: (m.scope == "global", -m.confidence, m.id))
        return [m.id for m in found]


def call_of(tool: str, arguments: Mapping[str, Any]) -> Call:
    """A tool call as a client tells it."""
    if tool.lower() in SHELLS:
        command = arguments.get("command", arguments.get("cmd", ""))
        words = command if isinstance(command, list) else [command]
        return Call(tool, " ".join(word for word in words if isinstance(word, str)))
    return Call(tool, "\n".join(_said(arguments)))


def same_tool(a: str, b: str) -> bool:
    """Whether two names are one tool: every client has its own name for the shell."""
    a, b = a.lower(), b.lower()
    return a == b or (a in SHELLS and b in SHELLS)


def matcher(record: Record) -> Matcher | None:
    """The matcher of a record that is served and tells what failed and what worked instead."""
    cure = record.body.get("cure")
    if record.life.value != "active" or not isinstance(cure, dict):
        return None
    tool, shape, other = (str(cure.get(name, "")) for name in ("tool", "failed", "worked"))
    word = max((w for w in shape.split() if w != GAP), key=len, default="")
    if not tool or not word:
        return None
    # Where the call that works is a part of the one that fails it cannot tell them apart.
    other = "" if repeats(shape, other) else other
    return Matcher(record.id, record.scope, tool, word, shape, other, record.confidence)


def load(home: Path, store: str = "") -> Table | None:
    """The table of this store, of any when none is named; None when there is none to be read."""
    try:
        raw = json.loads((home / FILE).read_bytes())
        if raw["format"] != FORMAT or store not in ("", raw["store"]):
            return None
        rows = (Matcher(*row) for row in raw["rows"])
        return Table(raw["store"], raw["head"], Knobs(*raw["knobs"]), {m.id: m for m in rows})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def store_of(url: str) -> str:
    """A store's mark in the file: two stores may share a folder."""
    return _hash(url)


def follow(tx: Tx, home: Path, store: str, knobs: Knobs) -> bool:
    """Bring the file up to date with the ledger; whether it was not."""
    table, head = load(home, store), tx.ledger.head()[0]
    if table is None or table.head > head:
        rows = {m.id: m for m in map(matcher, tx.knowledge.all()) if m}
    elif table.head < head or table.knobs != knobs:
        rows = dict(table.rows)
        for page in _touched(tx, table.head):
            _take(tx, page, rows)
    else:
        return False
    _save(home, Table(store, head, knobs, rows))
    return True


def forget(home: Path) -> None:
    """Take the file away: it is derived anew from what is left."""
    (home / FILE).unlink(missing_ok=True)


def stands(record: Record, now: At) -> bool:
    """Whether a record that was compiled may still be said."""
    if record.life.value != "active" or record.valid_from > now:
        return False
    return not (record.valid_to and record.valid_to <= now)


def is_due(home: Path, session: str, id: str, every: int) -> bool:
    """Whether this session is to be told this, which it is once in so many calls that ask for
    it; that it asked is remembered. Always, where no session is known."""
    if not session:
        return True
    path = home / TOLD / _hash(session)
    said = _read(path)
    if len(said) > LARGEST_TOLD:
        path.unlink(missing_ok=True)
        said = b""
    spool.append_to(path, f"{id}\n".encode())
    return said.split().count(id.encode()) % every == 0


def tidy(home: Path, before: float) -> None:
    """Forget what sessions were told that asked for nothing since then (seconds since 1970)."""
    folder = home / TOLD
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def _said(arguments: Mapping[str, Any]) -> Iterator[str]:
    """What names a place or a thing: one line, not long, no text."""
    for name, value in arguments.items():
        if name in TEXTS or not isinstance(value, str):
            continue
        if len(value) <= LONGEST_ARGUMENT and "\n" not in value:
            yield value


def _touched(tx: Tx, after: int) -> Iterator[set[str]]:
    """The records that were changed since, page by page."""
    while entries := tx.ledger.entries(after=after, limit=PAGE):
        yield {e.subject for e in entries if e.name.endswith(".updated")}
        after = entries[-1].seq


def _take(tx: Tx, ids: set[str], rows: dict[str, Matcher]) -> None:
    for id in ids:
        rows.pop(id, None)
    for record in tx.knowledge.by_ids(ids):
        if made := matcher(record):
            rows[made.id] = made


def _save(home: Path, table: Table) -> None:
    rows = sorted(table.rows.values())
    said = {"format": FORMAT, "store": table.store, "head": table.head}
    text = json.dumps({**said, "knobs": table.knobs, "rows": rows}, separators=(",", ":"))
    with files.replaced(str(home / FILE)) as part, open(part, "wb") as file:
        file.write(text.encode())


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return b""
    with os.fdopen(handle, "rb") as file:
        return file.read(LARGEST_TOLD + 1)


def _hash(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
