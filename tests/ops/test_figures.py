"""The figures of a store: each day once, with what was asked, decided and taken back on it."""

from __future__ import annotations

from tests.desk import ALICE, Desk
from tests.notes import Add


def test_each_day_tells_what_was_decided_on_it(on_each: Desk) -> None:
    first = on_each.ask(Add("one")).id
    on_each.call("approve", ALICE, id=first)
    on_each.clock.advance(days=2)
    on_each.call("reject", ALICE, id=on_each.ask(Add("two")).id, reason="wrong")
    on_each.call("undo", ALICE, id=first)
    days = on_each.call("figures", days=3)["days"]
    assert [(d["proposed"], d["approved"], d["rejected"], d["undone"]) for d in days] == [
        (1, 1, 0, 0),
        (0, 0, 0, 0),
        (1, 0, 1, 1),
    ]


def test_what_is_older_than_asked_for_is_left_out(at: Desk) -> None:
    at.call("approve", ALICE, id=at.ask(Add("one")).id)
    at.clock.advance(days=10)
    assert sum(d["approved"] for d in at.call("figures", days=5)["days"]) == 0


def test_the_queue_is_counted_by_loop(at: Desk) -> None:
    at.ask(Add("one"))
    at.ask(Add("two"))
    assert at.call("figures")["queue"] == {"open": 2, "by_loop": {"notes": 2}}
    assert at.call("figures", loop="other")["queue"] == {"open": 0, "by_loop": {}}


def test_a_figure_says_its_n_and_that_it_is_too_small(at: Desk) -> None:
    found = at.call("figures")
    assert found["hit_rate"]["value"] is None
    assert found["hit_rate"]["status"] == "not enough data"
