"""One file as batches ready to be stored: read from where it ended, redacted, stamped. Writes
nothing and needs no store, so that it can run anywhere."""

from __future__ import annotations

import os
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from msgspec import json as fast

from passdown.contract.reader import Blocks, Draft, Placed, SessionFacts, Skip
from passdown.domain.errors import Unreadable
from passdown.domain.observation import Session
from passdown.domain.scope import GLOBAL
from passdown.stages.observe import cursor
from passdown.stages.observe.blocks import blocks
from passdown.stages.observe.cursor import Start
from passdown.stages.observe.files import PIPED
from passdown.stages.observe.lines import Chunk, chunks, open_file, whole, wrap
from passdown.stages.observe.readers import sniff
from passdown.stages.observe.repo import fit, repo_of
from passdown.stages.observe.tally import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from passdown.contract.reader import Drawn, Json, Reader
    from passdown.domain.clock import At
    from passdown.domain.observation import Source
    from passdown.domain.scope import Scope
    from passdown.stages.observe.files import File
    from passdown.stages.observe.lines import Input
    from passdown.stages.observe.readers import Readers
    from passdown.stages.observe.stamp import Stamp, Stamped


PACKED = 8
"""How many bytes one byte of a compressed transcript holds, about."""


@dataclass(slots=True)
class Batch:
    """A piece of one file: what it says of sessions, what was seen, and the cursor after it."""

    file: File
    format: str
    bytes: int = 0
    size: int = 0
    records: int = 0
    damaged: int = 0
    facts: list[SessionFacts] = field(default_factory=list)
    items: list[Stamped] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unkept: dict[str, int] = field(default_factory=dict)
    source: Source | None = None
    rewritten: bool = False
    torn: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """What drawing needs beside the file."""

    readers: Readers
    stamp: Stamp
    max_line: int
    now: At

    def draw(self, file: File, source: Source | None) -> Iterator[Batch]:
        """The batches of a file, none when it holds no transcript; Unreadable when it cannot be
        read, or was named and no reader knows it."""
        with open_file(file.path) as opened:
            file = _as_opened(file, opened)
            begun = cursor.start(file, source, opened)
            reader = self._reader(file, begun, opened)
            if reader is None:
                return
            reader = reader.at(file.path) if isinstance(reader, Placed) else reader
            again = source is not None and source.offset > 0 and not begun.offset
            for batch, read, tail in self._drawn(file, reader, begun, opened):
                batch.rewritten, again = again, False
                batch.source = self._mark(file, read, tail, batch.last)
                yield batch

    def look(self, file: File, source: Source | None) -> tuple[str, int]:
        """The format of a file and about how many bytes there are to read; '' when it holds no
        transcript. Unreadable as for `draw`."""
        with open_file(file.path) as opened:
            file = _as_opened(file, opened)
            begun = cursor.start(file, source, opened)
            reader = self._reader(file, begun, opened)
            left = file.size * PACKED if opened.final else file.size - begun.offset
            return (reader.name, left) if reader else ("", 0)

    def pipe(self, stream: BinaryIO) -> Iterator[Batch]:
        """The batches of a stream, to its end; it has no cursor, and none comes back to it."""
        opened = wrap(stream, PIPED.path, final=True)
        reader = self._reader(PIPED, Start(), opened)
        if reader is not None:
            for batch, _, _ in self._drawn(PIPED, reader, Start(), opened):
                yield batch

    def _drawn(
        self, file: File, reader: Reader, begun: Start, opened: Input
    ) -> Iterator[tuple[Batch, Start, str]]:
        """Each batch, how far it is read with it, and what the file looks like before there."""
        begun = begun._replace(format=reader.name, memory=begun.memory or {})
        for chunk in self._chunks(reader, begun, opened):
            batch, begun = self._batch(file, reader, begun, chunk)
            yield batch, begun, cursor.tail(opened, chunk.end)

    def _mark(self, file: File, read: Start, tail: str, ended: bool) -> Source:
        memory = self.stamp.memory(read.memory or {})
        return cursor.mark(file, read, tail=tail, memory=memory, now=self.now, ended=ended)

    def _reader(self, file: File, begun: Start, opened: Input) -> Reader | None:
        try:
            head = opened.head()
            if not head:
                return None
            known = self.readers.named(begun.format)
            return known or sniff(head, self.readers.known, file.path)
        except Unreadable:
            if file.named:
                raise
            return None

    def _chunks(self, reader: Reader, begun: Start, opened: Input) -> Iterator[Chunk]:
        if reader.unit == "file":
            yield whole(opened, max_line=self.max_line)
            return
        if begun.offset:
            opened.skip_to(begun.offset)
        place, number, most = begun.offset, begun.number, self.max_line
        if isinstance(reader, Blocks):
            yield from blocks(opened, place, reader.starts, number=number, max_line=most)
        else:
            yield from chunks(opened, place, number=number, max_line=most)

    def _batch(self, file: File, reader: Reader, begun: Start, chunk: Chunk) -> tuple[Batch, Start]:
        # A copy: batches wait to be stored while the reader already reads on.
        memory: Json = fast.decode(fast.encode(begun.memory))
        before = _counts(memory)
        batch = Batch(file, reader.name, torn=chunk.torn, last=chunk.last)
        drawn = _read(reader, chunk, memory, file.path)
        self._fill(batch, chunk, drawn)
        after = _counts(memory)
        batch.unkept = {k: n - before.get(k, 0) for k, n in after.items() if n != before.get(k, 0)}
        batch.bytes = chunk.end - begun.offset
        counts = dict(begun.counts or {})
        counts["records"] = counts.get("records", 0) + batch.records
        counts["skipped"] = counts.get("skipped", 0) + len(batch.skipped)
        return batch, begun._replace(
            offset=chunk.end, number=chunk.number, memory=memory, counts=counts
        )

    def _fill(self, batch: Batch, chunk: Chunk, drawn: list[Drawn]) -> None:
        places = [line.offset for line in chunk.lines]
        scopes: dict[str, Scope] = {}
        damaged: set[int] = set()
        skips: list[tuple[int, Skip]] = list(chunk.skips)
        bad: set[int] = set()
        for one in drawn:
            if isinstance(one, Draft):
                raw = _bytes(chunk, places, one.offset, one.length)
                scope = scopes.get(one.session, GLOBAL)
                stamped = self.stamp.observation(one, raw, batch.file.key, scope)
                batch.items.append(stamped)
                batch.size += len(stamped.item.text)
                if "damaged" in one.meta:
                    damaged.add(one.offset)
            elif isinstance(one, SessionFacts):
                facts = self.stamp.facts(_placed(one))
                batch.facts.append(facts)
                scopes.setdefault(one.id, Session(one.id, "", repo=facts.repo).scope)
            else:
                skips.append((_number(chunk, places, one.offset), one))
                bad.add(one.offset)
        where = batch.file.key
        batch.skipped = [Skipped(where, n, s.offset, s.reason[:300]) for n, s in skips]
        batch.damaged, batch.records = len(damaged), len(chunk.lines) - len(bad & {*places})


