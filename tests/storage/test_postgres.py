"""What only a server can do: restart, lock out, be too old, or not be there at all."""

from __future__ import annotations

import sys
import threading

import psycopg
import pytest

from passdown.domain.errors import Conflict, PassdownError, StoreError, Unavailable
from passdown.domain.scope import ALL
from passdown.storage.postgres import PostgresStore, open_postgres
from passdown.storage.sql import postgres as module
from passdown.storage.sql.postgres import meaning, place_of, placed
from tests.storage.test_conformance import fill
from tests.storage.test_queue import asked


@pytest.fixture
def store(postgres_dsn: str, clock):
    store = open_postgres(postgres_dsn, clock)
    yield store
    store.close()


def kill_all(dsn: str) -> None:
    """What a restart does to everybody who is connected."""
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_restart_between_two_transactions_is_not_noticed(store, postgres_dsn: str):
    with store.write(ALL) as tx:
        fill(tx)
    kill_all(postgres_dsn)
    with store.read(ALL) as tx:
        assert tx.ledger.head()[0] == 1
    kill_all(postgres_dsn)
    with store.write(ALL) as tx:
        fill(tx, "2")
    with store.read(ALL) as tx:
        assert tx.ledger.head()[0] == 2


def test_a_restart_within_a_transaction_loses_all_of_it_and_says_so(store, postgres_dsn: str):
    def interrupted() -> None:
        with store.write(ALL) as tx:
            fill(tx)
            kill_all(postgres_dsn)
            tx.registry.keep("a", "b")

    with pytest.raises(StoreError, match="cannot be reached") as lost:
        interrupted()
    assert lost.value.next
    with store.read(ALL) as tx:
        assert tx.ledger.head()[0] == 0
        assert tx.registry.value("a") is None


def test_a_connection_lost_while_committing_says_that_nobody_knows(store, postgres_dsn: str):
    def interrupted() -> None:
        with store.write(ALL) as tx:
            fill(tx)
            kill_all(postgres_dsn)

    with pytest.raises(StoreError) as lost:
        interrupted()
    assert "before you repeat it" in lost.value.next


