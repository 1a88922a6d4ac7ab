"""Records of several lines in a file that grows: each as one Line, cut where its reader says."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from passdown.contract.reader import Line, Skip
from passdown.stages.observe import lines
from passdown.stages.observe.lines import Chunk
from passdown.stages.observe.unpack import DAMAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.stages.observe.lines import Input


Starts: TypeAlias = "Callable[[bytes, bytes], bool]"


def blocks(
    source: Input, start: int, starts: Starts, *, number: int, max_line: int
) -> Iterator[Chunk]:
    """From `start`, whose line is the `number`th, to the end; exactly the last chunk is marked so.
    A record longer than `max_line` is cut. What is appended to the last one is one of its own."""
    cutting = _Cutting(Chunk(end=start, number=number), starts, max_line)
    try:
        while raw := source.stream.readline(max_line + 1):
            if cutting.is_full:
                yield cutting.renewed()
            if not cutting.take(raw, source):
                break
    except DAMAGE as e:
        cutting.damaged(e)
    cutting.close()
    cutting.chunk.last = True
    yield cutting.chunk


class _Cutting:
    """The chunk so far, and the lines of the record that is not at its end yet."""

    def __init__(self, chunk: Chunk, starts: Starts, most: int) -> None:
        self.chunk = chunk
        self.starts = starts
        self.most = most
        self.begun = chunk.end
        self.held: list[bytes] = []
        self.size = 0

    @property
    def is_full(self) -> bool:
        """Whether the chunk holds enough."""
        return self.chunk.end - self.begun >= lines.CHUNK

    def renewed(self) -> Chunk:
        """The chunk so far; the next one begins where it ends."""
        full, self.begun = self.chunk, self.chunk.end
        self.chunk = Chunk(end=full.end, number=full.number)
        return full

    def take(self, raw: bytes, source: Input) -> bool:
        """One more line, or the rest of one too long to hold; False when it is torn."""
        whole = raw.endswith(b"\n")
        if not whole and len(raw) > self.most:
            self.close()
            lines.pass_over(self.chunk, source, len(raw))
        elif whole or source.final:
            self._add(raw)
        else:
            self.chunk.torn = not raw.isspace()
            return False
        return True

    def damaged(self, cause: BaseException) -> None:
        """The stream cannot be read on."""
        self.close()
        skip = Skip(self.chunk.end, f"damaged from here on: {cause}")
        self.chunk.skips.append((self.chunk.number, skip))

    def _add(self, raw: bytes) -> None:
        if self.held and (self.size + len(raw) > self.most or self.starts(raw, self.held[-1])):
            self.close()
        self.held.append(raw)
        self.size += len(raw)

    def close(self) -> None:
        """The held lines are a record."""
        chunk, raw = self.chunk, b"".join(self.held)
        offset = chunk.end
        if not offset and raw.startswith(lines.BOM):
            offset, raw = len(lines.BOM), raw[len(lines.BOM) :]
        raw = raw.rstrip(b"\r\n")
        if raw and not raw.isspace():
            chunk.lines.append(Line(offset, raw))
            chunk.numbers.append(chunk.number)
        chunk.end += self.size
        chunk.number += len(self.held)
        self.held, self.size = [], 0
