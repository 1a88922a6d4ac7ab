"""Backups: whole or refused, and readable by every backend."""

from __future__ import annotations

import gzip
import json
import stat
from pathlib import Path

import pytest

from passdown.domain.errors import Invalid, NewerSchema, NotFound, PassdownError, Unreadable
from passdown.domain.scope import ALL
from passdown.stages.measure.verify import verify
from passdown.storage.memory import open_memory
from passdown.storage.migrate import SCHEMA
from passdown.storage.port import Store, Tx
from passdown.storage.sqlite import open_sqlite
from tests.storage.test_conformance import everything, fill

DERIVED = (7, 8, 9)
"""Where `everything` tells what can be built again."""


def lasting(tx: Tx) -> list[object]:
    return [part for n, part in enumerate(everything(tx)) if n not in DERIVED]


def filled(store: Store, *names: str) -> list[object]:
    with store.write(ALL) as tx:
        for name in names:
            fill(tx, name)
    with store.read(ALL) as tx:
        return lasting(tx)


@pytest.fixture(params=("memory", "sqlite"))
def source(request, clock, tmp_path: Path):
    """Another store, of each kind of backup."""
    if request.param == "memory":
        store: Store = open_memory(clock)
    else:
        store = open_sqlite(tmp_path / "source" / "store.db", clock)
    yield store
    store.close()


def test_a_backup_is_for_its_owner_only_and_says_its_size(store: Store, tmp_path: Path):
    filled(store, "1")
    target = tmp_path / "kept.backup"
    target.write_text("an older one")
    target.chmod(0o644)
    assert store.backup(target) == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [p for p in tmp_path.iterdir() if p.suffix == ".part"] == []


def test_a_backup_brings_back_everything(make, tmp_path: Path):
    first, second = make(), make()
    held = filled(first, "1", "2")
    first.backup(tmp_path / "b")
    filled(second, "3")
    second.restore(tmp_path / "b")
    with second.read(ALL) as tx:
        assert lasting(tx) == held
        assert verify(tx).ok
    with second.write(ALL) as tx:
        fill(tx, "4")
        assert verify(tx).ok
        assert len(tx.observations.scan()) == 3


def test_a_store_moves_to_any_backend(source: Store, store: Store, tmp_path: Path):
    held = filled(source, "1", "2")
    source.backup(tmp_path / "b")
    store.restore(tmp_path / "b")
    with store.read(ALL) as tx:
        assert lasting(tx) == held
    store.backup(tmp_path / "back")
    source.restore(tmp_path / "back")
    with source.read(ALL) as tx:
        assert lasting(tx) == held


def test_an_empty_store_has_a_backup_too(make, tmp_path: Path):
    first, second = make(), make()
    first.backup(tmp_path / "b")
    filled(second, "1")
    second.restore(tmp_path / "b")
    with second.read(ALL) as tx:
        assert verify(tx).entries == 0
        assert tx.knowledge.all() == []


