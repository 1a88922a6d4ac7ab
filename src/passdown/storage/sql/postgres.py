"""One connection to PostgreSQL: its transactions, its migrations, and what its errors mean."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from passdown.domain.errors import (
    Conflict,
    Integrity,
    Internal,
    Invalid,
    Limit,
    PassdownError,
    StoreError,
)
from passdown.storage.sql.named import Dialect
from passdown.storage.turn import PATIENCE, held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from passdown.storage.migrate import Migration
    from passdown.storage.sql.named import Queries

    Hook = Callable[[str], None]

SCHEMA_NAME = "passdown"
OLDEST = 150_000

WRITERS = 0x70646F77
"""The advisory lock of those who write: it gives the ledger one order, and the rest with it."""

SETTINGS = f"""
SET search_path TO {SCHEMA_NAME};
SET lock_timeout TO '{PATIENCE:.0f}s';
SET idle_in_transaction_session_timeout TO '10min';
SET client_min_messages TO warning;
SET plan_cache_mode TO force_generic_plan
"""

_place = re.compile(r"(?<!:):([a-z]\w*)")


def placed(sql: str) -> str:
    """The statement with places as psycopg wants them."""
    return _place.sub(r"%(\1)s", sql.replace("%", "%%"))


def quoted(word: str) -> str:
    """The word as a lexeme of a tsquery."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


DIALECT = Dialect(
    "postgres",
    skip_locked="FOR UPDATE SKIP LOCKED",
    any_word=" | ",
    counts_words=False,
    writes_joined=True,
    quoted=quoted,
    placed=placed,
)


