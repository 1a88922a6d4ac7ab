"""The reference semantics in plain dictionaries: what the other backends must equal."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import StoreError
from passdown.storage.memory.bound import Bound, Derived, Tables
from passdown.storage.memory.tx import MemoryTx
from passdown.storage.migrate import SCHEMA
from passdown.storage.port import Usage
from passdown.storage.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from passdown.domain.clock import Clock
    from passdown.domain.scope import Sight

    Hook = Callable[[str], None]
    Json = dict[str, Any]


def open_memory(clock: Clock, on_statement: Hook | None = None) -> MemoryStore:
    """An empty store that lives as long as this object."""
    return MemoryStore(clock, on_statement)


class MemoryStore:
    """The port's Store. A write works on a copy that replaces the tables when it commits."""

    def __init__(self, clock: Clock, on_statement: Hook | None) -> None:
        self._clock = clock
        self._hook = on_statement or (lambda _: None)
        self._turn = Turn("memory")
        self._tables: Tables | None = {}
        self._made = Derived()

    @contextmanager
    def read(self, sight: Sight) -> Iterator[MemoryTx]:
        """One consistent snapshot; a write in it is refused."""
        bound = self._bound(sight, writes=False)
        self._hook("BEGIN")
        try:
            yield MemoryTx(bound)
            self._hook("COMMIT")
        finally:
            bound.end()

    @contextmanager
    def write(self, sight: Sight) -> Iterator[MemoryTx]:
        """Commit on exit, roll back on any exception."""
        with self._turn.taken():
            bound = self._bound(sight, writes=True)
            self._hook("BEGIN IMMEDIATE")
            try:
                yield MemoryTx(bound)
                self._hook("COMMIT")
            finally:
                bound.end()
            self._tables = bound.tables

    def _bound(self, sight: Sight, *, writes: bool) -> Bound:
        hook = self._hook if writes else None
        return Bound(self._kept(), sight, self._clock, hook, self._made)

    def _kept(self) -> Tables:
        if self._tables is None:
            raise StoreError("the store was closed", where="memory")
        return self._tables

    def describe(self) -> Json:
        """That it is gone when the process ends."""
        return {
            "backend": "memory",
            "where": "memory",
            "schema": SCHEMA,
            "bytes": 0,
            "search": "scan",
            "mended": [],
        }

    def usage(self) -> list[Usage]:
        """How many rows each table has, and how many characters they make."""
        return [
            Usage(name, len(table), sum(len(str(row)) for row in table.values()))
            for name, table in sorted(self._kept().items())
        ]

    def scrub(self) -> bool:
        """Nothing is left of what is gone from memory."""
        return True

    def index_beside(self, wanted: bool) -> int:
        """There is none: its own index is enough."""
        return 0

    def backup(self, to: Path) -> int:
        """Write one consistent copy to this file; its bytes."""
        from passdown.storage.dump import write_dump
        from passdown.storage.memory.tables import unloaded

        return write_dump(unloaded(self._kept()), os.path.abspath(to))

    def restore(self, source: Path) -> None:
        """Replace all content by a backup's; there is nothing beside memory to keep the old in."""
        from passdown.storage.copies import brought_up, open_backup
        from passdown.storage.memory.tables import loaded

        with self._turn.taken(), brought_up(open_backup(os.path.abspath(source))) as backup:
            self._kept()
            self._tables = loaded(backup)

    def close(self) -> None:
        """Forget everything."""
        self._tables = None