def _read(reader: Reader, chunk: Chunk, memory: Json, path: str) -> list[Drawn]:
    try:
        return list(reader.read(chunk.lines, memory))
    except Exception as e:
        first = chunk.numbers[0] if chunk.numbers else chunk.number
        raise Unreadable(
            f"the reader {reader.name} failed: {type(e).__name__}",
            where=f"{path}, from line {first}",
            next="Report it with the lines from there on.",
        ) from e


def _as_opened(file: File, opened: Input) -> File:
    """The file as it stands now that it is open: it may have changed since it was found."""
    now = os.fstat(opened.under.fileno())
    return file._replace(
        device=now.st_dev, inode=now.st_ino, size=now.st_size, mtime_ns=now.st_mtime_ns
    )


def _placed(facts: SessionFacts) -> SessionFacts:
    """The facts with the repo that the session's folder belongs to; the folder itself is not
    kept."""
    meta = {k: v for k, v in facts.meta.items() if k != "cwd"}
    folder = facts.meta.get("cwd")
    repo = facts.repo or (repo_of(folder) if isinstance(folder, str) else "")
    return replace(facts, repo=fit(repo), meta=meta)


def _bytes(chunk: Chunk, places: list[int], offset: int, length: int) -> bytes | None:
    """What stands in the file at this place; None when a reader invents it."""
    at = bisect_right(places, offset) - 1
    if at < 0:
        return None
    line = chunk.lines[at]
    start = offset - line.offset
    whole = not start and length == len(line.raw)
    raw = line.raw if whole else line.raw[start : start + length]
    return raw if raw and len(raw) == length else None


def _number(chunk: Chunk, places: list[int], offset: int) -> int:
    """The number of the line that stands there; 0 when a reader invents a place."""
    at = bisect_right(places, offset) - 1
    if at < 0 or offset >= places[at] + max(1, len(chunk.lines[at].raw)):
        return 0
    return chunk.numbers[at] + chunk.lines[at].raw.count(b"\n", 0, offset - places[at])


def _counts(memory: Json) -> dict[str, int]:
    counts = memory.get("counts")
    return dict(counts) if isinstance(counts, dict) else {}
