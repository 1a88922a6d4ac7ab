"""SQLite behind the port: one file in WAL mode, full text by FTS5."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import StoreError
from passdown.domain.scope import ALL
from passdown.storage.files import prepare
from passdown.storage.migrate import SCHEMA
from passdown.storage.pool import Pool
from passdown.storage.port import Usage
from passdown.storage.sql.beside import Beside, catch_up
from passdown.storage.sql.bound import Bound
from passdown.storage.sql.named import Queries
from passdown.storage.sql.sqlite import DIALECT, SqliteConnection, bring_up
from passdown.storage.sql.tx import SqlTx
from passdown.storage.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from passdown.domain.clock import Clock
    from passdown.domain.scope import Sight

    Hook = Callable[[str], None]
    Json = dict[str, Any]

OLDEST = (3, 37)


def open_sqlite(path: str | Path, clock: Clock, on_statement: Hook | None = None) -> SqliteStore:
    """The store in this file, made or migrated where needed."""
    if sqlite3.sqlite_version_info < OLDEST:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old",
            where="the Python that runs passdown",
            next="Use a Python whose sqlite3 is 3.37 or newer.",
        )
    return SqliteStore(os.path.abspath(path), clock, on_statement)


class SqliteStore:
    """The port's Store. Threads borrow connections; writers of this process take turns."""

    def __init__(self, path: str, clock: Clock, on_statement: Hook | None) -> None:
        self._path = path
        self._clock = clock
        self._queries = Queries(DIALECT)
        self._turn = Turn(path)
        self._beside = beside = Beside(os.path.dirname(path))
        # A connection that turns from reading to writing plans all its queries anew: those that
        # decide do nothing else.
        self._pool = Pool(path, lambda: SqliteConnection(path, self._queries, on_statement, beside))
        self._writers = Pool(path, lambda: self._writer(on_statement))
        self._mended = prepare(path)
        try:
            with self._pool.lent() as connection:
                bring_up(connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self, sight: Sight) -> Iterator[SqlTx]:
        """One consistent snapshot; a write in it is refused."""
        with self._pool.lent() as connection, self._tx(connection, sight, writes=False) as tx:
            yield tx

    @contextmanager
    def write(self, sight: Sight) -> Iterator[SqlTx]:
        """Commit on exit, roll back on any exception."""
        with (
            self._turn.taken(),
            self._writers.lent() as connection,
            self._tx(connection, sight, writes=True) as tx,
        ):
            yield tx

    def _writer(self, on_statement: Hook | None) -> SqliteConnection:
        """A connection for short transactions: what one statement may have to take back stays in
        memory, and makes no file."""
        made = SqliteConnection(self._path, self._queries, on_statement, self._beside)
        made.rows("PRAGMA temp_store = MEMORY")
        return made

    @contextmanager
    def _tx(self, connection: SqliteConnection, sight: Sight, *, writes: bool) -> Iterator[SqlTx]:
        bound = Bound(connection, sight, self._clock, writes=writes)
        with connection.transaction(writes=writes):
            try:
                yield SqlTx(bound)
            finally:
                bound.end()

    def describe(self) -> Json:
        """Where it is, how large, and what was mended when it was opened."""
        files = (self._path, f"{self._path}-wal")
        return {
            "backend": "sqlite",
            "where": self._path,
            "schema": SCHEMA,
            "bytes": sum(os.stat(file).st_size for file in files if os.path.exists(file)),
            "search": "tantivy" if self._beside.position() else "fts5",
            "mended": self._mended,
        }

    def usage(self) -> list[Usage]:
        """What each table takes, its indexes with it."""
        with self._pool.lent() as connection:
            return [Usage(*row) for row in connection.usage()]

    def scrub(self) -> bool:
        """Merge the index anew and empty the write-ahead log: what is erased is overwritten there
        only when the pages are."""
        self._beside.forget()
        with self._turn.taken(), self._pool.lent() as connection:
            return connection.scrub()

    def index_beside(self, wanted: bool) -> int:
        """Keep a second full-text index beside the store, or none; how many records it took."""
        if not wanted:
            self._beside.forget()
            return 0
        with self._pool.lent() as connection, connection.transaction(writes=False):
            return catch_up(Bound(connection, ALL, self._clock, writes=False), self._beside)

    def backup(self, to: Path) -> int:
        """Write one consistent copy to this file; its bytes."""
        from passdown.storage.copies import write_backup

        with self._pool.lent() as connection:
            return write_backup(connection, os.path.abspath(to))

    def restore(self, source: Path) -> None:
        """Replace all content by a backup's; the old content is kept beside it as a backup."""
        from passdown.storage.copies import restore

        self._beside.forget()
        with self._turn.taken(), self._pool.lent() as connection:
            restore(connection, os.path.abspath(source), self._clock.now())

    def close(self) -> None:
        """Close what is idle now, and what is lent when it comes back."""
        self._pool.close()
        self._writers.close()
