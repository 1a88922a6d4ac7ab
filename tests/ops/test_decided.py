"""What was decided is told newest first, by loop, event and person, a page at a time."""

from __future__ import annotations

import pytest

from passdown.domain.errors import Invalid
from passdown.domain.scope import Sight
from passdown.ops import decided
from tests.desk import ALICE, BOB, Desk
from tests.notes import Add


def four(at: Desk) -> list[str]:
    """Two approved, one rejected by somebody else, one taken back."""
    ids = [at.ask(Add(f"rule {n}")).id for n in range(4)]
    at.call("approve", ALICE, id=ids[0])
    at.call("reject", BOB, id=ids[1], reason="stale")
    at.call("approve", ALICE, id=ids[2], edit={**at.proposal(ids[2]).payload, "text": "rule two"})
    at.call("undo", ALICE, id=ids[0])
    return ids


def test_the_newest_decision_comes_first(on_each: Desk) -> None:
    ids = four(on_each)
    rows = on_each.call("decisions")["decisions"]
    assert [(r["event"], r["proposal"], r["actor"]) for r in rows] == [
        ("undone", ids[0], "alice"),
        ("approved", ids[2], "alice"),
        ("rejected", ids[1], "bob"),
        ("approved", ids[0], "alice"),
    ]
    assert rows[2]["reason"] == "stale"
    assert rows[1]["edited"]


def test_what_was_asked_is_told_where_it_is_asked_for(at: Desk) -> None:
    ids = four(at)
    asked = at.call("decisions", event="proposed")["decisions"]
    assert [r["proposal"] for r in asked] == ids[::-1]
    assert len(at.call("decisions", event="all")["decisions"]) == 8


def test_pages_lead_to_every_decision_once(at: Desk) -> None:
    four(at)
    found, before = [], 0
    while True:
        page = at.call("decisions", limit=1, before=before)
        found += [r["seq"] for r in page["decisions"]]
        if page["next"] is None or not page["decisions"]:
            break
        before = page["next"]
    assert found == sorted(found, reverse=True)
    assert len(found) == len(set(found)) == 4


def test_a_person_and_a_loop_are_told_apart(at: Desk) -> None:
    four(at)
    assert {r["actor"] for r in at.call("decisions", by="bob")["decisions"]} == {"bob"}
    assert at.call("decisions", loop="other")["decisions"] == []


def test_an_event_there_is_not_is_refused(at: Desk) -> None:
    with pytest.raises(Invalid, match="no event"):
        at.call("decisions", event="eaten")


def test_the_ledger_is_read_from_its_end(on_each: Desk) -> None:
    four(on_each)
    every = [e["seq"] for e in on_each.call("ledger.history", limit=1000)["entries"]]
    found, before = [], 0
    while True:
        page = on_each.call("ledger.history", newest=True, limit=3, after=before)
        found += [e["seq"] for e in page["entries"]]
        if page["next"] is None:
            break
        before = page["next"]
    assert found == every[::-1]
    approved = on_each.call("ledger.history", newest=True, name="promotion.approved")["entries"]
    assert [e["actor"] for e in approved] == ["alice", "alice"]


def test_each_event_a_loop_and_a_person_lead_to_every_decision_of_theirs(on_each: Desk) -> None:
    ids = four(on_each)
    for asked, many in (
        ({"event": "undone"}, 1),
        ({"event": "rejected"}, 1),
        ({"by": "alice"}, 3),
        ({"loop": "notes", "by": "bob"}, 1),
        ({"loop": "notes", "event": "all"}, 8),
        ({"by": "nobody"}, 0),
    ):
        found = on_each.call("decisions", **asked)
        assert len(found["decisions"]) == many
        assert found["next"] is None
        assert {row["proposal"] for row in found["decisions"]} <= set(ids)


def test_what_is_beyond_a_sight_was_decided_for_others(on_each: Desk) -> None:
    one = on_each.ask(Add("rule", scope="repo:web"), scope="repo:web")
    on_each.call("approve", ALICE, id=one.id)
    seen = [
        on_each.app.call("decisions", {}, ALICE, sight=Sight((scope,)))["decisions"]
        for scope in ("repo:web", "repo:api")
    ]
    assert list(map(len, seen)) == [1, 0]


def test_what_few_decided_takes_further_pages(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = four(at)
    monkeypatch.setattr(decided, "LOOKED_AT", 4)
    found, before = [], 0
    while True:
        page = at.call("decisions", by="bob", before=before)
        found += [row["proposal"] for row in page["decisions"]]
        if page["next"] is None:
            break
        before = page["next"]
    assert found == [ids[1]]
