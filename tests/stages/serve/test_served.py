"""What was handed out: noted before it is, collected later, and never in the chain."""

from __future__ import annotations

from passdown.domain.scope import ALL
from tests.desk import ROBOT, Desk
from tests.notes import Add


def activities(at: Desk) -> list[tuple[str, str, tuple[str, ...]]]:
    with at.store.read(ALL) as tx:
        return [(a.name, a.session, a.items) for a in tx.ledger.activities()]


def test_serving_is_noted_and_leaves_the_chain_alone(on_each: Desk):
    on_each.agree(Add("tea is at four"))
    tea = on_each.note("tea is at four")
    assert tea is not None
    on_each.call("index.follow")
    with on_each.store.read(ALL) as tx:
        head = tx.ledger.head()
    on_each.call("brief", ROBOT)
    on_each.call("search", ROBOT, query="tea")
    assert activities(on_each) == []
    assert on_each.call("drain")["served"] == 2
    assert activities(on_each) == [("served", "agent:robot", (tea.id,))] * 2
    with on_each.store.read(ALL) as tx:
        assert tx.ledger.head() == head


def test_what_was_collected_is_not_collected_again(on_each: Desk):
    on_each.agree(Add("tea is at four"))
    on_each.call("brief")
    assert on_each.call("drain")["served"] == 1
    assert on_each.call("drain")["served"] == 0
    assert len(activities(on_each)) == 1


def test_serving_nothing_notes_nothing(at: Desk):
    assert at.call("brief")["text"] == ""
    at.call("search", query="tea")
    assert at.call("drain")["served"] == 0
