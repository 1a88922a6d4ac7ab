"""Pointers that hooks leave: where a session stands, never what was said in it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from passdown.storage import spool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "spool"
FIELDS = {"client": 64, "event": 64, "session": 200, "path": 4096, "tool": 200, "at": 40}
"""What a pointer may hold, and how long each text may be."""


def append(home: Path, pointer: dict[str, Any]) -> None:
    """Add one pointer to the store's spool, whole or not at all; OSError when the disk refuses
    it. Whatever else a client sent along is left out."""
    spool.append(home / FOLDER, _pointer(pointer))


@contextmanager
def drain(home: Path) -> Iterator[list[dict[str, Any]]]:
    """The pointers so far, oldest first; forgotten when the block ends without an error, so a
    crash inside it means that they come again. Empty while another process drains."""
    with spool.drain(home / FOLDER) as rows:
        yield [_pointer(row) for row in rows]


def files(pointers: list[dict[str, Any]]) -> list[str]:
    """The transcripts pointed at, each once, the one pointed at last first."""
    return list(dict.fromkeys(p["path"] for p in reversed(pointers) if p.get("path")))


def _pointer(row: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: value[:longest]
        for name, longest in FIELDS.items()
        if isinstance(value := row.get(name), str) and value
    }
    offset = row.get("offset")
    if isinstance(offset, int) and 0 <= offset < 2**63:
        kept["offset"] = offset
    return kept
