"""Records of several lines in a file that grows: each as one Line, cut where its reader says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.reader import Line, Skip
from passdown.stages.observe import lines
from passdown.stages.observe.lines import Chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.stages.observe.lines import Input


def blocks(
    source: Input,
    start: int,
    starts: Callable[[bytes, bytes], bool],
    *,
    number: int,
    max_line: int,
) -> Iterator[Chunk]:
    """From `start`, whose line is the `number`th, to the end; exactly the last chunk is marked so.
    A record longer than `max_line` is cut. What is appended to the last one is one of its own."""
    cutting = _Cutting(Chunk(end=start, number=number))
    try:
        while raw := source.stream.readline(max_line + 1):
            if raw.endswith(b"\n"):
                yield from cutting.add(raw, starts, max_line)
            elif len(raw) > max_line:
                cutting.close()
                lines.pass_over(cutting.chunk, source, len(raw))
            elif source.final:
                yield from cutting.add(raw, starts, max_line)
            else:
                cutting.chunk.torn = not raw.isspace()
                break
    except lines.DAMAGE as e:
        cutting.close()
        chunk = cutting.chunk
        chunk.skips.append((chunk.number, Skip(chunk.end, f"damaged from here on: {e}")))
    cutting.close()
    cutting.chunk.last = True
    yield cutting.chunk


class _Cutting:
    """The chunk so far, and the lines of the record that is not at its end yet."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.begun = chunk.end
        self.held: list[bytes] = []
        self.size = 0

    def add(self, raw: bytes, starts: Callable[[bytes, bytes], bool], most: int) -> Iterator[Chunk]:
        """One more line; a chunk when it is full and a record ends."""
        if self.held and (self.size + len(raw) > most or starts(raw, self.held[-1])):
            self.close()
            if self.chunk.end - self.begun >= lines.CHUNK:
                yield self.chunk
                self.chunk = Chunk(end=self.chunk.end, number=self.chunk.number)
                self.begun = self.chunk.end
        self.held.append(raw)
        self.size += len(raw)

    def close(self) -> None:
        """The held lines are a record."""
        if not self.held:
            return
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
