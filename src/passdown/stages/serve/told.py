"""What a session was told lately, so that it does not hear the same again and again."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from passdown.storage import spool

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "told"
LARGEST = 65_536


def is_due(home: Path, session: str, id: str, every: int) -> bool:
    """Whether this session is to be told this, which it is once in so many calls that ask for
    it; that it asked is remembered. Always, where no session is known."""
    if not session:
        return True
    path = home / FOLDER / _name(session)
    said = _read(path)
    if len(said) > LARGEST:
        path.unlink(missing_ok=True)
        said = b""
    spool.append_to(path, f"{id}\n".encode())
    return said.split().count(id.encode()) % every == 0


def tidy(home: Path, before: float) -> None:
    """Forget what sessions were told that asked for nothing since then (seconds since 1970)."""
    folder = home / FOLDER
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return b""
    with os.fdopen(handle, "rb") as file:
        return file.read(LARGEST + 1)


def _name(session: str) -> str:
    return hashlib.sha256(session.encode("utf-8", "surrogatepass")).hexdigest()[:16]
