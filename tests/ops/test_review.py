"""The operations a person decides with, as every surface calls them."""

from __future__ import annotations

import json

import pytest

from passdown.contract import Replay
from passdown.domain.errors import Forbidden, Internal, Invalid, NotFound, PassdownError
from passdown.domain.proposal import STATUS_VALUES
from tests.desk import ALICE, BOB, ROBOT, Desk
from tests.notes import Add, Reword


def test_pending_lists_what_waits_the_most_certain_first(on_each: Desk):
    weak = on_each.ask(Add("weak"), on_each.say("x")).id
    sure = on_each.ask(Add("sure"), *(on_each.say("x", f"s{n}") for n in range(4))).id
    answer = on_each.call("pending")
    assert [p["id"] for p in answer["proposals"]] == [sure, weak]
    assert answer["status_values"] == list(STATUS_VALUES)
    assert {p["status"] for p in answer["proposals"]} == {"pending"}
    assert {p["state"] for p in answer["proposals"]} == {"pending"}


def test_pending_gives_one_page_after_the_other(on_each: Desk):
    every = {on_each.ask(Add(f"n{n}")).id for n in range(5)}
    seen: list[str] = []
    while page := on_each.call("pending", limit=2, after=seen[-1] if seen else "")["proposals"]:
        assert len(page) <= 2
        seen += [p["id"] for p in page]
    assert sorted(seen) == sorted(every)


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("pending", {"a"}),
        ("open", {"a"}),
        ("approved", {"b"}),
        ("executed", {"b"}),
        ("rejected", {"c", "d"}),
        ("failed", {"d"}),
        ("expired", set()),
    ],
)
def test_pending_filters_by_public_and_by_exact_status(at: Desk, status: str, found: set[str]):
    at.agree(Add("b"))
    at.call("reject", id=at.ask(Add("c")).id, reason="no")
    with pytest.raises(PassdownError):
        at.call("approve", id=at.ask(Reword("none", "d")).id)
    at.ask(Add("a"))
    listed = at.call("pending", status=status)["proposals"]
    assert {p["payload"]["text"] for p in listed} == found
    with pytest.raises(Invalid, match="no status"):
        at.call("pending", status=status + "x")


def test_pending_of_one_loop_lists_no_other(at: Desk):
    at.ask(Add("a"))
    assert at.call("pending", loop="others")["proposals"] == []
    assert len(at.call("pending", loop="notes")["proposals"]) == 1


def test_show_gives_all_that_is_needed_to_decide(on_each: Desk):
    asked = on_each.ask(Add("tea is at four"), on_each.say("note: tea is at four"))
    on_each.call("reject", id=asked.id, reason="not any more")
    shown = on_each.call("show", id=asked.id[:8])
    assert (shown["id"], shown["status"], shown["state"]) == (asked.id, "rejected", "rejected")
    assert "tea is at four" in json.dumps(shown["card"])
    assert shown["replay"]["right"] == 1
    assert [m["verdict"] for m in shown["messages"]] == ["reject"]
    assert shown["marks"] == []


def test_preview_tells_what_a_yes_would_do_and_does_nothing(on_each: Desk):
    id = on_each.ask(Add("tea")).id
    before = on_each.digest()
    plain = on_each.call("preview", id=id)
    assert [(c["change"], c["record"]["text"]) for c in plain["changes"]] == [("Put", "tea")]
    edit = {"action": "ADD", "text": "coffee"}
    other = on_each.call("preview", id=id, edit=edit)
    assert other["changes"][0]["record"]["text"] == "coffee"
    assert on_each.digest() == before


def test_approve_answers_with_the_records_it_made(on_each: Desk):
    id = on_each.ask(Add("tea")).id
    answer = on_each.call("approve", id=id, loop="notes")
    assert (answer["status"], answer["state"]) == ("approved", "executed")
    (record,) = answer["records"]
    tea = on_each.note("tea")
    assert tea is not None
    assert record == {
        "id": tea.id,
        "kind": "note",
        "text": "tea",
        "scope": "global",
        "life": "active",
    }


