"""Copies of a SQLite store: made, checked, read by other backends, and restored."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from passdown.domain.errors import Invalid, NotFound
from passdown.storage.dump import AT_ONCE, MAGIC, TABLES, Backup, Batch, damaged, open_dump
from passdown.storage.files import COMPANIONS, create
from passdown.storage.migrate import SCHEMA, migrate, migrations, newer
from passdown.storage.sql.copy import write_copy
from passdown.storage.sql.sqlite import APPLICATION_ID, SqliteConnection, bring_up
from passdown.storage.sql.told import Told
from passdown.storage.turn import PATIENCE, held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.domain.clock import At

SQLITE_MAGIC = b"SQLite format 3\0"


def write_backup(source: SqliteConnection, to: str) -> int:
    """As `write_copy`, but never over the store itself."""
    if os.path.exists(to) and os.path.samefile(to, source.path):
        raise Invalid("a store is no place for its own backup", where=to, next="Name another file.")
    return write_copy(source.db, to)


def open_backup(path: str) -> Backup:
    """A backup of either kind, found whole."""
    try:
        with open(path, "rb") as file:
            head = file.read(len(SQLITE_MAGIC))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise NotFound("there is no such file", where=path, next="Look for the backup.") from error
    if head.startswith(MAGIC):
        return open_dump(path)
    if head != SQLITE_MAGIC:
        raise damaged(path)
    with _opened(path) as db:
        return Backup(_checked(db, path), lambda: _batches(path))


@contextmanager
def _opened(path: str) -> Iterator[sqlite3.Connection]:
    # Immutable, so that looking at a backup leaves no file beside it; one that stands with a
    # log is a store somebody copied, and its log belongs to it.
    alone = not os.path.exists(f"{path}-wal")
    uri = f"file:{quote(path)}?mode=ro" + ("&immutable=1" if alone else "")
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
            yield db
    except sqlite3.DatabaseError as error:
        raise damaged(path) from error


def _checked(db: sqlite3.Connection, path: str) -> int:
    schema = int(_pragma(db, "user_version"))
    if _pragma(db, "application_id") != APPLICATION_ID or schema < 1:
        raise damaged(path)
    if schema > SCHEMA:
        raise newer(schema, SCHEMA, path)
    # What SQLite finds missing at the end it takes for zeros.
    if os.stat(path).st_size % _pragma(db, "page_size"):
        raise damaged(path)
    # A backup may come from anywhere: no trigger, view or table that we did not make.
    if _pragma(db, "quick_check") != "ok" or _layout(db) != _own_layout(schema):
        raise damaged(path)
    return schema


def _pragma(db: sqlite3.Connection, name: str) -> Any:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


def _layout(db: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return db.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
    ).fetchall()


def _own_layout(schema: int) -> list[tuple[Any, ...]]:
    fresh = SqliteConnection(":memory:")
    with closing(fresh):
        migrate(fresh, "sqlite", ":memory:", upto=schema)
        return _layout(fresh.db)


def _batches(path: str) -> Iterator[Batch]:
    with _opened(path) as db:
        yield from _of(db)


def _of(db: sqlite3.Connection) -> Iterator[Batch]:
    known = {name for kind, name, *_ in _layout(db) if kind == "table"}
    for table in filter(known.__contains__, TABLES):
        cursor = db.execute(f"SELECT * FROM {table}")
        columns = [name for name, *_ in cursor.description]
        while rows := cursor.fetchmany(AT_ONCE):
            yield Batch(table, columns, rows)


def restore(live: SqliteConnection, source: str, now: At) -> None:
    """Replace what an open store holds by a backup's, in one transaction of SQLite's own."""
    backup = open_backup(source)
    with _as_database(source, backup, f"{live.path}.{os.getpid()}.restoring") as db:
        write_copy(live.db, f"{live.path}.before-{now.replace(':', '')}.backup")
        live.turn(writes=True)
        with Told(live.path):
            db.backup(live.db, progress=_patient(live.path))
    bring_up(live)


@contextmanager
def _as_database(source: str, backup: Backup, temporary: str) -> Iterator[sqlite3.Connection]:
    with open(source, "rb") as file:
        ready = file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    if ready:
        with _opened(source) as db:
            yield db
        return
    try:
        create(temporary)
        with closing(SqliteConnection(temporary)) as made:
            migrate(made, "sqlite", temporary, upto=backup.schema)
            _load(made, backup)
            yield made.db
    finally:
        for companion in COMPANIONS:
            with suppress(FileNotFoundError):
                os.unlink(temporary + companion)


@contextmanager
def brought_up(backup: Backup) -> Iterator[Backup]:
    """The backup as one of today's schema: an older one takes the way a file would."""
    if backup.schema == SCHEMA:
        yield backup
        return
    with closing(SqliteConnection(":memory:")) as made:
        migrate(made, "sqlite", ":memory:", upto=backup.schema)
        _load(made, backup)
        for migration in migrations("sqlite")[backup.schema :]:
            made.apply(migration)
        yield Backup(SCHEMA, lambda: _of(made.db))


def _load(into: SqliteConnection, backup: Backup) -> None:
    with into.transaction(writes=True):
        for table, columns, rows in backup.batches():
            into.bulk(table, columns, rows)


def _patient(path: str) -> Callable[[int, int, int], None]:
    deadline = monotonic() + PATIENCE

    def progress(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and monotonic() > deadline:
            raise held(path)

    return progress
