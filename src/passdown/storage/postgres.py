"""PostgreSQL behind the port: any number of machines, full text by tsvector."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import StoreError, Unavailable
from passdown.storage.dump import AT_ONCE, TABLES, Batch, write_dump
from passdown.storage.migrate import SCHEMA, migrate, migrations, newer
from passdown.storage.pool import Pool
from passdown.storage.port import Usage
from passdown.storage.sql.bound import Bound
from passdown.storage.sql.named import Queries
from passdown.storage.sql.tx import SqlTx
from passdown.storage.turn import Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from passdown.domain.clock import Clock
    from passdown.domain.scope import Sight
    from passdown.storage.dump import Backup
    from passdown.storage.sql.postgres import PostgresConnection

    Hook = Callable[[str], None]
    Json = dict[str, Any]


def open_postgres(
    dsn: str, clock: Clock, on_statement: Hook | None = None, *, mended: Sequence[str] = ()
) -> PostgresStore:
    """The store in this database, made or migrated where needed; `mended` is what was open to
    others beside it."""
    try:
        from passdown.storage.sql import postgres
    except ImportError as error:
        raise Unavailable(
            "the PostgreSQL driver is not installed",
            where="psycopg",
            next="pip install 'passdown[postgres]'",
        ) from error
    queries = Queries(postgres.DIALECT)
    return PostgresStore(
        postgres.place_of(dsn),
        clock,
        lambda: postgres.PostgresConnection(dsn, queries, on_statement),
        mended,
    )


class PostgresStore:
    """The port's Store. Writers queue at one advisory lock, leases of jobs aside."""

    def __init__(
        self,
        where: str,
        clock: Clock,
        connect: Callable[[], PostgresConnection],
        mended: Sequence[str] = (),
    ) -> None:
        self._mended = list(mended)
        self._where = where
        self._clock = clock
        self._pool = Pool(where, connect)
        self._writing = Writing()
        try:
            with self._pool.lent() as connection:
                bring_up(connection)
        except BaseException:
            self._pool.close()
            raise

    @contextmanager
    def read(self, sight: Sight) -> Iterator[SqlTx]:
        """One consistent snapshot; a write in it is refused."""
        with self._tx(sight, writes=False) as tx:
            yield tx

    @contextmanager
    def write(self, sight: Sight) -> Iterator[SqlTx]:
        """Commit on exit, roll back on any exception."""
        with self._writing.once(), self._tx(sight, writes=True) as tx:
            yield tx

    @contextmanager
    def _tx(self, sight: Sight, *, writes: bool) -> Iterator[SqlTx]:
        with self._begun(writes=writes) as connection:
            bound = Bound(connection, sight, self._clock, writes=writes)
            try:
                yield SqlTx(bound)
            finally:
                bound.end()

    @contextmanager
    def _begun(self, *, writes: bool) -> Iterator[PostgresConnection]:
        connection = self._started(writes=writes)
        try:
            with connection.begun():
                yield connection
        finally:
            self._pool.give_back(connection)

    def _started(self, *, writes: bool) -> PostgresConnection:
        # The server may have been restarted since an idle connection was last used.
        while True:
            connection = self._pool.take()
            was_idle = connection.used
            try:
                connection.begin(writes=writes)
            except BaseException as error:
                self._pool.give_back(connection)
                if not (was_idle and isinstance(error, StoreError)):
                    raise
            else:
                return connection

    def describe(self) -> Json:
        """Where it is and how large; nothing that lets anybody in."""
        with self._begun(writes=False) as connection:
            size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
            here = f"{size} AND relnamespace = to_regnamespace('{connection.schema}')"
            found = connection.rows(here)[0][0]
        return {
            "backend": "postgres",
            "where": self._where,
            "schema": SCHEMA,
            "bytes": int(found or 0),
            "search": "tsvector",
            "mended": self._mended,
        }

    def usage(self) -> list[Usage]:
        """What each table takes, its indexes with it."""
        with self._begun(writes=False) as connection:
            return _usage(connection)

    def scrub(self) -> bool:
        """Give the space of what is erased to what comes next; the server's own log and its
        replicas are its owner's."""
        with self._pool.lent() as connection:
            # Outside of any transaction, as PostgreSQL wants it.
            for table in _tables(connection):
                connection.rows(f"VACUUM {table}")
        return True

    def index_beside(self, wanted: bool) -> int:
        """There is none: its own index is enough."""
        return 0

    def backup(self, to: Path) -> int:
        """Write one consistent copy to this file; its bytes."""
        with self._begun(writes=False) as connection:
            return write_dump(_batches(connection), os.path.abspath(to))

    def restore(self, source: Path) -> None:
        """Replace all content by a backup's; the old content is kept in a schema beside it."""
        from passdown.storage.copies import open_backup

        backup = open_backup(os.path.abspath(source))
        stamp = "".join(filter(str.isdigit, self._clock.now()))
        with self._writing.once(), self._begun(writes=True) as connection:
            connection.serialise()
            connection.set_aside(f"before_{stamp}")
            _fill(connection, backup)

    def close(self) -> None:
        """Hang up."""
        self._pool.close()


def bring_up(connection: PostgresConnection) -> None:
    """Migrate unless the schema is the last one."""
    number = max(connection.applied(), default=0)
    if number > SCHEMA:
        raise newer(number, SCHEMA, connection.where)
    if number < SCHEMA:
        migrate(connection, "postgres", connection.where)


def _tables(connection: PostgresConnection) -> list[str]:
    made = f"SELECT tablename FROM pg_tables WHERE schemaname = '{connection.schema}' ORDER BY 1"
    return [name for (name,) in connection.rows(made)]


def _usage(connection: PostgresConnection) -> list[Usage]:
    return [
        Usage(
            name,
            *connection.rows(f"SELECT count(*), pg_total_relation_size('{name}') FROM {name}")[0],
        )
        for name in _tables(connection)
    ]


def _batches(connection: PostgresConnection) -> Iterator[Batch]:
    for table in TABLES:
        for columns, rows in connection.streamed(table, AT_ONCE):
            yield Batch(table, columns, rows)


def _fill(connection: PostgresConnection, backup: Backup) -> None:
    for migration in migrations("postgres"):
        connection.install(migration)
        if migration.number == backup.schema:
            for table, columns, rows in backup.batches():
                connection.bulk(table, columns, rows)
