"""The ledger, before-images and the activity log, in every backend."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from passdown.domain.change import Image
from passdown.domain.entry import GENESIS, Activity, body_hash, chain_hash
from passdown.domain.errors import Conflict, Integrity, Limit, PassdownError
from passdown.domain.proposal import Proposal, Status
from passdown.domain.scope import ALL
from passdown.stages.measure.verify import verify
from passdown.storage.port import Store
from passdown.storage.retelling import ERASED

AT = "2026-11-21T03:15:00.000Z"


def test_entries_are_chained_from_the_first(store: Store):
    with store.write(ALL) as tx:
        entries = [tx.ledger.append("n", "me", f"s{n}", {"n": n, "a": [1.5]}) for n in range(3)]
        prev = GENESIS
        for seq, entry in enumerate(entries, 1):
            assert (entry.seq, entry.prev) == (seq, prev)
            assert entry.body == body_hash(entry.detail or {})
            prev = entry.hash
            parts = (entry.seq, entry.at, entry.actor, entry.name, entry.subject, entry.body)
            assert chain_hash(*parts, entry.prev) == entry.hash
        assert tx.ledger.head() == tx.ledger.anchor() == (3, prev)
        assert tx.ledger.entries() == entries
        assert verify(tx).ok


def test_the_chain_goes_on_across_transactions_and_not_across_rollbacks(store: Store):
    for n in range(3):
        with store.write(ALL) as tx:
            tx.ledger.append("n", "me", "s", {"n": n})
        with suppress(Limit), store.write(ALL) as tx:
            tx.ledger.append("n", "me", "s", {})
            tx.ledger.append("n", "me", "s", {"large": "x" * (1 << 20)})
    with store.read(ALL) as tx:
        assert verify(tx).entries == 3
        assert verify(tx).ok


def test_entries_are_paged_and_filtered(store: Store):
    with store.write(ALL) as tx:
        for n in range(6):
            tx.ledger.append("even" if n % 2 == 0 else "odd", "me", f"s{n % 3}", {})

        def found(**how) -> list[int]:
            return [entry.seq for entry in tx.ledger.entries(**how)]

        assert found(limit=2) == [1, 2]
        assert found(after=2, limit=2) == [3, 4]
        assert found(name="odd") == [2, 4, 6]
        assert found(subject="s0") == [1, 4]
        assert found(subject="s0", name="odd", after=1) == [4]


def test_time_never_runs_backwards_in_the_ledger(store: Store, clock):
    times = []
    for step in (0, -3600, 1, 7200, -1):
        clock.move(step)
        with store.write(ALL) as tx:
            times.append(tx.ledger.append("n", "me", "s", {}).at)
    assert times == sorted(times)
    assert times[1] == times[0]
    assert times[3] > times[0]


def test_an_erased_body_leaves_its_hash_and_a_chain_that_verifies(store: Store):
    with store.write(ALL) as tx:
        kept = tx.ledger.append("n", "me", "s", {"keep": 1})
        gone = tx.ledger.append("n", "me", "s", {"secret": 1})
        assert tx.ledger.erase(gone.body)
        assert not tx.ledger.erase(gone.body)
        assert tx.ledger.entries() == [kept, replace(gone, detail=None)]
        tx.ledger.append(ERASED, "me", gone.body, {"why": "asked", "detail": None})
        assert verify(tx).ok
        assert verify(tx).erased == 1


def test_a_body_is_kept_once_however_often_it_was_said(store: Store):
    with store.write(ALL) as tx:
        first = tx.ledger.append("n", "me", "s", {"a": 1, "b": 2})
        second = tx.ledger.append("n", "me", "s", {"b": 2, "a": 1})
        assert first.body == second.body
        assert [e.detail for e in tx.ledger.entries()] == [{"a": 1, "b": 2}] * 2


def test_a_body_over_a_megabyte_is_refused(store: Store):
    with store.write(ALL) as tx:
        with pytest.raises(Limit, match="1 MB"):
            tx.ledger.append("n", "me", "s", {"t": "é" * (1 << 19)})
        tx.ledger.append("n", "me", "s", {"t": "x" * ((1 << 20) - 100)})
        assert tx.ledger.head()[0] == 1


def test_images_are_kept_in_order_and_once(store: Store):
    images = [Image("p", n, "put", "claim", "k", n, {"text": str(n)}) for n in (2, 1, 3)]
    with store.write(ALL) as tx:
        for image in images:
            tx.ledger.keep_image(image)
        assert [i.n for i in tx.ledger.images("p")] == [1, 2, 3]
        assert tx.ledger.images("q") == []
        with pytest.raises(Conflict):
            tx.ledger.keep_image(images[0])


def test_what_touched_a_record_later_is_known(store: Store):
    with store.write(ALL) as tx:
        for proposal, version in (("p2", 3), ("p1", 2), ("p3", 4), ("p2", 5)):
            tx.ledger.keep_image(Image(proposal, version, "put", "claim", "k", version, None))
        tx.ledger.keep_image(Image("p4", 1, "put", "claim", "other", 9, None))
        assert tx.ledger.touched_after("claim", "k", 1) == ["p1", "p2", "p3"]
        assert tx.ledger.touched_after("claim", "k", 3) == ["p3", "p2"]
        assert tx.ledger.touched_after("claim", "k", 5) == []


def test_activities_come_newest_first_and_never_touch_the_chain(store: Store):
    with store.write(ALL) as tx:
        for n, name in enumerate(("served", "used", "served")):
            tx.ledger.note(Activity(AT, name, f"s{n}", (f"r{n}", "r", "r"), {"n": n}))

        def found(**how) -> list[int]:
            return [activity.detail["n"] for activity in tx.ledger.activities(**how)]

        assert found() == [2, 1, 0]
        assert found(limit=1) == [2]
        assert found(name="served") == [2, 0]
        assert found(item="r1") == [1]
        assert found(item="r") == [2, 1, 0]
        assert found(session="s0", item="r") == [0]
        assert found(item="none") == []
        assert tx.ledger.head() == (0, GENESIS)


# Below: what only somebody with the database in hand can do, and how it is noticed.


@pytest.fixture
def database(store: Store) -> Any:
    """Statements past the port, in a database that has three entries and a decided proposal."""
    decided = Proposal("a" * 32, "l", "ADD", {}, (), "x", AT, "", status=Status.EXECUTED)
    with store.write(ALL) as tx:
        for n in range(3):
            tx.ledger.append("n", "me", "s", {"n": n})
        tx.queue.add(decided)
        tx.queue.add(replace(decided, id="b" * 32, status=Status.HUMAN))

    def run(*statements: str) -> None:
        with store.write(ALL) as tx:
            assert tx.ledger.head()[0] > 0
            for statement in statements:
                tx._bound.connection.rows(statement, {})  # type: ignore[attr-defined]

    return run


# Memory has no other door than the port.
databases = pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)


@databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET actor = 'me' WHERE seq = 2",
        "DELETE FROM ledger WHERE seq = 3",
        "UPDATE bodies SET text = '{}'",
        "UPDATE anchor SET seq = 2",
        "UPDATE anchor SET seq = 5",
        "DELETE FROM anchor",
        "UPDATE proposals SET status = 'pending' WHERE status = 'executed'",
        "UPDATE proposals SET reason = 'x' WHERE status = 'executed'",
        "UPDATE proposals SET status = 'arbiter' WHERE status = 'human'",
        "DELETE FROM proposals WHERE status = 'human'",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(store: Store, database, statement):
    with pytest.raises(Integrity):
        database(statement)
    with store.read(ALL) as tx:
        assert verify(tx).ok


@databases
def test_the_database_knows_only_the_statuses_there_are(database):
    with pytest.raises(PassdownError):
        database(f"UPDATE proposals SET status = 'odd' WHERE id = '{'b' * 32}'")


UNLOCK = {
    "sqlite": "DROP TRIGGER {trigger}",
    "postgres": "DROP TRIGGER {trigger} ON {table}",
}


@databases
@pytest.mark.parametrize(
    ("trigger", "table", "statement", "bad"),
    [
        ("ledger_kept", "ledger", "UPDATE ledger SET actor = 'you' WHERE seq = 2", 2),
        ("ledger_kept", "ledger", "UPDATE ledger SET at = '2020' WHERE seq = 1", 1),
        ("ledger_whole", "ledger", "DELETE FROM ledger WHERE seq = 2", 2),
        ("ledger_whole", "ledger", "DELETE FROM ledger WHERE seq >= 2", 2),
        ("ledger_whole", "ledger", "DELETE FROM ledger", 1),
        ("bodies_kept", "bodies", """UPDATE bodies SET text = '{"n":7}'""", 1),
        ("anchor_advances", "anchor", "UPDATE anchor SET seq = 7", 4),
    ],
)
def test_history_rewritten_past_the_locks_is_noticed(
    store: Store, backend, database, trigger, table, statement, bad
):
    database(UNLOCK[backend].format(trigger=trigger, table=table), statement)
    with store.read(ALL) as tx:
        found = verify(tx)
        assert (found.ok, found.bad_seq) == (False, bad)


@databases
def test_a_ledger_that_was_cut_is_not_grown_over(store: Store, backend, database):
    unlock = UNLOCK[backend].format(trigger="ledger_whole", table="ledger")
    database(unlock, "DELETE FROM ledger WHERE seq = 3")
    with store.write(ALL) as tx:
        assert tx.ledger.append("n", "me", "s", {}).seq == 4
    with store.read(ALL) as tx:
        assert (verify(tx).ok, verify(tx).bad_seq) == (False, 3)
