"""One connection to SQLite: its transactions, its migrations, and what its errors mean."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import PassdownError, StoreError
from passdown.storage.migrate import SCHEMA, migrate, newer
from passdown.storage.sql.copy import write_copy
from passdown.storage.sql.named import Dialect, Queries
from passdown.storage.sql.told import Told
from passdown.storage.turn import PATIENCE, held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from passdown.storage.migrate import Migration
    from passdown.storage.sql.beside import Beside

    Hook = Callable[[str], None]

APPLICATION_ID = 0x70646F77
"""`pdow` in the file's header: how a store is told from any other database."""

DIALECT = Dialect(
    "sqlite",
    skip_locked="",
    any_word=" OR ",
    counts_words=True,
    writes_joined=False,
    quoted=lambda word: '"' + word.replace('"', '""') + '"',
    placed=str,
)

PLANNED = 512
"""How many statements stay planned: one transaction uses some forty, all kinds a few hundred."""

SETTINGS = (
    "synchronous = FULL",  # a decision that was answered is on the disk
    "secure_delete = ON",  # what is erased is overwritten
    "cache_size = -16000",  # kilobytes: the index of a bulk load stays in memory
    "journal_size_limit = 67108864",
    # A decision writes some forty pages. With SQLite's own thousand, every 25th of those that
    # decide and ask would wait until all pages are moved to their places, too.
    "wal_autocheckpoint = 4000",
)


