"""One file as batches ready to be stored: read from where it ended, redacted, stamped. Writes
nothing and needs no store, so that it can run anywhere."""

from __future__ import annotations

import os
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from msgspec import json as fast

from passdown.contract.reader import Blocks, Draft, Placed, SessionFacts, Shaped, Skip
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
from passdown.stages.observe.todo import PACKED

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


class Lane(NamedTuple):
    """Every so-manyth batch of a file. The reader sees all of it whatever the lane, since it
    remembers what it read; redacting and stamping, most of the work, is done for the lane alone."""

    number: int = 0
    of: int = 1


WHOLE = Lane()
"""All of a file."""


class Skipped(NamedTuple):
    """One line that could not be read."""

    file: str
    line: int
    offset: int
    reason: str


@dataclass(slots=True)
class Batch:
    """A piece of one file: what it says of sessions, what was seen, and the cursor after it."""

    file: File
    format: str
    place: int = 0
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

    def handed(self) -> Drawing:
        """What another process needs of it."""
        return replace(self, readers=self.readers._replace(broken=()))

    def draw(self, file: File, source: Source | None, lane: Lane = WHOLE) -> Iterator[Batch]:
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
            for batch, read in self._drawn(file, reader, begun, opened, lane):
                batch.rewritten = again and not batch.place
                tail = cursor.tail(opened, read.offset)
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
            for batch, _ in self._drawn(PIPED, reader, Start(), opened, WHOLE):
                yield batch

    def _drawn(
        self, file: File, reader: Reader, begun: Start, opened: Input, lane: Lane
    ) -> Iterator[tuple[Batch, Start]]:
        """Each batch of this lane, and how far the file is read with it."""
        begun = begun._replace(format=reader.name, memory=begun.memory or {})
        for place, chunk in enumerate(self._chunks(reader, begun, opened)):
            batch = Batch(file, reader.name, place, torn=chunk.torn, last=chunk.last)
            begun, drawn = self._read(batch, reader, begun, chunk)
            if place % lane.of == lane.number:
                self._fill(batch, chunk, drawn)
                yield batch, begun

    def _mark(self, file: File, read: Start, tail: str, ended: bool) -> Source:
        memory = self.stamp.memory(read.memory or {})
        return cursor.mark(file, read, tail=tail, memory=memory, now=self.now, ended=ended)

    def _reader(self, file: File, begun: Start, opened: Input) -> Reader | None:
        try:
            head = opened.head()
            if not head:
                return None
            known = self.readers.named(begun.format)
            known = known or sniff(head, self.readers.known, file.path)
            return known.shaped(head) if isinstance(known, Shaped) else known
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

    def _read(
        self, batch: Batch, reader: Reader, begun: Start, chunk: Chunk
    ) -> tuple[Start, list[Drawn]]:
        """How far the file is read with this chunk, and what the reader sees in it."""
        # A copy: batches wait to be stored while the reader already reads on.
        memory: Json = fast.decode(fast.encode(begun.memory))
        before = _counts(memory)
        drawn = _read(reader, chunk, memory, batch.file.path)
        after = _counts(memory)
        batch.unkept = {k: n - before.get(k, 0) for k, n in after.items() if n != before.get(k, 0)}
        batch.bytes = chunk.end - begun.offset
        _note(batch, chunk, drawn)
        counts = dict(begun.counts or {})
        counts["records"] = counts.get("records", 0) + batch.records
        counts["skipped"] = counts.get("skipped", 0) + len(batch.skipped)
        now = begun._replace(offset=chunk.end, number=chunk.number, memory=memory, counts=counts)
        return now, drawn

    def _fill(self, batch: Batch, chunk: Chunk, drawn: list[Drawn]) -> None:
        """Make everything storable that was seen in the chunk."""
        places, key = [line.offset for line in chunk.lines], batch.file.key
        scopes: dict[str, Scope] = {}
        damaged: set[int] = set()
        for one in drawn:
            if isinstance(one, Draft):
                raw = _bytes(chunk, places, one.offset, one.length)
                scope = scopes.get(one.session, GLOBAL)
                stamped = self.stamp.observation(one, raw, key, scope)
                batch.items.append(stamped)
                batch.size += len(stamped.item.text)
                if "damaged" in one.meta:
                    damaged.add(one.offset)
            elif isinstance(one, SessionFacts):
                facts = self.stamp.facts(_placed(one))
                batch.facts.append(facts)
                scopes.setdefault(one.id, Session(one.id, "", repo=facts.repo).scope)
        batch.damaged = len(damaged)


def _note(batch: Batch, chunk: Chunk, drawn: list[Drawn]) -> None:
    """What was skipped, and how many records that leaves."""
    batch.records = len(chunk.lines)
    bad = [one for one in drawn if isinstance(one, Skip)]
    if not bad and not chunk.skips:
        return
    places = [line.offset for line in chunk.lines]
    skips = [*chunk.skips, *((_number(chunk, places, one.offset), one) for one in bad)]
    where = batch.file.key
    batch.skipped = [Skipped(where, n, skip.offset, skip.reason[:300]) for n, skip in skips]
    batch.records -= len({one.offset for one in bad} & {*places})


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
