"""Append-only spool files beside the store: one fast write now, drained later.

Any number of processes append; one drains. A row is forgotten only when the drain ended well.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIVE = "spool.jsonl"
TAKEN = "draining.jsonl"
LONGEST = 65_536


def append(folder: Path, row: dict[str, Any]) -> None:
    """Add one row, whole or not at all; OSError when the disk refuses it."""
    line = (json.dumps(row, separators=(",", ":")) + "\n").encode()
    if len(line) > LONGEST:
        raise ValueError(f"a spool row of {len(line)} bytes")
    append_to(folder / LIVE, line)


def append_to(path: Path, lines: bytes) -> None:
    """Add whole lines to a file that is its owner's alone, in a folder made for it where there is
    none, all of them or none; OSError when the disk refuses it or a link stands there."""
    try:
        while not _append(path, lines):
            pass
    except FileNotFoundError:
        make(path.parent)
        while not _append(path, lines):
            pass


def make(folder: Path) -> None:
    """The folder and those above it, where they are missing, for their owner only."""
    if not folder.is_dir():
        make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _append(path: Path, line: bytes) -> bool:
    """False when the file was taken by a drain between opening and locking it."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not _is_still(path, handle):
            return False
        end = os.fstat(handle).st_size
        if os.write(handle, line) != len(line):
            os.ftruncate(handle, end)
            raise OSError(28, "No space left on device", str(path))
        return True
    finally:
        os.close(handle)


def rewrite(path: Path, say: Callable[[bytes], bytes | None]) -> int:
    """Let every line of a file be what this says of it, or go; how many are not what they were.
    Nobody appends meanwhile, and nothing changes unless all of it does. OSError as `append_to`."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    with os.fdopen(handle, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _is_still(path, file.fileno()):
            return rewrite(path, say)
        said = [(line, say(line)) for line in file]
        changed = sum(line != new for line, new in said)
        if changed:
            _replace(path, b"".join(new for _, new in said if new is not None))
        return changed


def _replace(path: Path, content: bytes) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
    aside.replace(path)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.stat(path).st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


@contextmanager
def drain(folder: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows so far, oldest first; they are forgotten when the block ends without an error.

    Empty while another process drains.
    """
    if not folder.is_dir():
        yield []
        return
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(lock):
            yield []
            return
        taken = _take(folder)
        yield _rows(taken)
        taken.unlink(missing_ok=True)
    finally:
        os.close(lock)


def peek(folder: Path) -> list[dict[str, Any]]:
    """The rows that were appended, oldest first; they stay."""
    return _rows(folder / LIVE)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take(folder: Path) -> Path:
    """The file to drain: what an interrupted drain left, else what was appended since."""
    taken, live = folder / TAKEN, folder / LIVE
    if not taken.exists() and live.exists():
        live.rename(taken)
        with taken.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
    return taken


def _rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file; a line a crash tore is passed over."""
    if not path.exists():
        return []
    rows = []
    for line in path.read_bytes().splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            rows.append(row)
    return rows
