"""Events as JSON lines: what a file holds or a pipe brings, each line read or named."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedIOBase

PART = 1 << 16
"""Bytes asked for at once; a pipe gives what it has."""


class Entry(NamedTuple):
    """One line: an event, or why it is none. `id` is that of its place, where it has one."""

    line: int
    raw: dict[str, Any] | None
    why: str = ""
    id: str = ""


def entries(stream: BufferedIOBase, *, longest: int, where: str = "") -> Iterator[list[Entry]]:
    """The lines of a stream as they come, blank ones left out: each list is what can be stored
    without waiting for more. `where` names a file, in which each line has a place."""
    reading = _Reading(longest, where)
    while part := stream.read1(PART):
        yield list(reading.lines(part))
    yield list(reading.rest())


class _Reading:
    """What is left over from one part for the next, and where we are."""

    def __init__(self, longest: int, where: str) -> None:
        self._longest = longest
        self._where = where
        self._held = b""
        self._long = False
        self._line = 0
        self._offset = 0

    def lines(self, part: bytes) -> Iterator[Entry]:
        """The lines that this part completes."""
        *whole, held = (self._held + part).split(b"\n")
        for line in whole:
            yield from self._entry(line, len(line) + 1)
        self._held = held
        if len(held) > self._longest:
            # Nothing of it is kept: it is named when it ends.
            self._offset += len(held)
            self._held, self._long = b"", True

    def rest(self) -> Iterator[Entry]:
        """The last line, where nothing ends it."""
        if self._held or self._long:
            yield from self._entry(self._held, len(self._held))

    def _entry(self, line: bytes, size: int) -> Iterator[Entry]:
        self._line += 1
        at, self._offset = self._offset, self._offset + size
        is_long, self._long = self._long or len(line) > self._longest, False
        if is_long:
            yield Entry(self._line, None, f"longer than {self._longest} bytes")
        elif line.strip():
            yield self._read(line, at)

    def _read(self, line: bytes, at: int) -> Entry:
        try:
            raw = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            deep = isinstance(error, RecursionError)
            return Entry(self._line, None, "it nests too deep" if deep else f"not JSON: {error}")
        if not isinstance(raw, dict):
            return Entry(self._line, None, "not a JSON object")
        return Entry(self._line, raw, id=self._id(line, at))

    def _id(self, line: bytes, at: int) -> str:
        """The same for the same line at the same place of the same file; '' in a pipe."""
        if not self._where:
            return ""
        place = f"{self._where}\0{at}\0".encode("utf-8", "surrogateescape")
        return hashlib.sha256(place + line).hexdigest()[:32]
