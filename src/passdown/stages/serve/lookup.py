"""The hooks' file: what is known of calls, one line each, sorted by a word of the call.

It is derived from the ledger and stands beside the store. A hook finds the few lines that may
concern a call without reading the others, however many there are, and without the store.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.storage import files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

FILE = "action.lines"
FORMAT = 1


class Row(NamedTuple):
    """One line: the word it is found by, the record it is of, and what else is known."""

    word: str
    id: str
    rest: tuple[Any, ...]


class Table(NamedTuple):
    """All lines, as of one entry of one store's ledger; `blocks` is the one setting that a hook
    needs before it opens the store."""

    store: str
    head: int
    blocks: bool = False
    lines: bytes = b""

    def under(self, words: Iterable[str]) -> Iterator[Row]:
        """The rows that are found by these words."""
        for word in words:
            yield from _under(self.lines, word.encode("utf-8", "surrogatepass"))

    def with_rows(self, gone: Collection[str], come: Iterable[Row]) -> Table:
        """The table without the rows of these records and with those."""
        lines = [line for line in self.lines.splitlines(keepends=True) if _id(line) not in gone]
        lines += map(_line, come)
        ordered: list[bytes] = sorted(lines, key=_key)
        return self._replace(lines=b"".join(ordered))


def load(home: Path, store: str = "") -> Table | None:
    """The table of this store, of any when none is named; None when there is none to be read."""
    try:
        first, _, lines = (home / FILE).read_bytes().partition(b"\n")
        said = json.loads(first)
        known = said["format"] == FORMAT and said["bytes"] == len(lines)
        if not known or store not in ("", said["store"]):
            return None
        return Table(said["store"], said["head"], said["blocks"], lines)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def save(home: Path, table: Table, as_of: int = 0) -> None:
    """Put the table in the file's place, whole or not at all; `as_of` is when it was begun (in
    nanoseconds), and the time the file has."""
    from passdown.storage.spool import make

    said = {"format": FORMAT, **table._asdict(), "lines": None, "bytes": len(table.lines)}
    try:
        make(home)  # of a store on a server nothing else may be there
    except OSError as error:
        files.refused(error, str(home))
    with files.replaced(str(home / FILE)) as part:
        with open(part, "wb") as file:
            file.write(json.dumps(said, separators=(",", ":")).encode() + b"\n" + table.lines)
        os.utime(part, ns=(as_of, as_of))


def touch(home: Path, as_of: int) -> None:
    """Note that the file is what it would be if it was made then."""
    os.utime(home / FILE, ns=(as_of, as_of))


def is_older(home: Path, others: Iterable[str | Path]) -> bool:
    """Whether the file is missing, or any of these that is not empty was written since."""
    try:
        made = os.stat(home / FILE).st_mtime_ns
    except OSError:
        return True
    return any(_written(path) >= made for path in others)


def forget(home: Path) -> None:
    """Take the file away: it is derived anew from what is left."""
    (home / FILE).unlink(missing_ok=True)


def _written(path: str | Path) -> int:
    try:
        found = os.stat(path)
    except OSError:
        return -1
    return found.st_mtime_ns if found.st_size else -1


def _under(lines: bytes, word: bytes) -> Iterator[Row]:
    at = _first(lines, word)
    while lines.startswith(word + b"\t", at):
        end = lines.index(b"\n", at)
        name, id, rest = lines[at:end].split(b"\t", 2)
        yield Row(name.decode("utf-8", "surrogatepass"), id.decode(), tuple(json.loads(rest)))
        at = end + 1


def _first(lines: bytes, word: bytes) -> int:
    """Where the lines under this word begin, or would."""
    low, high = 0, len(lines)
    while low < high:
        begin = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
        if lines[begin : lines.index(b"\t", begin)] < word:
            low = lines.index(b"\n", begin) + 1
        else:
            high = begin
    return low


def _line(row: Row) -> bytes:
    rest = json.dumps(row.rest, separators=(",", ":")).encode()
    return b"\t".join((row.word.encode("utf-8", "surrogatepass"), row.id.encode(), rest)) + b"\n"


def _key(line: bytes) -> list[bytes]:
    return line.split(b"\t", 2)[:2]


def _id(line: bytes) -> str:
    return line.split(b"\t", 2)[1].decode()
