"""A question nobody answers is closed: never left open, never taken for a yes."""

from __future__ import annotations

from dataclasses import replace

from passdown.domain.actor import system
from passdown.domain.proposal import Status, Verdict
from passdown.domain.scope import ALL
from passdown.stages.gate.expire import STALE, expire, outlived
from tests.desk import ALICE, Desk
from tests.notes import Add


def test_the_deadline_is_so_many_days_after_asking(at: Desk):
    assert at.ask(Add("tea")).deadline == "2026-01-15T00:00:00.000Z"


def test_what_passed_its_deadline_is_closed_and_told(on_each: Desk):
    late, now = on_each.ask(Add("tea")), on_each.clock.advance(days=14)
    fresh = on_each.ask(Add("coffee"))
    assert on_each.call("expire")["expired"] == [late.id]
    closed = on_each.proposal(late.id)
    assert (closed.status, closed.decided_by) == (Status.EXPIRED, "system:gate")
    assert closed.decided_at == now
    assert on_each.proposal(fresh.id).open
    assert on_each.note("tea") is None
    with on_each.store.read(ALL) as tx:
        (turn,) = tx.queue.messages(late.id)
        (told,) = tx.ledger.entries(name="promotion.expired")
    assert (turn.verdict, turn.tier) == (Verdict.EXPIRE, "system")
    assert told.subject == late.id


def test_expiring_twice_closes_nothing_twice(at: Desk):
    at.ask(Add("tea"))
    at.clock.advance(days=20)
    assert len(at.call("expire")["expired"]) == 1
    before = at.digest()
    assert at.call("expire")["expired"] == []
    assert at.digest() == before


def test_a_long_queue_is_closed_to_its_end(at: Desk):
    for n in range(5):
        at.ask(Add(f"tea {n}"))
    at.clock.advance(days=20)
    with at.store.write(ALL) as tx:
        assert len(expire(tx, system("gate"), limit=2)) == 2
    assert len(at.call("expire")["expired"]) == 3


def test_a_clock_that_goes_back_opens_nothing_again(at: Desk):
    id = at.ask(Add("tea")).id
    at.clock.advance(days=20)
    at.call("expire")
    at.clock.advance(days=-30)
    assert at.call("expire")["expired"] == []
    assert at.proposal(id).status is Status.EXPIRED


def test_what_was_decided_in_time_does_not_expire(at: Desk):
    id = at.agree(Add("tea"), ALICE)
    at.clock.advance(days=100)
    assert at.call("expire")["expired"] == []
    assert at.proposal(id).status is Status.EXECUTED


def test_what_can_come_to_nothing_is_closed_before_its_deadline_and_says_why(on_each: Desk):
    asked = on_each.ask(Add("tea"))
    with on_each.store.write(ALL) as tx:
        tx.queue.attach(replace(asked, flags=("old",)))
        found = tx.queue.get(asked.id)
        assert found is not None
        closed = outlived(tx, found, system("gate"), "it is gone")
    reason = "it can no longer be carried out: it is gone"
    assert closed == on_each.proposal(asked.id)
    assert (closed.status, closed.reason) == (Status.EXPIRED, reason)
    assert closed.flags == ("old", STALE) == ("old", "stale")
    with on_each.store.read(ALL) as tx:
        (turn,) = tx.queue.messages(asked.id)
        (told,) = tx.ledger.entries(name="promotion.expired")
    assert (turn.text, turn.verdict, turn.actor) == (reason, Verdict.EXPIRE, "system:gate")
    title = {"loop": "notes", "title": "Add: tea"}
    assert told.detail == title | {"reason": reason, "flags": ["stale"]}


def test_what_passed_its_deadline_keeps_its_flags_and_is_told_with_none(at: Desk):
    asked = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        tx.queue.attach(replace(asked, flags=("old",)))
    at.clock.advance(days=14)
    with at.store.write(ALL) as tx:
        (closed,) = expire(tx, system("gate"))
        (told,) = tx.ledger.entries(name="promotion.expired")
    assert closed.flags == ("old",)
    assert "flags" not in (told.detail or {})
