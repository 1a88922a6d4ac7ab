"""Which of the files that were found have something new in them, and how far each was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.clock import to_seconds
from passdown.domain.scope import ALL
from passdown.stages.observe.cursor import unchanged
from passdown.stages.observe.forgotten import FILE, forgotten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passdown.domain.clock import At
    from passdown.domain.observation import Source
    from passdown.stages.observe.files import File
    from passdown.storage.port import Store

PACKED = 8
"""How many bytes one byte of a compressed transcript holds, about."""


class Work(NamedTuple):
    """A file to read, and its cursor if it was read before."""

    file: File
    source: Source | None

    @property
    def left(self) -> int:
        """About how many bytes there are to read; a compressed file holds more than its size."""
        if self.file.path.endswith((".gz", ".zst")):
            return self.file.size * PACKED
        grown = self.source is not None and self.source.inode == self.file.inode
        read = self.source.offset if self.source and grown else 0
        return self.file.size - read if self.file.size >= read else self.file.size


def todo(
    store: Store,
    files: Sequence[File],
    since: At,
    count: Callable[[str], object],
    *,
    again: bool = False,
) -> list[Work]:
    """The files to read, in order; each of the others is counted as `older`, `unchanged` or
    `forgotten_files`. With `again` they are read from their beginning, forgotten ones too."""
    earliest, work = to_seconds(since) * 1e9, []
    with store.read(ALL) as tx:
        marks = None if again else forgotten(tx)
        gone = marks.among(FILE, (file.key for file in files)) if marks else ()
        for file in files:
            source = None if again else tx.observations.source(file.key)
            if file.key in gone:
                count("forgotten_files")
            elif file.mtime_ns < earliest:
                count("older")
            elif unchanged(file, source):
                count("unchanged")
            else:
                work.append(Work(file, source))
    return work