@pytest.mark.parametrize(("name", "more"), [("approve", {}), ("reject", {"reason": "no"})])
def test_a_proposal_of_another_loop_is_not_found_under_this_one(at: Desk, name: str, more):
    id = at.ask(Add("tea")).id
    before = at.digest()
    with pytest.raises(NotFound):
        at.call(name, id=id, loop="claims", **more)
    assert at.digest() == before


@pytest.mark.parametrize(
    ("later", "flagged"),
    [
        (["not tea"], True),
        (["something else"], False),
        (["note: tea"], False),
        (["note: tea", "not tea"], True),
    ],
)
def test_a_replay_that_turned_worse_since_is_recorded_with_the_yes(
    on_each: Desk, later: list[str], flagged: bool
):
    id = on_each.ask(Add("tea"), on_each.say("note: tea")).id
    for n, text in enumerate(later):
        on_each.say(text, f"later{n}")
    on_each.call("approve", id=id)
    assert ("replay_changed" in on_each.proposal(id).flags) is flagged


def test_a_replay_that_lost_what_spoke_for_it_turned_worse(at: Desk):
    id = at.ask(Add("tea"), at.say("x"), replay=Replay("Often.", right=7)).id
    at.say("something new")
    at.call("approve", id=id)
    assert "replay_changed" in at.proposal(id).flags


def test_an_edit_is_not_compared_with_the_replay_of_what_was_asked(at: Desk):
    id = at.ask(Add("tea"), at.say("x"), replay=Replay("Often.", right=7)).id
    at.call("approve", id=id, edit={"action": "ADD", "text": "coffee"})
    assert at.proposal(id).flags == ()


def test_a_loop_that_fails_is_a_fault_of_ours_told_without_texts_and_decides_nothing(at: Desk):
    from dataclasses import replace

    from passdown.app import memory_app
    from tests.notes import NOTES

    def explode(payload, corpus, settings):
        raise ValueError("secret words of a transcript")

    broken = memory_app(at.clock, loops={"notes": replace(NOTES, changes=explode)})
    other = Desk(broken, at.clock)
    id = other.ask(Add("tea")).id
    before = other.digest()
    with pytest.raises(Internal) as caught:
        other.call("approve", id=id)
    assert "secret words" not in str(caught.value)
    assert "ValueError" in str(caught.value)
    assert other.digest() == before
    broken.close()


def test_what_a_loop_no_longer_knows_can_still_be_rejected(at: Desk):
    from passdown.app import memory_app

    app = memory_app(at.clock, loops={})
    id = at.ask(Add("tea")).id
    app._store = at.store
    with pytest.raises(Invalid, match="no loop"):
        app.call("approve", {"id": id}, ALICE)
    assert app.call("reject", {"id": id, "reason": "gone"}, ALICE)["state"] == "rejected"
    app._store = None


@pytest.mark.parametrize("name", ["approve", "reject", "undo", "release"])
def test_an_agent_never_decides(on_each: Desk, name: str):
    id = on_each.ask(Add("tea")).id
    before = on_each.digest()
    params = {"seq": 1} if name == "release" else {"id": id, "reason": "no"}
    with pytest.raises(Forbidden, match="for people"):
        on_each.app.call(name, params, ROBOT)
    assert on_each.digest() == before


def test_a_deciding_operation_refuses_before_it_looks_at_its_parameters(at: Desk):
    """Else an agent could learn from the error whether an id exists."""
    with pytest.raises(Forbidden):
        at.app.call("approve", {"nonsense": 1}, ROBOT)


def test_history_tells_the_whole_story_of_a_proposal(on_each: Desk):
    id = on_each.ask(Add("tea")).id
    on_each.call("approve", BOB, id=id)
    on_each.call("undo", id=id)
    found = on_each.call("ledger.history", subject=id)["entries"]
    assert [(e["name"], e["actor"]) for e in found] == [
        ("promotion.proposed", "system:notes"),
        ("promotion.approved", "bob"),
        ("promotion.undone", "alice"),
    ]
    assert on_each.call("ledger.show", seq=found[1]["seq"])["detail"]["payload"]["text"] == "tea"
    with pytest.raises(NotFound):
        on_each.call("ledger.show", seq=999)