def test_a_cut_or_foreign_file_is_refused_and_nothing_changes(source, store, tmp_path: Path):
    filled(source, "1")
    whole = tmp_path / "b"
    source.backup(whole)
    held = filled(store, "2")
    data = whole.read_bytes()
    cuts = [data[:cut] for cut in (0, 1, 10, 100, 4096, len(data) // 2, len(data) - 1)]
    foreign = [b"hello", b"\x1f\x8b", gzip.compress(b"[]\n"), gzip.compress(b"{}"), data + b"x"]
    bad = tmp_path / "bad"
    for content in [cut for cut in cuts if cut != data] + foreign[: -1 if data[:1] == b"S" else 9]:
        bad.write_bytes(content)
        with pytest.raises(Unreadable):
            store.restore(bad)
    with store.read(ALL) as tx:
        assert lasting(tx) == held


@pytest.mark.parametrize(
    "edit",
    [
        lambda lines: lines[:3] + lines[4:],
        lambda lines: [*lines[:-1], lines[-2], lines[-1]],
        lambda lines: [line.replace(b"word", b"w0rd") for line in lines],
        lambda lines: [*lines, lines[-1]],
        lambda lines: lines[1:],
        lambda lines: [b"{}\n", *lines[1:]],
    ],
)
def test_a_backup_that_was_edited_is_refused(store: Store, clock, tmp_path: Path, edit):
    other = open_memory(clock)
    filled(other, "1")
    other.backup(tmp_path / "b")
    with gzip.open(tmp_path / "b") as file:
        lines = edit(list(file))
    (tmp_path / "b").write_bytes(gzip.compress(b"".join(lines)))
    with pytest.raises(Unreadable):
        store.restore(tmp_path / "b")


def test_names_in_a_backup_never_become_statements(store: Store, tmp_path: Path):
    from passdown.storage.dump import Batch, write_dump

    held = filled(store, "1")
    for table, column in (("records; DROP TABLE ledger", "id"), ("facts", "name) VALUES (1);--")):
        write_dump([Batch(table, [column], [["x"]])], str(tmp_path / "b"))
        with pytest.raises(Unreadable):
            store.restore(tmp_path / "b")
    with store.read(ALL) as tx:
        assert lasting(tx) == held


# Memory has no columns that could refuse a row.
@pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)
def test_rows_that_do_not_fit_leave_everything_as_it_was(store: Store, tmp_path: Path):
    from passdown.storage.dump import Batch, write_dump

    held = filled(store, "1")
    write_dump([Batch("facts", ["name", "value"], [["x", None], ["x", "y"]])], str(tmp_path / "b"))
    with pytest.raises(PassdownError):
        store.restore(tmp_path / "b")
    with store.read(ALL) as tx:
        assert lasting(tx) == held


def test_a_backup_of_a_newer_schema_is_refused(store: Store, tmp_path: Path):
    (tmp_path / "b").write_bytes(_dump_of_schema(SCHEMA + 1))
    with pytest.raises(NewerSchema, match=f"schema {SCHEMA + 1}"):
        store.restore(tmp_path / "b")


def _dump_of_schema(schema: int) -> bytes:
    from hashlib import sha256

    head = json.dumps({"passdown": "backup", "schema": schema}).encode() + b"\n"
    end = json.dumps({"rows": 0, "sha256": sha256(head).hexdigest()}, separators=(",", ":"))
    return gzip.compress(head + end.encode() + b"\n")


def test_a_backup_that_is_not_there_is_not_found(store: Store, tmp_path: Path):
    for missing in (tmp_path / "none", tmp_path):
        with pytest.raises(NotFound):
            store.restore(missing)


def test_the_content_before_a_restore_is_kept_beside_it(clock, tmp_path: Path):
    store = open_sqlite(tmp_path / "store" / "store.db", clock)
    empty = tmp_path / "empty"
    store.backup(empty)
    held = filled(store, "1")
    store.restore(empty)
    (beside,) = (tmp_path / "store").glob("*.before-*.backup")
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    store.restore(beside)
    with store.read(ALL) as tx:
        assert lasting(tx) == held
    store.close()


def test_a_restored_file_is_searched_at_once_or_followed_again(clock, tmp_path: Path):
    store = open_sqlite(tmp_path / "store" / "store.db", clock)
    filled(store, "1")
    store.backup(tmp_path / "native")
    store.restore(tmp_path / "native")
    with store.read(ALL) as tx:
        assert len(tx.index.search(["word"], limit=9)) == 1
    other = open_memory(clock)
    filled(other, "1")
    other.backup(tmp_path / "portable")
    store.restore(tmp_path / "portable")
    with store.read(ALL) as tx:
        assert tx.index.position() == 0
        assert tx.index.search(["word"], limit=9) == []
    store.close()


def test_another_process_sees_what_was_restored(clock, tmp_path: Path):
    store = open_sqlite(tmp_path / "store" / "store.db", clock)
    other = open_sqlite(tmp_path / "store" / "store.db", clock)
    store.backup(tmp_path / "empty")
    filled(other, "1")
    store.restore(tmp_path / "empty")
    with other.write(ALL) as tx:
        assert tx.knowledge.all() == []
        fill(tx, "2")
    with store.read(ALL) as tx:
        assert len(tx.knowledge.all()) == 1
    store.close()
    other.close()


def test_a_store_is_no_place_for_its_own_backup(clock, tmp_path: Path):
    store = open_sqlite(tmp_path / "store" / "store.db", clock)
    with pytest.raises(Invalid):
        store.backup(tmp_path / "store" / "store.db")
    store.close()


def test_a_backup_with_a_trigger_of_somebody_else_is_refused(clock, tmp_path: Path):
    import sqlite3

    store = open_sqlite(tmp_path / "store" / "store.db", clock)
    store.backup(tmp_path / "b")
    with sqlite3.connect(tmp_path / "b") as db:
        db.execute("CREATE TRIGGER t AFTER INSERT ON facts BEGIN DELETE FROM bodies; END")
    db.close()
    with pytest.raises(Unreadable):
        store.restore(tmp_path / "b")
    store.close()


def test_a_backup_into_a_place_that_cannot_be_written_says_so(store: Store, tmp_path: Path):
    with pytest.raises(PassdownError) as refused:
        store.backup(tmp_path / "no" / "such" / "folder")
    assert refused.value.where
    assert refused.value.next
