"""Whether the ledger is what was written, down to the byte."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from passdown.domain.scope import ALL
from passdown.stages.measure.verify import PAGE, Verified, verify
from passdown.storage.retelling import ERASED
from tests.desk import Desk, desk
from tests.notes import Add

TRIGGERS = ("ledger_kept", "ledger_whole", "bodies_kept", "anchor_advances", "anchor_kept")


def check(at: Desk) -> Verified:
    with at.store.read(ALL) as tx:
        return verify(tx)


@pytest.fixture
def written(tmp_path: Path) -> Iterator[tuple[Desk, sqlite3.Connection]]:
    """A ledger with some history, and a way to its file that asks nobody."""
    at = desk("sqlite", tmp_path)
    for n in range(4):
        at.agree(Add(f"tea {n}"))
    with closing(sqlite3.connect(tmp_path / "store" / "store.db", isolation_level=None)) as db:
        for trigger in TRIGGERS:
            db.execute(f"DROP TRIGGER {trigger}")
        yield at, db
    at.close()


def test_an_untouched_ledger_verifies(on_each: Desk):
    assert check(on_each).ok
    for n in range(3):
        on_each.agree(Add(f"tea {n}"))
    found = check(on_each)
    with on_each.store.read(ALL) as tx:
        assert (found.ok, found.entries, found.head) == (True, *tx.ledger.head())


@pytest.mark.parametrize("column", ["at", "actor", "name", "subject", "body", "prev", "hash"])
def test_an_edited_column_is_named_by_its_entry(written, column: str):
    at, db = written
    flip = f"UPDATE ledger SET {column} = 'f' || substr({column}, 2) || '0' WHERE seq = 5"
    db.execute(flip)
    found = check(at)
    assert (found.ok, found.bad_seq) == (False, 5)
    assert found.fault


def test_one_edited_byte_of_a_body_is_named_by_its_entry(written):
    at, db = written
    db.execute(
        "UPDATE bodies SET text = replace(text, 'tea 1', 'tea 9')"
        " WHERE hash = (SELECT body FROM ledger WHERE seq = 5)"
    )
    found = check(at)
    assert (found.ok, found.bad_seq) == (False, 5)


@pytest.mark.parametrize("last", [1, 3])
def test_a_cut_at_the_end_is_noticed(written, last: int):
    at, db = written
    (end,) = db.execute("SELECT max(seq) FROM ledger").fetchone()
    db.execute("DELETE FROM ledger WHERE seq > ?", (end - last,))
    found = check(at)
    assert (found.ok, found.bad_seq) == (False, end - last + 1)


def test_a_gap_is_noticed(written):
    at, db = written
    db.execute("DELETE FROM ledger WHERE seq = 5")
    found = check(at)
    assert (found.ok, found.bad_seq, found.fault) == (False, 5, "entry 5 is missing")


def test_two_entries_that_changed_places_are_noticed(written):
    at, db = written
    for old, new in ((5, 99), (6, 5), (99, 6)):
        db.execute("UPDATE ledger SET seq = ? WHERE seq = ?", (new, old))
    assert check(at).bad_seq == 5


def test_a_cut_is_never_grown_over(written):
    at, db = written
    db.execute("DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)")
    at.ask(Add("later"))
    assert not check(at).ok


def test_an_erased_body_leaves_a_chain_that_verifies(on_each: Desk):
    on_each.agree(Add("tea"))
    with on_each.store.write(ALL) as tx:
        victim = tx.ledger.entries(name="note.updated")[0]
        assert tx.ledger.erase(victim.body)
        tx.ledger.append(ERASED, "ann", victim.body, {"why": "asked", "detail": None})
    found = check(on_each)
    assert (found.ok, found.erased) == (True, 1)


def test_a_body_that_went_without_a_word_is_a_fault(on_each: Desk):
    on_each.agree(Add("tea"))
    with on_each.store.write(ALL) as tx:
        victim = tx.ledger.entries(name="note.updated")[0]
        assert tx.ledger.erase(victim.body)
    found = check(on_each)
    assert (found.ok, found.bad_seq) == (False, victim.seq)
    assert "no entry says so" in found.fault


def test_a_ledger_longer_than_a_page_is_walked_to_its_end(at: Desk):
    with at.store.write(ALL) as tx:
        for n in range(PAGE + 2):
            tx.ledger.append("cycle.finished", "a", "b", {"n": n % 7})
    assert check(at).entries == PAGE + 2
