"""A compressed file or a pipe as plain bytes, enough of them at once to recognise a format by."""

from __future__ import annotations

import io
import sys
import zlib
from typing import TYPE_CHECKING

from passdown.domain.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO

BUFFER = 1 << 17
"""Bytes read at once: so many stay in the cache while lines are cut from them."""
HEAD = 1 << 16
DAMAGE = (OSError, EOFError, zlib.error)
"""What reading a stream raises where it makes no sense any more."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"
"""How a frame of zstandard that holds nothing goes on after its first byte; files may begin so."""


class Filled(io.RawIOBase):
    """What a function reads, in good pieces; where it is damaged, all that stood before comes
    first."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._fault: BaseException | None = None

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a good part of the buffer, so that a reader can recognise what it sees."""
        got, view = 0, memoryview(buffer)
        while got < min(len(view), HEAD) and self._fault is None:
            try:
                piece = self._read(len(view) - got)
            except DAMAGE as e:
                self._fault = e
                break
            if not piece:
                return got
            view[got : got + len(piece)] = piece
            got += len(piece)
        if not got and self._fault:
            raise self._fault
        return got


def buffered(read: Callable[[int], bytes]) -> io.BufferedReader:
    """A stream over a function that reads at most so many bytes, none at the end."""
    return io.BufferedReader(Filled(read), BUFFER)


def unpacked(packed: io.BufferedReader, where: str) -> io.BufferedReader | None:
    """What is in this stream; None when it is not compressed."""
    head = packed.peek(4)[:4]
    if head.startswith(_GZIP):
        import gzip

        return buffered(gzip.GzipFile(fileobj=packed).read1)
    if head == _ZSTD or (head[1:] == _SKIPPABLE and head[0] & 0xF0 == 0x50):
        return buffered(_Frames(packed, where).read)
    return None


class _Frames:
    """The frames of zstandard in a stream, one after the other as if they were one."""

    def __init__(self, packed: BinaryIO, where: str) -> None:
        self._packed = packed
        self._zstd = _zstd(where)
        self._frame: Any = None

    def read(self, size: int) -> bytes:
        """At most so many bytes of what they hold; EOFError when the last one is torn."""
        piece, ended = b"", False
        while not piece and not ended:
            raw = self._more()
            ended = self._frame is None
            try:
                piece = b"" if ended else self._frame.decompress(raw, size)
            except self._zstd.ZstdError as e:
                raise OSError(str(e)) from None
        return piece

    def _more(self) -> bytes:
        """What to decompress next; at the end of a frame the next one begins, if there is one."""
        if self._frame is None or self._frame.eof:
            rest = self._frame.unused_data if self._frame else b""
            raw: bytes = rest or self._packed.read(BUFFER)
            self._frame = self._zstd.ZstdDecompressor() if raw else None
        elif self._frame.needs_input:
            raw = self._packed.read(BUFFER)
            if not raw:
                raise EOFError("it ends in the middle of a frame")
        else:
            raw = b""
        return raw


def _zstd(where: str) -> Any:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise Unreadable(
            "compressed with zstandard, which this Python was built without",
            where=where,
            next="Run zstd -d on it first.",
        ) from None
    return zstd
