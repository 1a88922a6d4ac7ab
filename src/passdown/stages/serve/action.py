"""The action site: what was approved of calls that fail, compiled for the moment before a call."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.stages.serve.lookup import Row, Table, load, save, touch
from passdown.text.calls import GAP, SHELLS, TEXTS, keys, repeats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.storage.port import Tx

PAGE = 2000
LONGEST_ARGUMENT = 300


class Call(NamedTuple):
    """A call that is about to be made: the tool, and what it is asked, in one text."""

    tool: str
    line: str


class Matcher(NamedTuple):
    """Which calls one record is about: those of the shape that failed, and not of the other."""

    scope: str
    tool: str
    shape: str
    other: str
    confidence: float

    def fits(self, call: Call) -> bool:
        """Whether it has something to say of this call."""
        if not same_tool(self.tool, call.tool) or not repeats(call.line, self.shape):
            return False
        return not (self.other and repeats(call.line, self.other))


def find(table: Table, call: Call, scopes: Iterable[str]) -> list[str]:
    """The records that have something to say of this call where these scopes are seen: of the
    narrowest scope first, then the surest."""
    seen, found = frozenset(scopes), dict[str, Matcher]()
    for row in table.under(keys(call.line)):
        matcher = Matcher(*row.rest)
        if matcher.scope in seen and matcher.fits(call):
            found[row.id] = matcher
    return sorted(found, key=lambda id: (found[id].scope == "global", -found[id].confidence, id))


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


def row_of(record: Record) -> Row | None:
    """The line of a record that is served and tells what failed and what worked instead."""
    cure = record.body.get("cure")
    if record.life.value != "active" or not isinstance(cure, dict):
        return None
    tool, shape, other = (str(cure.get(name, "")) for name in ("tool", "failed", "worked"))
    word = max((w for w in shape.split() if w != GAP), key=len, default="")
    if not tool or not word:
        return None
    # Where the call that works is a part of the one that fails it cannot tell them apart.
    other = "" if repeats(shape, other) else other
    return Row(word, record.id, Matcher(record.scope, tool, shape, other, record.confidence))


def follow(tx: Tx, home: Path, store: str, *, blocks: bool = False) -> bool:
    """Bring the hooks' file up to date with the ledger; whether it was not."""
    began = time.time_ns()
    table, head = load(home, store), tx.ledger.head()[0]
    if table is None or table.head > head:
        every = filter(None, map(row_of, tx.knowledge.all()))
        table = Table(store, head, blocks).with_rows((), every)
    elif table.head < head or table.blocks != blocks:
        ids = _touched(tx, table.head)
        come = filter(None, map(row_of, tx.knowledge.by_ids(ids)))
        table = table.with_rows(ids, come)._replace(head=head, blocks=blocks)
    else:
        touch(home, began)
        return False
    save(home, table, began)
    return True


def stands(record: Record, now: At) -> bool:
    """Whether a record that was compiled may still be said."""
    if record.life.value != "active" or record.valid_from > now:
        return False
    return not (record.valid_to and record.valid_to <= now)


def store_of(url: str) -> str:
    """A store's mark in the file: two stores may share a folder."""
    import hashlib

    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _said(arguments: Mapping[str, Any]) -> Iterator[str]:
    """What names a place or a thing: one line, not long, no text."""
    for name, value in arguments.items():
        if name in TEXTS or not isinstance(value, str):
            continue
        if len(value) <= LONGEST_ARGUMENT and "\n" not in value:
            yield value


def _touched(tx: Tx, after: int) -> set[str]:
    """The records that were changed since that entry."""
    found: set[str] = set()
    while entries := tx.ledger.entries(after=after, limit=PAGE):
        found |= {e.subject for e in entries if e.name.endswith(".updated")}
        after = entries[-1].seq
    return found
