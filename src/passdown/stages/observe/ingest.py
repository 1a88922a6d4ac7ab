"""Files to sessions and observations: redacted before the first write, each thing once."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passdown.domain.clock import later
from passdown.domain.errors import Invalid, Unreadable
from passdown.stages.observe.crew import hire
from passdown.stages.observe.draw import Drawing
from passdown.stages.observe.files import PIPED, find
from passdown.stages.observe.keep import NOTHING, keep
from passdown.stages.observe.stamp import Stamp
from passdown.stages.observe.tally import Ingested, Tally
from passdown.stages.observe.todo import todo

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from os import PathLike
    from typing import BinaryIO

    from passdown.domain.clock import At, Clock
    from passdown.domain.errors import PassdownError
    from passdown.domain.settings import Settings
    from passdown.stages.observe.draw import Batch
    from passdown.stages.observe.files import Found
    from passdown.stages.observe.readers import Readers
    from passdown.stages.observe.todo import Work
    from passdown.storage.port import Store
    from passdown.text.redact import Redactor

    Report = Callable[[int, int, str, str], object]

PASSED = ("ignored", "linked_out", "forgotten_files")
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
    again: bool = False,
    about: Mapping[str, str] = NOTHING,
) -> Ingested:
    """Read what is new in these files, newest first, then `piped` where a path is `-`; with `again`
    all of them, what was forgotten too. What cannot be read is counted and named; with `strict` it
    is an error when nothing else was there to be read. `about` is kept of each session."""
    began, every = time.monotonic(), list(paths)
    found = find(path for path in every if path != PIPED.path)
    drawn = drawing_by(readers, redactor, settings, clock, is_echo)
    run = _Run(store, drawn, report, settings, again=again, about=about)
    run.begins(found, readers.broken)
    run.files(todo(store, found.files, since, run.tally.count, again=again))
    if PIPED.path in every:
        run.piped(piped)
    return run.ended(began, strict)


def oldest(settings: Settings, now: At) -> At:
    """When what is kept begins; '' where it is kept for ever."""
    days = settings.whole("observe.keep_days")
    return later(now, days=-days) if days else ""


def drawing_by(
    readers: Readers,
    redactor: Redactor,
    settings: Settings,
    clock: Clock,
    is_echo: Callable[[str], bool] = never,
) -> Drawing:
    """How transcripts are drawn by these settings."""
    stamp = Stamp(redactor, max_text=settings.whole("observe.max_text"), is_echo=is_echo)
    return Drawing(readers, stamp, settings.whole("observe.max_line"), clock.now())


@dataclass(slots=True)
class _Run:
    """One reading: batches wait here until there are enough of them for a transaction."""

    store: Store
    drawing: Drawing
    report: Report
    settings: Settings
    again: bool
    about: Mapping[str, str]
    tally: Tally = field(default_factory=Tally)
    errors: list[PassdownError] = field(default_factory=list)
    waiting: list[Batch] = field(default_factory=list)
    flushed: float = field(default_factory=time.monotonic)

    def begins(self, found: Found, broken: Iterable[PassdownError]) -> None:
        """What is not read of what was found."""
        self.tally.count("ignored", found.ignored)
        self.tally.count("linked_out", found.linked_out)
        self.refuse(*found.refused, *broken)

    def files(self, work: list[Work]) -> None:
        """Read and store them all."""
        total, done = sum(one.file.size for one in work), 0
        with closing(self._drawn(work)) as files:
            for (file, _), batches in files:
                read = 0
                for batch in self._tried(batches):
                    self._add(batch)
                    read += batch.bytes
                    self.report(done + min(read, file.size), total, "bytes", file.key)
                done += file.size
                self.report(done, total, "bytes", file.key)
        self._flush()

    def _drawn(self, work: list[Work]) -> Generator[tuple[Work, Iterator[Batch]]]:
        """Each file and its batches, in order: drawn here, or by a crew where that is faster."""
        crew = hire(self.drawing, self.settings.whole("observe.jobs"), work)
        if crew is None:
            yield from ((one, self.drawing.draw(*one)) for one in work)
            return
        with crew:
            yield from crew.drawn(work)

    def piped(self, stream: BinaryIO | None) -> None:
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
            self.report(read, 0, "bytes", PIPED.key)
        self._flush()

    def refuse(self, *errors: PassdownError) -> None:
        """Something that cannot be read; the rest can."""
        self.errors += errors[:1]
        for error in errors:
            self.tally.refuse(error)

    def ended(self, began: float, strict: bool) -> Ingested:
        """What was read; the first error, if it is wanted, when nothing was there to be read."""
        if strict and self.errors and not self.tally.any("files", "unchanged", "older", *PASSED):
            raise self.errors[0]
        return self.tally.result(time.monotonic() - began)

    def _tried(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The batches of a file, as far as it can be read."""
        empty = True
        try:
            for batch in batches:
                empty = False
                yield batch
        except Unreadable as error:
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
        young = oldest(self.settings, self.drawing.now)
        if waiting:
            for kept in keep(self.store, waiting, again=self.again, young=young, about=self.about):
                self.tally.took(kept.batch, kept.new, kept.known, kept.sessions)
                self.tally.count("forgotten", kept.forgotten)
                self.tally.count("expired", kept.expired)
        self.flushed = time.monotonic()
