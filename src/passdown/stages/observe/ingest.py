"""Files to sessions and observations: redacted before the first write, each thing once."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passdown.domain.errors import Invalid, PassdownError
from passdown.stages.observe.draw import Drawing
from passdown.stages.observe.files import PIPED, find
from passdown.stages.observe.keep import keep
from passdown.stages.observe.stamp import Stamp
from passdown.stages.observe.tally import Ingested, Tally
from passdown.stages.observe.todo import todo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from os import PathLike
    from typing import BinaryIO

    from passdown.domain.clock import At, Clock
    from passdown.domain.settings import Settings
    from passdown.stages.observe.draw import Batch
    from passdown.stages.observe.readers import Readers
    from passdown.stages.observe.todo import Work
    from passdown.storage.port import Store
    from passdown.text.redact import Redactor

    Report = Callable[[int, int, str, str], object]

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
    report: Report = silent,
    is_echo: Callable[[str], bool] = never,
    since: At = "",
    strict: bool = False,
    piped: BinaryIO | None = None,
) -> Ingested:
    """Read what is new in these files, newest first, then `piped` where a path is `-`. What cannot
    be read is counted and named; with `strict` it is an error when nothing else was there to be
    read."""
    began = time.monotonic()
    stamp = Stamp(redactor, max_text=settings.whole("observe.max_text"), is_echo=is_echo)
    drawing = Drawing(readers, stamp, settings.whole("observe.max_line"), clock.now())
    every = list(paths)
    named = [path for path in every if path != PIPED.path]
    found = find(named)
    run = _Run(store, drawing, Tally())
    run.tally.count("ignored", found.ignored)
    for error in (*found.refused, *readers.broken):
        run.refuse(error)
    run.all(todo(store, found.files, since, run.tally.count), report)
    if len(named) < len(every):
        run.piped(piped, report)
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

    def all(self, work: list[Work], report: Report) -> None:
        """Read and store them all."""
        total, done = sum(file.size for file, _ in work), 0
        for file, source in work:
            read = 0
            for batch in self._tried(self.drawing.draw(file, source)):
                self._add(batch)
                read += batch.bytes
                report(done + min(read, file.size), total, "bytes", file.key)
            done += file.size
            report(done, total, "bytes", file.key)
        self._flush()

    def piped(self, stream: BinaryIO | None, report: Report) -> None:
        """Read and store what comes from a stream, to its end."""
        if stream is None:
            self.refuse(
                Invalid(
                    "there is no standard input to read here",
                    where=PIPED.path,
                    next="Name files or folders.",
                )
            )
            return
        read = 0
        for batch in self._tried(self.drawing.pipe(stream)):
            self._add(batch)
            read += batch.bytes
            report(read, 0, "bytes", PIPED.key)
        self._flush()

    def refuse(self, error: PassdownError) -> None:
        """Something that cannot be read; the rest can."""
        if len(self.errors) < 1:
            self.errors.append(error)
        self.tally.refuse(error)

    def _tried(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The batches of a file, as far as it can be read."""
        empty = True
        try:
            for batch in batches:
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