def test_a_server_that_is_not_there_is_an_error_without_the_password(clock):
    with pytest.raises(StoreError, match="cannot be reached") as refused:
        open_postgres("postgresql://me:hush@127.0.0.1:1/db", clock)
    assert refused.value.where == "postgresql://me@127.0.0.1:1/db"
    assert "hush" not in repr((refused.value.plain(), refused.value.__cause__))


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://me:hush hush@host/db",
        "postgresql://me:hush@host/db?no=such",
        "user=me password='hush",
    ],
)
def test_a_malformed_address_is_an_error_without_the_password(clock, dsn: str):
    with pytest.raises(StoreError, match="malformed") as refused:
        open_postgres(dsn, clock)
    error: BaseException | None = refused.value
    while error is not None:
        assert "hush" not in str(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_the_place_of_a_store_has_no_password_in_it():
    assert place_of("postgresql://me:hush@host:5432/db") == "postgresql://me@host:5432/db"
    assert place_of("host=h user=me password=hush dbname=d") == "postgresql://me@h/d"
    assert place_of("postgresql:///db") == "postgresql:///db"


def test_a_database_that_is_not_there_is_named(postgres_server, clock):
    with pytest.raises(StoreError, match="does not exist") as refused:
        open_postgres(postgres_server.dsn("nowhere"), clock)
    assert "nowhere" in refused.value.where


def test_without_the_driver_the_command_that_adds_it_is_named(clock, monkeypatch):
    monkeypatch.delitem(sys.modules, "passdown.storage.sql.postgres", raising=False)
    monkeypatch.delattr("passdown.storage.sql.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unavailable) as missing:
        open_postgres("postgresql:///x", clock)
    assert missing.value.next == "pip install 'passdown[postgres]'"


def test_an_old_server_is_named(postgres_dsn: str, clock, monkeypatch):
    monkeypatch.setattr(module, "OLDEST", 990_000)
    with pytest.raises(StoreError, match="too old"):
        open_postgres(postgres_dsn, clock)


def test_a_user_who_may_not_make_the_schema_is_told_what_to_grant(postgres_dsn: str, clock):
    with psycopg.connect(postgres_dsn, autocommit=True) as db:
        db.execute("DROP ROLE IF EXISTS guest")
        db.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(StoreError, match="may not") as refused:
        open_postgres(postgres_dsn.replace("user=postgres", "user=guest"), clock)
    assert "CREATE" in refused.value.next


def test_a_writer_that_waits_too_long_says_who_it_waits_for(postgres_dsn, clock, monkeypatch):
    monkeypatch.setattr(module, "SETTINGS", module.SETTINGS.replace("'30s'", "'50ms'"))
    first, second = open_postgres(postgres_dsn, clock), open_postgres(postgres_dsn, clock)
    with first.write(ALL) as tx:
        fill(tx)
        with pytest.raises(StoreError, match="another writer"), second.write(ALL) as other:
            other.registry.keep("a", "b")
    with second.write(ALL) as other:
        other.registry.keep("a", "b")
    first.close()
    second.close()


def test_the_content_before_a_restore_is_kept_in_a_schema_beside_it(store, postgres_dsn, tmp_path):
    store.backup(tmp_path / "empty")
    with store.write(ALL) as tx:
        fill(tx)
    store.restore(tmp_path / "empty")
    with store.read(ALL) as tx:
        assert tx.ledger.head()[0] == 0
    with psycopg.connect(postgres_dsn) as db:
        like = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'passdown_before_%'"
        ((kept,),) = db.execute(like).fetchall()
        assert db.execute(f"SELECT count(*) FROM {kept}.ledger".encode()).fetchone() == (1,)


def test_other_tables_of_the_database_are_left_alone(postgres_dsn: str, clock, tmp_path):
    with psycopg.connect(postgres_dsn, autocommit=True) as db:
        db.execute("CREATE TABLE records (theirs int)")
    store = open_postgres(postgres_dsn, clock)
    with store.write(ALL) as tx:
        fill(tx)
    store.backup(tmp_path / "b")
    store.restore(tmp_path / "b")
    store.close()
    with psycopg.connect(postgres_dsn) as db:
        assert db.execute("SELECT count(*) FROM public.records").fetchone() == (0,)


@pytest.mark.parametrize("round", range(6))
def test_eight_who_open_a_new_database_at_once_make_one_store(postgres_databases, clock, round):
    dsn, stores = postgres_databases.lend(), list[PostgresStore]()
    threads = [
        threading.Thread(target=lambda: stores.append(open_postgres(dsn, clock))) for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(stores) == 8
    for n, store in enumerate(stores):
        with store.write(ALL) as tx:
            fill(tx, str(n))
        store.close()
    postgres_databases.take_back(dsn)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (psycopg.errors.UniqueViolation, "conflict"),
        (psycopg.errors.NumericValueOutOfRange, "invalid"),
        (psycopg.errors.ProgramLimitExceeded, "limit"),
        (psycopg.errors.LockNotAvailable, "store"),
        (psycopg.errors.DeadlockDetected, "store"),
        (psycopg.errors.SerializationFailure, "store"),
        (psycopg.errors.DiskFull, "store"),
        (psycopg.errors.AdminShutdown, "store"),
        (psycopg.errors.InvalidPassword, "store"),
        (psycopg.errors.InvalidCatalogName, "store"),
        (psycopg.errors.InsufficientPrivilege, "store"),
        (psycopg.errors.ReadOnlySqlTransaction, "store"),
        (psycopg.OperationalError, "store"),
        (psycopg.errors.UndefinedTable, "internal"),
    ],
)
def test_every_error_of_postgres_is_one_of_ours(kind, code: str):
    found = meaning(kind("what it says"), "here")
    assert (found.code, found.where) == (code, "here")
    assert isinstance(found, PassdownError)
    assert found.next or code != "store"


def test_a_conflict_of_the_database_is_a_conflict_of_ours(store):
    with store.write(ALL) as tx, pytest.raises(Conflict):
        tx._bound.connection.rows("INSERT INTO facts VALUES ('a', 'b'), ('a', 'c')", {})


def test_places_are_those_of_the_driver_and_casts_stay():
    assert placed("a = :a AND b::text = :b_0 LIKE '%'") == (
        "a = %(a)s AND b::text = %(b_0)s LIKE '%%'"
    )


@pytest.mark.parametrize("order", ["confidence", "value"])
def test_a_page_of_the_queue_reads_a_page_before_anything_is_known_of_the_table(
    store, postgres_dsn: str, order: str
):
    with store.write(ALL) as tx:
        for n in range(2000):
            tx.queue.add(asked(f"{n:032x}", confidence=n / 2000))
    kill_all(postgres_dsn)
    with store.read(ALL) as tx:
        connection = tx.queue._bound.connection
        read = "SELECT sum(idx_tup_fetch + seq_tup_read) FROM pg_stat_xact_user_tables"
        found = tx.queue.all(limit=5) if order == "confidence" else tx.queue.best("loop", limit=5)
        assert len(found) == 5
        ((rows,),) = connection.rows(f"{read} WHERE relname = 'proposals'")
        assert rows <= 100
