"""What the store holds, counted."""

from __future__ import annotations

from passdown.domain.scope import ALL, Sight
from passdown.stages.measure.counts import counts
from tests.desk import Desk
from tests.notes import Add


def test_counts_tell_what_was_seen_asked_decided_and_known(on_each: Desk):
    on_each.agree(Add("tea"))
    on_each.call("reject", id=on_each.ask(Add("milk")).id, reason="no")
    on_each.ask(Add("salt"))
    with on_each.store.read(ALL) as tx:
        found = counts(tx)
        assert found["ledger"] == tx.ledger.head()[0]
    assert found["records"] == {"note": 1}
    assert found["proposals"] == {"pending": 1, "approved": 1, "rejected": 1, "expired": 0}
    assert found["open"] == {"notes": 1}
    assert found["observed"]["observations"] == 3


def test_counts_hold_nothing_that_is_out_of_sight(on_each: Desk):
    on_each.agree(Add("tea", "repo:b"))
    on_each.ask(Add("milk"), on_each.say("x", "sb", scope="repo:b"), scope="repo:b")
    with on_each.store.read(Sight.at("a")) as tx:
        found = counts(tx)
    assert found["records"] == {}
    assert found["open"] == {}