def place_of(dsn: str) -> str:
    """The address of a store, without the password in it."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.Error:
        # What could not be parsed may hold the password anywhere: none of it is repeated.
        raise StoreError(
            "the address of the store is malformed",
            where="postgresql://",
            next="Write it as postgresql://USER@HOST:PORT/DATABASE.",
        ) from None
    user, host = parts.get("user", ""), parts.get("host", "")
    port = f":{parts['port']}" if "port" in parts else ""
    return f"postgresql://{user}{'@' if user else ''}{host}{port}/{parts.get('dbname', '')}"


class PostgresConnection:
    """One connection, used by one thread at a time; its errors are ours."""

    def __init__(self, dsn: str, queries: Queries, hook: Hook | None = None) -> None:
        self.where = place_of(dsn)
        self.queries = queries
        self.beside = None
        self._hook = hook or (lambda _: None)
        self.schema = SCHEMA_NAME
        self.used = False
        self._alone = False
        with told(self.where):
            self.db = psycopg.connect(
                dsn,
                autocommit=True,
                connect_timeout=10,
                application_name="passdown",
                keepalives_idle=30,
            )
        try:
            self._greet()
        except BaseException:
            self.close()
            raise

    def _greet(self) -> None:
        version = self.db.info.server_version
        if version < OLDEST:
            raise StoreError(
                f"PostgreSQL {version // 10_000} is too old",
                where=self.where,
                next="Use PostgreSQL 15 or newer.",
            )
        with told(self.where):
            self.db.execute(SETTINGS.encode())

    @property
    def clean(self) -> bool:
        """Whether it works and no transaction is open on it."""
        status = self.db.info.transaction_status
        return not self.db.closed and status is psycopg.pq.TransactionStatus.IDLE

    def rows(self, sql: str, args: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run it; its rows."""
        self._hook(sql)
        with told(self.where):
            cursor = self.db.execute(sql.encode(), args, prepare=args is not None)
            return cursor.fetchall() if cursor.description else []

    def count(self, sql: str, args: Mapping[str, Any]) -> int:
        """Run it; how many rows it wrote."""
        self._hook(sql)
        with told(self.where):
            return self.db.execute(sql.encode(), args, prepare=True).rowcount

    def bulk(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows."""
        sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        self._hook(sql)
        with told(self.where), self.db.cursor() as cursor, cursor.copy(sql.encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def streamed(self, table: str, at_once: int) -> Iterator[tuple[list[str], list[Any]]]:
        """All rows of a table, some at a time, with the names of their columns."""
        with told(self.where), self.db.cursor(name="streamed") as cursor:
            cursor.execute(f"SELECT * FROM {table}".encode())
            while rows := cursor.fetchmany(at_once):
                yield [column.name for column in cursor.description or ()], rows

    def serialise(self) -> None:
        """Wait for the one lock of those who write; it is held until the transaction ends."""
        if not self._alone:
            self.rows(f"SELECT pg_advisory_xact_lock({WRITERS})")
            self._alone = True

    def begin(self, *, writes: bool) -> None:
        """Start a transaction; one that only reads is one snapshot and can write nothing."""
        self._alone = False
        self.rows("BEGIN" if writes else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.used = True

    @contextmanager
    def begun(self) -> Iterator[None]:
        """All that follows the beginning, or nothing."""
        try:
            yield
            self._commit()
        except BaseException:
            self._roll_back()
            raise

    def _commit(self) -> None:
        try:
            self.rows("COMMIT")
        except StoreError as error:
            if self.db.closed:
                error.next = "Look whether the last change is there before you repeat it."
            raise

    def _roll_back(self) -> None:
        if not self.clean:
            try:
                self.db.execute("ROLLBACK")
            except psycopg.Error:
                self.db.close()

    def applied(self) -> dict[int, str]:
        """The migrations in this database; none in a new one."""
        # Reading a catalogue sees what was made while this transaction waited for the lock;
        # to_regclass may still remember that there was nothing.
        made = f"schemaname = '{SCHEMA_NAME}' AND tablename = 'migrations'"
        if not self.rows(f"SELECT 1 FROM pg_tables WHERE {made}"):
            return {}
        return dict(self.rows(f"SELECT number, checksum FROM {SCHEMA_NAME}.migrations"))

    def keep_copy(self, number: int) -> None:
        """Copy what this schema number holds into a schema of its own in the same database."""
        kept = f"{SCHEMA_NAME}_schema_{number}"
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        self.begin(writes=True)
        with self.begun():
            self.serialise()
            self.rows(f"DROP SCHEMA IF EXISTS {kept} CASCADE")
            self.rows(f"CREATE SCHEMA {kept}")
            for (table,) in self.rows(tables):
                self.rows(f"CREATE TABLE {kept}.{table} AS TABLE {table}")

    def apply(self, migration: Migration) -> None:
        """Run one migration and note it, unless another process just did."""
        self.begin(writes=True)
        with self.begun():
            self.serialise()
            if max(self.applied(), default=0) < migration.number:
                self.install(migration)

    def install(self, migration: Migration) -> None:
        """Run one migration within the transaction that is open."""
        self.rows(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA_NAME}")
        self.rows(migration.sql)
        columns, places = "number, checksum, at", "%(number)s, %(sum)s, now()::text"
        note = f"INSERT INTO migrations ({columns}) VALUES ({places})"
        self.rows(note, {"number": migration.number, "sum": migration.checksum})

    def set_aside(self, suffix: str) -> None:
        """Give the schema another name, within the transaction that is open."""
        self.rows(f"ALTER SCHEMA {SCHEMA_NAME} RENAME TO {SCHEMA_NAME}_{suffix}")

    def close(self) -> None:
        """Hang up."""
        self.db.close()


@contextmanager
def told(where: str) -> Iterator[None]:
    """Raise what PostgreSQL or the way to it raises as an error of ours."""
    try:
        yield
    except psycopg.Error as error:
        raise meaning(error, where) from error


def meaning(error: psycopg.Error, where: str) -> PassdownError:
    """What PostgreSQL says, as an error that tells what to do."""
    state = error.sqlstate or ""
    said = error.diag.message_primary or ""
    for start, kind in KINDS.items():
        if state.startswith(start):
            return kind(said, where=where)
    if state == "55P03":
        return held(where)
    for start, (what, next) in TOLD.items():
        if state.startswith(start):
            return StoreError(what, where=where, next=next)
    if isinstance(error, psycopg.OperationalError) and not state:
        reason = str(error).partition("\n")[0].rpartition("failed: ")[2].strip()
        return StoreError(f"{LOST[0]}: {reason}", where=where, next=LOST[1])
    return Internal(f"PostgreSQL: {said or type(error).__name__} {state}".rstrip(), where=where)


KINDS: dict[str, type[PassdownError]] = {
    "PD001": Integrity,
    "22": Invalid,
    "23": Conflict,
    "54": Limit,
}

LOST = (
    "the database cannot be reached",
    "Check that PostgreSQL runs and that this address is right, then try again.",
)

TOLD = {
    "08": LOST,
    "57P": LOST,
    "25P03": LOST,
    "25": ("the database lets nobody write here", "Name the server that takes writes."),
    "28": ("the database does not let you in", "Check the user and the password."),
    "3D": ("there is no such database", "Create it: createdb DATABASE."),
    "40": ("two writers met and one had to give way", "Try again."),
    "42501": ("this user may not do that in the database", "Grant it CREATE on the database."),
    "53": ("the server is out of disk, memory or connections", "Make room there, then try again."),
    "58": ("the server's disk refuses; nothing was lost", "Check the disk of the server."),
}