class SqliteConnection:
    """One connection, used by one thread at a time; its errors are ours."""

    def __init__(
        self,
        path: str,
        queries: Queries | None = None,
        hook: Hook | None = None,
        beside: Beside | None = None,
    ) -> None:
        self.path = path
        self.beside = beside
        self.queries = queries or Queries(DIALECT)
        self._hook = hook or (lambda _: None)
        self._reading = False
        self._told = Told(path)
        with self._told:
            self.db = _opened(path)
        try:
            for setting in SETTINGS:
                self.rows(f"PRAGMA {setting}")
        except BaseException:
            self.close()
            raise

    @property
    def clean(self) -> bool:
        """Whether no transaction is open on it."""
        return not self.db.in_transaction

    def rows(self, sql: str, args: Mapping[str, Any] | Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run it; its rows."""
        self._hook(sql)
        with self._told:
            return self.db.execute(sql, args).fetchall()

    def count(self, sql: str, args: Mapping[str, Any]) -> int:
        """Run it; how many rows it wrote."""
        self._hook(sql)
        with self._told:
            return self.db.execute(sql, args).rowcount

    def bulk(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows."""
        places = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        self._hook(sql)
        with self._told:
            self.db.executemany(sql, rows)

    def serialise(self) -> None:
        """Nothing to wait for: BEGIN IMMEDIATE did."""

    @contextmanager
    def transaction(self, *, writes: bool) -> Iterator[None]:
        """All or nothing; a read is one snapshot and can write nothing."""
        self.turn(writes=writes)
        if writes:
            self._patiently("BEGIN IMMEDIATE")
        else:
            self.rows("BEGIN")
        try:
            yield
            self.rows("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _patiently(self, sql: str) -> None:
        """Run what other writers may block. Who waited longer asks more often: SQLite's own way
        of waiting lets one of eight starve."""
        self._hook(sql)
        started = monotonic()
        with self._told, self._set("busy_timeout", "0", f"{PATIENCE * 1000:.0f}"):
            while not self._granted(sql):
                waited = monotonic() - started
                if waited > PATIENCE:
                    raise held(self.path)
                sleep(0.01 if waited > 1 else max(0.001, 0.01 - waited / 10))

    def _granted(self, sql: str) -> bool:
        try:
            self.db.execute(sql)
        except sqlite3.OperationalError as error:
            # The lowest byte says busy, whatever the reason beside it.
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            raise
        return True

    @contextmanager
    def _set(self, pragma: str, meanwhile: str, after: str) -> Iterator[None]:
        self.db.execute(f"PRAGMA {pragma} = {meanwhile}")
        try:
            yield
        finally:
            self.db.execute(f"PRAGMA {pragma} = {after}")

    def turn(self, *, writes: bool) -> None:
        """Let the next statements write, or let none of them."""
        if self._reading is writes:
            self.rows(f"PRAGMA query_only = {int(not writes)}")
            self._reading = not writes

    def _roll_back(self) -> None:
        # Some failures rolled back already; where it fails too, the connection is given up.
        if self.db.in_transaction:
            try:
                self.db.execute("ROLLBACK")
            except sqlite3.Error:
                return

    def applied(self) -> dict[int, str]:
        """The migrations in this file; StoreError when it is somebody else's database."""
        tables = self.rows("SELECT count(*) FROM sqlite_schema")[0][0]
        if not tables:
            return {}
        if self.rows("PRAGMA application_id")[0][0] != APPLICATION_ID:
            raise StoreError(
                "this database is not a passdown store",
                where=self.path,
                next="Choose another file for the store.",
            )
        return dict(self.rows("SELECT number, checksum FROM migrations"))

    def keep_copy(self, number: int) -> None:
        """Back up beside the store what this schema number holds."""
        write_copy(self.db, f"{self.path}.schema-{number}.backup")

    def apply(self, migration: Migration) -> None:
        """Run one migration and note it, unless another process just did."""
        if migration.number == 1:
            self._patiently("PRAGMA journal_mode = WAL")
        with self.transaction(writes=True):
            if self.rows("PRAGMA user_version")[0][0] >= migration.number:
                return
            for statement in statements(migration.sql):
                self.rows(statement)
            note = "INSERT INTO migrations (number, checksum, at) VALUES (?, ?, datetime())"
            self.rows(note, migration[:2])
            self.rows(f"PRAGMA application_id = {APPLICATION_ID}")
            self.rows(f"PRAGMA user_version = {migration.number}")

    def usage(self) -> list[tuple[str, int, int]]:
        """Each table with its rows and, where this SQLite can tell, its bytes."""
        return [
            (name, self.rows(f'SELECT count(*) FROM "{name}"')[0][0], bytes)
            for name, bytes in self._pages()
        ]

    def _pages(self) -> list[tuple[str, int]]:
        # What the full-text index is made of is one with the texts it is made from.
        named = "CASE WHEN tbl_name LIKE 'indexed%' THEN 'indexed' ELSE tbl_name END"
        sizes = "(SELECT name, sum(pgsize) AS size FROM dbstat GROUP BY name)"
        try:
            rows = self.rows(
                f"SELECT {named} AS kept, sum(coalesce(size, 0)) FROM sqlite_schema AS made "
                f"LEFT JOIN {sizes} AS used ON used.name = made.name GROUP BY kept ORDER BY kept"
            )
        except PassdownError:  # a build without `dbstat`
            rows = self.rows(f"SELECT DISTINCT {named}, 0 FROM sqlite_schema ORDER BY 1")
        return [(name, int(bytes)) for name, bytes in rows]

    def scrub(self) -> bool:
        """Build the full-text indexes anew and cut the log to nothing; False when a reader is in
        the way."""
        with self.transaction(writes=True):
            self.rows("INSERT INTO indexed_words (indexed_words) VALUES ('rebuild')")
            self.rows("INSERT INTO indexed_words_seen (indexed_words_seen) VALUES ('rebuild')")
        busy, *_ = self.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0]
        return not busy

    def close(self) -> None:
        """Give the file back."""
        self.db.close()


def _opened(path: str) -> sqlite3.Connection:
    return sqlite3.connect(
        path,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=PLANNED,
    )


def bring_up(connection: SqliteConnection) -> None:
    """Migrate unless the header says that the schema is the last one."""
    number = connection.rows("PRAGMA user_version")[0][0]
    ours = connection.rows("PRAGMA application_id")[0][0] == APPLICATION_ID
    if ours and number > SCHEMA:
        raise newer(number, SCHEMA, connection.path)
    if not ours or number < SCHEMA:
        migrate(connection, "sqlite", connection.path)


def statements(script: str) -> Iterator[str]:
    """The statements of a script, triggers whole."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""
