"""Migrations: upward from every released schema, whole or not at all, never past what is known."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from passdown.domain.errors import Integrity, NewerSchema
from passdown.domain.record import Record
from passdown.domain.scope import ALL, Sight
from passdown.stages.measure.verify import verify
from passdown.storage import migrate as module
from passdown.storage.migrate import FOLDER, SCHEMA, migrate, migrations
from passdown.storage.port import Store
from passdown.storage.postgres import open_postgres
from passdown.storage.rows.knowledge import RecordRow, record_row
from passdown.storage.rows.queue import ProposalRow, proposal_row
from passdown.storage.sql.named import Queries
from passdown.storage.sql.postgres import DIALECT, PostgresConnection
from passdown.storage.sql.sqlite import SqliteConnection
from passdown.storage.sqlite import open_sqlite
from tests.storage.released import made, path_of, told, write_everything
from tests.storage.test_counts import ASKED, agree

SECOND = """-- A second migration, as a later release would bring it.
ALTER TABLE records ADD COLUMN entities TEXT NOT NULL DEFAULT '[]';

CREATE TABLE entities (name TEXT PRIMARY KEY);
"""

KEPT_COUNTED = 12
"""The schema from which on what stands is kept counted."""

databases = pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_the_number_of_the_last_migration_is_the_schema(backend: str):
    assert [each.number for each in migrations(backend)] == list(range(1, SCHEMA + 1))


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_what_any_released_schema_held_is_read_today(store: Store, schema: int):
    store.restore(path_of(schema))
    assert told(store) == told(made())
    with store.read(ALL) as tx:
        found = verify(tx)
    # One body was erased before an entry had to say so; all else verifies.
    assert (found.bad_seq, found.fault) == (2, "its body was taken away, and no entry says so")


def test_the_backup_of_this_schema_is_what_is_written_today(store: Store, clock):
    clock.at = "2026-11-21T03:15:00.000Z"
    with store.write(ALL) as tx:
        write_everything(tx)
    assert told(store) == told(made())


@pytest.fixture
def later_release(tmp_path: Path) -> str:
    """The migrations of a release that has one more."""
    folder = tmp_path / "later"
    shutil.copytree(FOLDER, folder)
    for backend in ("sqlite", "postgres"):
        (folder / backend / f"{SCHEMA + 1:04}_later.sql").write_text(SECOND)
    return str(folder)


Connect = Callable[..., SqliteConnection | PostgresConnection]


@pytest.fixture
def place(backend: str, tmp_path: Path, request) -> str:
    if backend == "postgres":
        return str(request.getfixturevalue("postgres_dsn"))
    return str(tmp_path / "store" / "store.db")


@pytest.fixture
def reopen(backend: str, place: str, clock) -> Callable[[], Store]:
    """Open the store at one place with today's code."""
    return lambda: (open_postgres if backend == "postgres" else open_sqlite)(place, clock)


@pytest.fixture
def connect(backend: str, place: str) -> Connect:
    def connected(hook=None):
        if backend == "postgres":
            return PostgresConnection(place, Queries(DIALECT), hook)
        return SqliteConnection(place, hook=hook)

    return connected


def upgrade(connect: Connect, folder: str, hook=None) -> None:
    """What opening the store with the later release does."""
    with closing(connect(hook)) as connection:
        backend = "postgres" if isinstance(connection, PostgresConnection) else "sqlite"
        migrate(connection, backend, "here", upto=SCHEMA + 1, folder=folder)


def fill(reopen: Callable[[], Store]) -> list[object]:
    store = reopen()
    with store.write(ALL) as tx:
        write_everything(tx)
    held = told(store)
    store.close()
    return held


def numbers(connect: Connect) -> list[int]:
    with closing(connect()) as connection:
        return sorted(connection.applied())


@databases
def test_a_later_release_brings_a_full_store_up_and_keeps_all(connect, reopen, later_release):
    fill(reopen)
    upgrade(connect, later_release)
    upgrade(connect, later_release)
    assert numbers(connect) == [*range(1, SCHEMA + 2)]
    with closing(connect()) as connection:
        rows = connection.rows("SELECT kind, key, text, entities FROM records ORDER BY key")
        assert rows[0] == ("claim", "k", "Clear the cache", "[]")
        assert connection.rows("SELECT count(*) FROM ledger") == [(2,)]


@databases
def test_what_stood_before_counts_were_kept_is_counted(connect, reopen, backend, tmp_path):
    (tmp_path / "store").mkdir()
    scopes = ("global", "repo:a", "repo:a")
    asked = [replace(ASKED, id=f"{n:032x}", scope=scope) for n, scope in enumerate(scopes)]
    known = [Record("claim", f"k{n}", "x", scope=scope) for n, scope in enumerate(scopes)]
    with closing(connect()) as connection:
        migrate(connection, backend, "here", upto=KEPT_COUNTED - 1)
        connection.bulk("proposals", ProposalRow._fields, map(proposal_row, asked))
        connection.bulk("records", RecordRow._fields, map(record_row, known))
    with closing(reopen()) as store, store.read(ALL) as tx:
        assert tx.queue.waiting() == tx.sums.records() == len(scopes)
        agree(tx)
    with closing(reopen()) as store, store.read(Sight(("repo:a",))) as tx:
        assert tx.queue.waiting() == tx.sums.records() == 2


