"""Where reading of a file ended, and whether it may go on from there."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Source

if TYPE_CHECKING:
    from passdown.contract.reader import Json
    from passdown.domain.clock import At
    from passdown.stages.observe.files import File
    from passdown.stages.observe.lines import Input

BLOCK = 4096


class Start(NamedTuple):
    """Where to begin, at which line, with what the reader remembers and the format known so far
    ('' when the content has to say)."""

    offset: int = 0
    number: int = 1
    format: str = ""
    memory: Json | None = None
    counts: dict[str, int] | None = None


def unchanged(file: File, source: Source | None) -> bool:
    """Whether nothing happened to the file since it was read; it need not be opened to know."""
    if source is None or source.inode != file.inode:
        return False
    seen = source.counts
    return seen.get("size") == file.size and seen.get("mtime") == file.mtime_ns


def start(file: File, source: Source | None, opened: Input) -> Start:
    """After what was read, if the file only grew; at its beginning otherwise."""
    if source is None or opened.final or not _grew(file, source, opened):
        return Start()
    counts = {k: n for k, n in source.counts.items() if k not in ("size", "mtime", "line")}
    line = source.counts.get("line", 1)
    return Start(source.offset, line, source.format, dict(source.memory), counts)


def _grew(file: File, source: Source, opened: Input) -> bool:
    same = source.inode == file.inode and file.size >= source.offset
    return same and bool(source.tail) and source.tail == tail(opened, source.offset)


def tail(opened: Input, offset: int) -> str:
    """What the file looks like before `offset`: its first block and the last; '' for a stream
    whose bytes are not the file's."""
    if opened.final or not opened.stream.seekable():
        return ""
    fd = opened.stream.fileno()
    begin = max(0, offset - BLOCK)
    seen = os.pread(fd, min(BLOCK, offset), 0) + os.pread(fd, offset - begin, begin)
    return hashlib.sha256(seen).hexdigest()[:32]


def mark(file: File, read: Start, *, tail: str, memory: Json, now: At, ended: bool) -> Source:
    """The file as read so far; only at its end is it known how it stood."""
    seen = {"size": file.size, "mtime": file.mtime_ns} if ended else {}
    counts = {**(read.counts or {}), **seen, "line": read.number}
    place = file.device, file.inode, read.offset
    return Source(file.key, read.format, *place, tail, memory, now, counts)
