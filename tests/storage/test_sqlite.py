"""The file itself: whose it is, who may read it, and what stands in its place."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from passdown.domain.errors import PassdownError, StoreError
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.storage.sql.sqlite import SqliteConnection
from passdown.storage.sql.told import meaning
from passdown.storage.sqlite import open_sqlite
from tests.storage.test_conformance import fill


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one" / "two" / "store.db"


def modes(folder: Path) -> dict[str, int]:
    return {p.name: stat.S_IMODE(p.stat().st_mode) for p in [folder, *folder.iterdir()]}


@pytest.mark.parametrize("umask", [0, 0o022, 0o777])
def test_folder_and_files_are_for_their_owner_only_whatever_the_umask(path, clock, umask):
    path.parent.parent.mkdir()
    before = os.umask(umask)
    try:
        store = open_sqlite(path, clock)
        with store.write(ALL) as tx:
            fill(tx)
        found = modes(path.parent)
    finally:
        os.umask(before)
    store.close()
    assert found == {"two": 0o700, "store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


def test_looser_modes_are_mended_and_reported(path, clock):
    first = open_sqlite(path, clock)
    with first.write(ALL) as tx:
        fill(tx)
    for place, mode in ((path.parent, 0o755), (path, 0o644), (Path(f"{path}-wal"), 0o666)):
        place.chmod(mode)
    second = open_sqlite(path, clock)
    assert set(modes(path.parent).values()) == {0o700, 0o600}
    assert second.describe()["mended"] == [
        f"{path.parent}: 0755 is now 0700",
        f"{path}: 0644 is now 0600",
        f"{path}-wal: 0666 is now 0600",
    ]
    first.close()
    second.close()
    third = open_sqlite(path, clock)
    assert third.describe()["mended"] == []
    third.close()


def refused(path: Path, clock) -> StoreError:
    with pytest.raises(StoreError) as error:
        open_sqlite(path, clock)
    assert error.value.where
    assert error.value.next
    return error.value


def test_a_link_in_place_of_the_store_is_not_followed(path, clock, tmp_path: Path):
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere.db")
    assert "a link" in refused(path, clock).what
    assert not (tmp_path / "elsewhere.db").exists()


def test_a_link_in_place_of_its_log_is_not_followed(path, clock, tmp_path: Path):
    open_sqlite(path, clock).close()
    Path(f"{path}-wal").symlink_to(tmp_path / "elsewhere")
    assert "a link" in refused(path, clock).what


def test_a_folder_or_a_pipe_in_place_of_the_store_is_refused(path, clock):
    path.mkdir(parents=True)
    assert "not a file" in refused(path, clock).what
    path.rmdir()
    os.mkfifo(path)
    assert "not a file" in refused(path, clock).what


def test_a_file_in_place_of_the_folder_is_refused(path, clock):
    path.parent.parent.mkdir()
    path.parent.write_text("")
    refused(path, clock)


def test_what_somebody_else_owns_is_refused(path, clock, monkeypatch):
    open_sqlite(path, clock).close()
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    assert f"user {me} owns it" in refused(path, clock).what


def test_a_store_needs_a_folder_of_its_own(clock, home: Path, tmp_path: Path):
    home.chmod(0o755)
    assert "a folder of its own" in refused(home / "store.db", clock).what
    assert stat.S_IMODE(home.stat().st_mode) == 0o755
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    assert "a folder of its own" in refused(shared / "store.db", clock).what
    assert list(shared.iterdir()) == []


def test_a_database_of_somebody_else_is_refused_and_left_alone(path, clock):
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (a)")
        db.commit()
    before = path.read_bytes()
    assert "not a passdown store" in refused(path, clock).what
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"hello, world", b"SQLite format 3\0" + b"\xff" * 200])
def test_a_file_that_is_no_database_is_refused_and_left_alone(path, clock, content):
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    error = refused(path, clock)
    assert "not a passdown store" in error.what
    assert "passdown restore" in error.next
    assert path.read_bytes() == content


def test_pages_overwritten_in_the_middle_are_an_error_and_no_crash(path, clock):
    store = open_sqlite(path, clock)
    with store.write(ALL) as tx:
        for n in range(50):
            fill(tx, str(n))
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)

    def use() -> None:
        with closing(open_sqlite(path, clock)) as damaged, damaged.read(ALL) as tx:
            tx.knowledge.all()

    with pytest.raises(StoreError, match="damaged") as error:
        use()
    assert "passdown restore" in error.value.next


def test_a_store_that_another_process_holds_is_reported_after_a_while(path, clock, monkeypatch):
    monkeypatch.setattr("passdown.storage.sql.sqlite.PATIENCE", 0.05)
    store = open_sqlite(path, clock)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another writer"), store.write(ALL):
            pass
        with store.read(ALL) as tx:
            assert tx.knowledge.all() == []
        other.execute("ROLLBACK")
    with store.write(ALL) as tx:
        fill(tx)
    store.close()


def test_a_full_disk_is_an_error_that_loses_nothing(path, clock):
    store = open_sqlite(path, clock)
    with store.write(ALL) as tx:
        fill(tx)
        pages = tx._bound.connection.rows("PRAGMA page_count", {})[0][0]
        tx._bound.connection.rows(f"PRAGMA max_page_count = {pages + 5}", {})
    with pytest.raises(StoreError, match="disk is full") as error:
        _fill_up(store)
    assert "space" in error.value.next
    with store.write(ALL) as tx:
        assert tx.ledger.head()[0] == 1
        tx.registry.keep("small", "fits")
    store.close()


def _fill_up(store) -> None:
    with store.write(ALL) as tx:
        tx.ledger.append("n", "me", "s", {"large": "x" * 100_000})


def test_every_error_of_sqlite_is_one_of_ours(path):
    for name, code in (
        ("SQLITE_BUSY_SNAPSHOT", "store"),
        ("SQLITE_LOCKED", "store"),
        ("SQLITE_FULL", "store"),
        ("SQLITE_READONLY_DBMOVED", "store"),
        ("SQLITE_PERM", "store"),
        ("SQLITE_CANTOPEN_ISDIR", "store"),
        ("SQLITE_IOERR_WRITE", "store"),
        ("SQLITE_NOTADB", "store"),
        ("SQLITE_CORRUPT_VTAB", "store"),
        ("SQLITE_CONSTRAINT_UNIQUE", "conflict"),
        ("SQLITE_CONSTRAINT_TRIGGER", "integrity"),
        ("SQLITE_MISUSE", "internal"),
    ):
        error = sqlite3.OperationalError("what it says")
        error.sqlite_errorname = name
        found = meaning(error, "/a/store.db")
        assert (found.code, found.where) == (code, "/a/store.db")
        assert found.next or code != "store"


def test_an_old_library_is_named(path, clock, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    with pytest.raises(PassdownError, match="too old"):
        open_sqlite(path, clock)
    assert not path.exists()


def test_every_connection_waits_for_the_disk_and_overwrites_what_it_deletes(path, clock):
    open_sqlite(path, clock).close()
    with closing(SqliteConnection(str(path))) as connection:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1)):
            assert connection.rows(f"PRAGMA {pragma}") == [(value,)]


def test_what_was_erased_is_not_in_the_file_any_more(path, clock):
    store = open_sqlite(path, clock)
    with store.write(ALL) as tx:
        body = tx.ledger.append("n", "me", "s", {"secret": "correct horse battery"}).body
    with store.write(ALL) as tx:
        assert tx.ledger.erase(body)
    store.close()
    assert b"battery" not in path.read_bytes()
    assert not Path(f"{path}-wal").exists()


def test_one_connection_reads_and_one_writes(path, clock, monkeypatch):
    open_sqlite(path, clock).close()
    opened: list[str] = []
    connect = sqlite3.connect

    def counted(path: str, **how):
        opened.append(path)
        return connect(path, **how)

    monkeypatch.setattr(sqlite3, "connect", counted)
    store = open_sqlite(path, clock)
    for _ in range(3):
        with store.read(ALL) as tx:
            tx.knowledge.all()
    assert len(opened) == 1
    for n in range(3):
        with store.write(ALL) as tx:
            tx.registry.keep("n", str(n))
    store.close()
    assert len(opened) == 2


def test_no_query_is_planned_anew_for_a_decision(path, clock):
    """A pragma that turns a connection from reading to writing has all its statements prepared
    again: it cost a third of a decision."""
    statements: list[str] = []
    with closing(open_sqlite(path, clock, statements.append)) as store:
        for n in range(3):
            statements.clear()
            with store.read(ALL) as tx:
                tx.registry.value("n")
            with store.write(ALL) as tx:
                tx.registry.keep("n", str(n))
        assert not [said for said in statements if said.startswith("PRAGMA")]


def test_pages_are_moved_to_their_places_seldom(path, clock):
    store = open_sqlite(path, clock)
    with store.write(ALL) as tx:
        fill(tx)
    before, log = path.stat().st_mtime_ns, Path(f"{path}-wal")
    for n in range(40):
        with store.write(ALL) as tx:
            for name in range(40):
                tx.registry.keep(f"{n}.{name}", "word " * 600)
    assert log.stat().st_size > 1500 * 4096
    assert path.stat().st_mtime_ns == before
    store.close()
    assert path.stat().st_mtime_ns > before
    assert not log.exists()


def test_a_list_of_one_loop_goes_through_the_questions_of_no_other(path, clock):
    statements: list[str] = []
    with closing(open_sqlite(path, clock, statements.append)) as store, store.read(ALL) as tx:
        statements.clear()
        tx.queue.all((Status.EXECUTED,), loop="few", limit=9)
        (said,) = [one for one in statements if "proposals" in one]
    with closing(sqlite3.connect(path)) as database:
        names = dict.fromkeys(re.findall(r":(\w+)", said), "x")
        (plan,) = database.execute(f"EXPLAIN QUERY PLAN {said}", names).fetchall()
    assert "proposals_counted (loop=? AND status=?)" in plan[-1]