@databases
def test_a_store_newer_than_the_code_is_refused_and_left_alone(connect, reopen, later_release):
    fill(reopen)
    upgrade(connect, later_release)
    with pytest.raises(NewerSchema) as refused:
        reopen()
    assert str(SCHEMA + 1) in refused.value.what
    assert str(SCHEMA) in refused.value.what
    assert "Upgrade passdown" in refused.value.next
    assert numbers(connect) == [*range(1, SCHEMA + 2)]


@databases
def test_a_migration_that_was_edited_is_refused(connect, reopen, later_release):
    fill(reopen)
    first = next(Path(later_release).glob("*/0001_*.sql"))
    for first in Path(later_release).glob("*/0001_*.sql"):
        first.write_text(first.read_text() + "\n-- a change of mind\n")
    with pytest.raises(Integrity, match="migration 1 was edited"):
        upgrade(connect, later_release)
    assert numbers(connect) == [*range(1, SCHEMA + 1)]


@databases
def test_a_migration_that_fails_or_is_killed_changes_nothing(connect, reopen, later_release):
    class CrashError(BaseException):
        pass

    held = fill(reopen)
    crashes, done = 0, False
    while not done:
        left = [crashes + 1]

        def hook(statement: str, left=left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise CrashError(statement)

        try:
            upgrade(connect, later_release, hook)
            done = True
        except CrashError:
            crashes += 1
            assert numbers(connect) == [*range(1, SCHEMA + 1)]
            store = reopen()
            assert told(store) == held
            store.close()
    assert crashes > 5
    assert numbers(connect) == [*range(1, SCHEMA + 2)]


def test_a_new_store_killed_at_any_statement_is_made_by_the_next_start(tmp_path: Path, clock):
    class CrashError(BaseException):
        pass

    path, crashes, store = tmp_path / "store" / "store.db", 0, None
    while store is None:
        left = [crashes + 1]

        def hook(statement: str, left=left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise CrashError(statement)

        try:
            open_sqlite(path, clock, hook).close()
            store = open_sqlite(path, clock)
        except CrashError:
            crashes += 1
        if crashes % 10 == 0:
            shutil.rmtree(path.parent, ignore_errors=True)
    assert crashes > 50
    with store.read(ALL) as tx:
        assert verify(tx).ok
    store.close()


def test_a_file_is_backed_up_before_it_is_migrated(tmp_path: Path, clock, later_release):
    path = tmp_path / "store" / "store.db"
    held = fill(lambda: open_sqlite(path, clock))
    upgrade(lambda hook: SqliteConnection(str(path), hook=hook), later_release)
    kept = path.with_name(f"store.db.schema-{SCHEMA}.backup")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    shutil.move(path, tmp_path / "moved")
    for companion in ("-wal", "-shm"):
        path.with_name(path.name + companion).unlink(missing_ok=True)
    store = open_sqlite(path, clock)
    store.restore(kept)
    assert told(store) == held
    store.close()


def test_a_database_is_copied_into_a_schema_before_it_is_migrated(
    postgres_dsn: str, clock, later_release
):
    fill(lambda: open_postgres(postgres_dsn, clock))
    upgrade(lambda hook: PostgresConnection(postgres_dsn, Queries(DIALECT), hook), later_release)
    with closing(PostgresConnection(postgres_dsn, Queries(DIALECT))) as connection:
        kept = f"passdown_schema_{SCHEMA}"
        assert connection.rows(f"SELECT count(*) FROM {kept}.ledger") == [(2,)]
        assert connection.rows(f"SELECT key, text FROM {kept}.records ORDER BY key")[0][0] == "k"


def test_opening_a_store_again_reads_no_migration(tmp_path: Path, clock, monkeypatch):
    path = tmp_path / "store" / "store.db"
    open_sqlite(path, clock).close()
    monkeypatch.setattr(module, "FOLDER", "/nowhere")
    monkeypatch.setattr("os.listdir", None)
    open_sqlite(path, clock).close()


def test_both_backends_have_the_same_tables_and_columns(tmp_path: Path, postgres_dsn: str, clock):
    path = tmp_path / "store" / "store.db"
    open_sqlite(path, clock).close()
    open_postgres(postgres_dsn, clock).close()
    with closing(sqlite3.connect(path)) as db:
        tables = {
            name: {column for _, column, *_ in db.execute(f"PRAGMA table_info({name})")}
            for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if not name.startswith("indexed_words")
        }
    tables["indexed"].discard("num")
    columns = "SELECT table_name, column_name FROM information_schema.columns"
    with closing(PostgresConnection(postgres_dsn, Queries(DIALECT))) as connection:
        found = connection.rows(f"{columns} WHERE table_schema = 'passdown'")
    assert {(t, c) for t, names in tables.items() for c in names} == set(found)


def test_a_backup_has_every_table_that_is_not_derived(tmp_path: Path, clock):
    from passdown.storage.dump import TABLES

    path = tmp_path / "store" / "store.db"
    open_sqlite(path, clock).close()
    with closing(sqlite3.connect(path)) as db:
        names = {
            name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type='table'")
        }
    derived = {name for name in names if name.startswith("index")} | {"vectors", "migrations"}
    derived |= {
        "ledger_days",
        "proposal_counts",
        "record_counts",
        "erasing",
    }  # the latter is empty between transactions
    assert names - derived == set(TABLES)
