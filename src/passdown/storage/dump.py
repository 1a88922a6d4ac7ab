"""The portable backup: every table as JSON lines, compressed, with a checksum at its end.

Any backend restores it, whichever wrote it; what is derived is left out and built again.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from passdown.domain.errors import NotFound, Unreadable
from passdown.storage.files import refused, replaced
from passdown.storage.migrate import SCHEMA, newer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Row: TypeAlias = Sequence[Any]

TABLES = (
    "sessions",
    "observations",
    "sources",
    "records",
    "versions",
    "edges",
    "proposals",
    "messages",
    "marks",
    "ledger",
    "bodies",
    "anchor",
    "images",
    "activities",
    "activity_items",
    "jobs",
    "facts",
    "counters",
    "actors",
    "tokens",
    "forgotten",
)
"""What is kept; the tables beside these note migrations or are derived."""

MAGIC = b"\x1f\x8b"
AT_ONCE = 1000

_column = re.compile(r"[a-z_][a-z0-9_]*")


class Batch(NamedTuple):
    """Some rows of one table."""

    table: str
    columns: Sequence[str]
    rows: Iterable[Row]


class Backup(NamedTuple):
    """A backup that was found whole: its schema and its rows, as often as they are asked for."""

    schema: int
    batches: Callable[[], Iterator[Batch]]


def write_dump(batches: Iterable[Batch], to: str) -> int:
    """Write these tables to a file; its bytes."""
    with replaced(to) as temporary, open(temporary, "r+b") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6, mtime=0) as target:
            seen, rows = sha256(), 0
            for line in _lines(batches):
                rows += line.startswith(b"[")
                seen.update(line)
                target.write(line)
            target.write(_line({"rows": rows, "sha256": seen.hexdigest()}))
        file.flush()
        return file.tell()


def _lines(batches: Iterable[Batch]) -> Iterator[bytes]:
    yield _line({"passdown": "backup", "schema": SCHEMA})
    for table, columns, rows in batches:
        yield _line({"table": table, "columns": list(columns)})
        yield from map(_line, rows)


def _line(value: Any) -> bytes:
    plain = list(value) if isinstance(value, tuple) else value
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def open_dump(path: str) -> Backup:
    """The backup in this file, read once to the end; Unreadable when anything is missing."""
    try:
        schema = _whole(_read(path))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise damaged(path) from error
    if schema > SCHEMA:
        raise newer(schema, SCHEMA, path)
    return Backup(schema, lambda: _batches(path))


def _whole(lines: Iterator[bytes]) -> int:
    """The schema of a backup whose every line is as it was written; ValueError else."""
    first = next(lines, b"")
    header = json.loads(first)
    if header["passdown"] != "backup":
        raise ValueError("another format")
    seen, rows = sha256(first), 0
    for line in lines:
        if line.startswith(b'{"rows":'):
            if json.loads(line) != {"rows": rows, "sha256": seen.hexdigest()} or next(lines, b""):
                raise ValueError("the end does not fit")
            return int(header["schema"])
        seen.update(line)
        rows += line.startswith(b"[") or _named(json.loads(line))
    raise ValueError("no end")


def _named(head: dict[str, Any]) -> int:
    # The names become part of a statement, and the file may come from anywhere.
    if head["table"] not in TABLES or not all(map(_column.fullmatch, head["columns"])):
        raise ValueError("not a table of ours")
    return 0


def _read(path: str) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as file:
            yield from file
    except FileNotFoundError as error:
        raise NotFound("there is no such file", where=path, next="Look for the backup.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path) from error
    except OSError as error:
        refused(error, path)


def _batches(path: str) -> Iterator[Batch]:
    lines = _read(path)
    table, columns = "", list[str]()
    while part := list(islice(lines, AT_ONCE)):
        rows: list[Row] = []
        for value in map(json.loads, part):
            if isinstance(value, list):
                rows.append(value)
                continue
            if rows:
                yield Batch(table, columns, rows)
            table, columns, rows = value.get("table", ""), value.get("columns", []), []
        if rows:
            yield Batch(table, columns, rows)


def damaged(path: str) -> Unreadable:
    """This file is no backup, or not all of one."""
    return Unreadable(
        "this file is not a passdown backup, or it is cut short or damaged",
        where=path,
        next="Use another backup; nothing was changed.",
    )
