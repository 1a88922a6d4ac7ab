"""Files to sessions and observations: redacted before the first write, each thing once."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passdown.domain.clock import to_seconds
from passdown.domain.errors import PassdownError
from passdown.domain.scope import ALL
from passdown.stages.observe.cursor import unchanged
from passdown.stages.observe.draw import Drawing
from passdown.stages.observe.files import find
from passdown.stages.observe.keep import keep
from passdown.stages.observe.stamp import Stamp
from passdown.stages.observe.tally import Ingested, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from os import PathLike

    from passdown.domain.clock import At, Clock
    from passdown.domain.observation import Source
    from passdown.domain.settings import Settings
    from passdown.stages.observe.draw import Batch
    from passdown.stages.observe.files import File
    from passdown.stages.observe.readers import Readers
    from passdown.storage.port import Store
    from passdown.text.redact import Redactor

MANY = 2000
LONG = 4_000_000
PATIENCE = 1.0
"""Stored in one transaction: so many observations, characters or seconds' worth, about."""


def silent(done: int, total: int, unit: str, note: str) -> None:
    """Report nothing."""


def never(text: str) -> bool:
    """Where nothing was served no text repeats it."""
    return False


def ingest(
    store: Store,
    paths: Iterable[str | PathLike[str]],
    *,
    readers: Readers,
    redactor: Redactor,
    settings: Settings,
    clock: Clock,
    report: Callable[[int, int, str, str], object] = silent,
    is_echo: Callable[[str], bool] = never,
    since: At = "",
    strict: bool = False,
) -> Ingested:
    """Read what is new in these files, newest first. What cannot be read is counted and named;
    with `strict` it is an error when nothing else was there to be read."""
    began = time.monotonic()
    stamp = Stamp(redactor, max_text=settings.whole("observe.max_text"), is_echo=is_echo)
    drawing = Drawing(readers, stamp, settings.whole("observe.max_line"), clock.now())
    found = find(paths)
    run = _Run(store, drawing, Tally())
    run.tally.count("ignored", found.ignored)
    for error in (*found.refused, *readers.broken):
        run.refuse(error)
    run.all(run.changed(found.files, since), report)
    if strict and run.errors and not run.tally.any("files", "unchanged", "older", "ignored"):
        raise run.errors[0]
    return run.tally.result(time.monotonic() - began)


@dataclass(slots=True)
class _Run:
    """One reading: batches wait here until there are enough of them for a transaction."""

    store: Store
    drawing: Drawing
    tally: Tally
    errors: list[PassdownError] = field(default_factory=list)
    waiting: list[Batch] = field(default_factory=list)
    flushed: float = field(default_factory=time.monotonic)

    def changed(self, files: list[File], since: At) -> list[tuple[File, Source | None]]:
        """The files to read, each with how far it was read."""
        earliest, work = to_seconds(since) * 1e9, []
        with self.store.read(ALL) as tx:
            for file in files:
                source = tx.observations.source(file.key)
                if file.mtime_ns < earliest:
                    self.tally.count("older")
                elif unchanged(file, source):
                    self.tally.count("unchanged")
                else:
                    work.append((file, source))
        return work

    def all(
        self,
        work: list[tuple[File, Source | None]],
        report: Callable[[int, int, str, str], object],
    ) -> None:
        """Read and store them all."""
        total, done = sum(file.size for file, _ in work), 0
        for file, source in work:
            read = 0
            for batch in self._batches(file, source):
                self._add(batch)
                read += batch.bytes
                report(done + min(read, file.size), total, "bytes", file.key)
            done += file.size
            report(done, total, "bytes", file.key)
        self._flush()

    def refuse(self, error: PassdownError) -> None:
        """Something that cannot be read; the rest can."""
        if len(self.errors) < 1:
            self.errors.append(error)
        self.tally.refuse(error)

    def _batches(self, file: File, source: Source | None) -> Iterator[Batch]:
        empty = True
        try:
            for batch in self.drawing.draw(file, source):
                empty = False
                yield batch
        except PassdownError as error:
            self.refuse(error)
            return
        self.tally.count("passed_over" if empty else "files")

    def _add(self, batch: Batch) -> None:
        self.waiting.append(batch)
        items = sum(len(b.items) for b in self.waiting)
        late = time.monotonic() - self.flushed > PATIENCE
        if late or items >= MANY or sum(b.size for b in self.waiting) >= LONG:
            self._flush()

    def _flush(self) -> None:
        waiting, self.waiting = self.waiting, []
        if waiting:
            for kept in keep(self.store, waiting):
                self.tally.took(kept.batch, kept.new, kept.known, kept.sessions)
        self.flushed = time.monotonic()
