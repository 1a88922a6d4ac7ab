"""A file's bytes as chunks of whole lines: streamed, bounded, a torn last line left for later."""

from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

import msgspec

from passdown.contract.reader import Line, Skip
from passdown.domain.errors import PassdownError, Unreadable
from passdown.stages.observe.unpack import BUFFER, DAMAGE, HEAD, buffered, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

CHUNK = 1 << 22
"""Bytes after which a chunk ends: what is held, parsed and stored together."""

_WIDE = (b"\xff\xfe", b"\xfe\xff")
_END, _SPACE = b"\n "
BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Chunk:
    """Whole lines that stand together, the number of each, and what was passed over."""

    lines: list[Line] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    skips: list[tuple[int, Skip]] = field(default_factory=list)
    end: int = 0
    number: int = 0
    torn: bool = False
    last: bool = False


class Input:
    """An open file or stream. `final` says that nothing will be appended to what is read."""

    def __init__(
        self, stream: io.BufferedReader, where: str, *, final: bool, under: BinaryIO | None = None
    ) -> None:
        self.stream = stream
        self.where = where
        self.final = final
        self.under = under or stream

    def __enter__(self) -> Input:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()
        self.under.close()

    def head(self) -> bytes:
        """What a reader is recognised by; Unreadable when no reader could ever read it."""
        try:
            head = self.stream.peek(HEAD)[:HEAD]
        except DAMAGE as e:
            raise damaged(self.where, e) from None
        if head.startswith(_WIDE) or b"\0" in head:
            raise Unreadable(
                "a binary file, not a transcript", where=self.where, next="Leave it out."
            )
        return head

    def skip_to(self, offset: int) -> None:
        """Go to where reading ended; only files can."""
        self.stream.seek(offset)


def open_file(path: str) -> Input:
    """The file, decompressed where it needs to be; Unreadable unless it is a regular one."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        fd = os.open(path, flags)
    except (OSError, ValueError) as e:
        raise refused(path, e) from None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise Unreadable("not a regular file", where=path, next="Name a file or a folder.")
    return wrap(open(fd, "rb", buffering=BUFFER), path, final=False)


def wrap(stream: BinaryIO, where: str, *, final: bool) -> Input:
    """A stream that is open already, as Input: a pipe when it is final, else a file."""
    plain = stream if isinstance(stream, io.BufferedReader) and not final else _piped(stream)
    try:
        inner = unpacked(plain, where)
    except (OSError, PassdownError) as e:
        plain.close()
        stream.close()
        raise refused(where, e) if isinstance(e, OSError) else e from None
    return Input(inner or plain, where, final=final or inner is not None, under=stream)


def _piped(stream: BinaryIO) -> io.BufferedReader:
    return buffered(getattr(stream, "read1", stream.read))


def chunks(source: Input, start: int, *, number: int, max_line: int) -> Iterator[Chunk]:
    """From `start`, whose line is the `number`th, to the end; a damaged stream ends early, as a
    Skip. Exactly the last chunk is marked so."""
    offset, last = start, False
    while not last:
        chunk = Chunk(end=offset, number=number)
        try:
            _fill(chunk, source, max_line)
        except DAMAGE as e:
            chunk.skips.append((chunk.number, Skip(chunk.end, f"damaged from here on: {e}")))
            chunk.last = True
        offset, number, last = chunk.end, chunk.number, chunk.last
        yield chunk


def _fill(chunk: Chunk, source: Input, max_line: int) -> None:
    stop, most = chunk.end + CHUNK, max_line + 1
    readline = source.stream.readline
    while chunk.end < stop and not chunk.last:
        raw = _take(chunk, readline, stop, most) if chunk.end else readline(most)
        if raw.endswith(b"\n"):
            _keep(chunk, raw)
        elif len(raw) > max_line:
            pass_over(chunk, source, len(raw))
        elif chunk.end < stop:
            _finish(chunk, raw, final=source.final)


def _take(chunk: Chunk, readline: Callable[[int], bytes], stop: int, most: int) -> bytes:
    """Keep all lines up to `stop`; the first piece that is no whole line comes back. What `_keep`
    does, without a call for every line that there is."""
    end = chunk.end
    places: list[int] = []
    raws: list[bytes] = []
    empty: set[int] = set()
    try:
        for line in iter(partial(readline, most), b""):
            if line[-1] != _END:
                return line
            if (raw := line.rstrip(b"\r\n")) and (raw[0] > _SPACE or not raw.isspace()):
                places.append(end)
                raws.append(raw)
            else:
                empty.add(len(places) + len(empty))
            end += len(line)
            if end >= stop:
                break
    finally:
        # Also where the stream is damaged: what stood before that is read.
        chunk.end = end
        # Half of what its own constructor takes.
        chunk.lines += map(tuple.__new__, repeat(Line), zip(places, raws, strict=True))
        _count(chunk, len(places), empty)
    return b""


def _count(chunk: Chunk, kept: int, empty: set[int]) -> None:
    """Number the lines that were kept; `empty` says which of all were not."""
    first, past = chunk.number, chunk.number + kept + len(empty)
    every = range(first, past)
    chunk.numbers += [n for n in every if n - first not in empty] if empty else every
    chunk.number = past


def _keep(chunk: Chunk, raw: bytes) -> None:
    offset, length = chunk.end, len(raw)
    if not offset and raw.startswith(BOM):
        offset, raw = 3, raw[3:]
    raw = raw.rstrip(b"\r\n")
    if raw and not raw.isspace():
        chunk.lines.append(Line(offset, raw))
        chunk.numbers.append(chunk.number)
    chunk.end += length
    chunk.number += 1


def pass_over(chunk: Chunk, source: Input, length: int) -> None:
    """Read to the end of a line too long to hold, holding none of it."""
    while rest := source.stream.readline(BUFFER):
        length += len(rest)
        if rest.endswith(b"\n"):
            break
    reason = f"a line of {length:,} bytes, longer than observe.max_line"
    chunk.skips.append((chunk.number, Skip(chunk.end, reason)))
    chunk.end += length
    chunk.number += 1


def _finish(chunk: Chunk, raw: bytes, *, final: bool) -> None:
    """The last line, without its end: somebody may still be writing it, unless it is whole."""
    chunk.last = True
    if final or _is_whole(raw):
        _keep(chunk, raw)
    else:
        chunk.torn = not (not raw or raw.isspace())


def _is_whole(raw: bytes) -> bool:
    if not raw.rstrip().endswith((b"}", b"]")):
        return False
    try:
        msgspec.json.decode(raw, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def whole(source: Input, *, max_line: int) -> Chunk:
    """All of it as one line, for formats that are one document; Limit-sized or Unreadable."""
    try:
        raw = source.stream.read(max_line + 1)
    except DAMAGE as e:
        raise damaged(source.where, e) from None
    if len(raw) > max_line:
        raise Unreadable(
            f"a document longer than {max_line:,} bytes",
            where=source.where,
            next="Raise observe.max_line, or split it.",
        )
    return Chunk([Line(0, raw)], [1], end=len(raw), number=2, last=True)


def damaged(where: str, cause: BaseException) -> PassdownError:
    """What to say of a file that stops making sense to the machine itself."""
    return Unreadable(f"cannot be read: {cause}", where=where, next="Restore or leave it out.")


def refused(where: str, cause: Exception) -> PassdownError:
    """What to say of a file that cannot be opened."""
    why = getattr(cause, "strerror", None) or str(cause)
    return Unreadable(f"cannot be opened: {why}", where=where, next="Check its permissions.")
