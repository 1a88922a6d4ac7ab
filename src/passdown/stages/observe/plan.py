"""What a reading would do, before it does it: which files and formats, and for how long."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passdown.domain.errors import PassdownError
from passdown.stages.observe.files import find
from passdown.stages.observe.tally import links_left
from passdown.stages.observe.todo import todo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from passdown.domain.clock import At
    from passdown.stages.observe.draw import Drawing
    from passdown.stages.observe.files import Found
    from passdown.stages.observe.todo import Work
    from passdown.storage.port import Store

SAMPLE = 0.5
"""Seconds for which files are read, and nothing kept, where it was never measured how fast."""
DRAWN = 0.6
"""The share of its time that a reading takes for what the sample does; the rest is storing."""
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be read. `rate` is in bytes a second; `rate_from` says how it is known."""

    files: int
    bytes: int
    unchanged: int
    older: int
    ignored: int
    passed_over: int
    linked_out: int
    note: str
    would_read: tuple[dict[str, str | int], ...]
    refused: tuple[dict[str, str], ...]
    rate: int
    rate_from: str
    estimated_seconds: float


def plan(
    store: Store,
    paths: Iterable[str | PathLike[str]],
    *,
    drawing: Drawing,
    since: At = "",
    rate: float = 0.0,
) -> Plan:
    """Look at every file's beginning and write nothing. `rate` is how fast reading was last time,
    0 when nobody knows."""
    looked, found = _Looked(), find(paths)
    work = todo(store, found.files, since, lambda name: looked.seen.update([name]))
    for one in work:
        looked.at(drawing, one)
    known, total = rate > 0, looked.sum("bytes")
    rate = rate if known or not total else _sampled(drawing, work)
    return _plan(looked, found, rate, "the last reading" if known else "a sample")


def _plan(looked: _Looked, found: Found, rate: float, rate_from: str) -> Plan:
    total = looked.sum("bytes")
    return Plan(
        files=looked.sum("files"),
        bytes=total,
        unchanged=looked.seen["unchanged"],
        older=looked.seen["older"],
        ignored=found.ignored,
        passed_over=looked.seen["passed_over"],
        linked_out=found.linked_out,
        note=links_left(found.linked_out),
        would_read=tuple({"format": name, **row} for name, row in sorted(looked.rows.items())),
        refused=tuple(error.plain() for error in [*found.refused, *looked.refused][:SHOWN]),
        rate=round(rate),
        rate_from=rate_from if total else "",
        estimated_seconds=round(total / rate, 1) if rate else 0.0,
    )


@dataclass(slots=True)
class _Looked:
    """What was seen so far: files and bytes by format, files left out by why."""

    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    refused: list[PassdownError] = field(default_factory=list)

    def sum(self, what: str) -> int:
        """The files or bytes of all formats."""
        return sum(row[what] for row in self.rows.values())

    def at(self, drawing: Drawing, work: Work) -> None:
        """One more file, by its beginning."""
        try:
            format, size = drawing.look(*work)
        except PassdownError as error:
            self.refused.append(error)
            return
        if format:
            row = self.rows.setdefault(format, {"files": 0, "bytes": 0})
            row["files"] += 1
            row["bytes"] += size
        else:
            self.seen["passed_over"] += 1


def _sampled(drawing: Drawing, work: Iterable[Work]) -> float:
    """Bytes a second, from drawing some of it."""
    began, read = time.monotonic(), 0
    for file, source in work:
        try:
            for batch in drawing.draw(file, source):
                read += batch.bytes
                if time.monotonic() - began > SAMPLE:
                    return DRAWN * read / (time.monotonic() - began)
        except PassdownError:
            continue
    return DRAWN * read / max(time.monotonic() - began, 0.001)
