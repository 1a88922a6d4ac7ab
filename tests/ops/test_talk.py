"""Before a decision people and proposers may talk; nothing is decided by talking."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.domain.actor import agent
from passdown.domain.errors import Forbidden, Invalid, Limit, NotPending
from passdown.domain.proposal import Status
from passdown.ops import talk
from passdown.testing import faults
from tests.desk import BOB, MINER, ROBOT, Desk
from tests.notes import Add

PLANNER = agent("agent:planner")


def turns(at: Desk, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at.call("show", id=id)["messages"]
    return found


def test_what_is_said_is_kept_in_order_with_who_said_it(on_each: Desk) -> None:
    id = on_each.ask(Add("tea")).id
    on_each.call("say", id=id, text="On Sundays, too?")
    on_each.call("say", ROBOT, id=id, text="On every day.")
    assert [(t["n"], t["actor"], t["tier"], t["text"]) for t in turns(on_each, id)] == [
        (1, "alice", "human", "On Sundays, too?"),
        (2, "agent:robot", "agent", "On every day."),
    ]
    assert on_each.proposal(id).status is Status.PENDING
    assert faults(on_each.store) == []


def test_a_persons_question_is_waited_for_until_somebody_answers(at: Desk) -> None:
    id = at.ask(Add("tea")).id
    asked = at.call("say", BOB, id=id, text="Why?")
    assert asked["waits_until"] > at.clock.now()
    assert at.call("say", ROBOT, id=id, text="Because.")["waits_until"] == ""


def test_only_who_proposed_it_or_a_person_may_word_it_anew(at: Desk) -> None:
    id = at.ask(Add("tea"), by=PLANNER.name).id
    other = {"action": "ADD", "text": "green tea", "scope": "global"}
    with pytest.raises(Forbidden, match="did not propose"):
        at.call("say", ROBOT, id=id, text="Better so.", edit=other)
    at.call("say", PLANNER, id=id, text="Better so.", edit=other)
    (turn,) = turns(at, id)
    assert turn["detail"]["payload"] == other
    assert at.proposal(id).payload["text"] == "tea"


def test_who_approves_may_take_what_was_suggested(on_each: Desk) -> None:
    id = on_each.ask(Add("tea")).id
    on_each.call("say", id=id, text="Any?")
    other = {"action": "ADD", "text": "green tea", "scope": "global"}
    told = on_each.call("say", BOB, id=id, text="So?", edit=other)
    with pytest.raises(Invalid, match="turn 1 suggests nothing") as caught:
        on_each.call("approve", id=id, turn=1)
    assert caught.value.next == "Turns that do: 2."
    with pytest.raises(Invalid, match="an edit and a turn"):
        on_each.call("approve", id=id, turn=2, edit=other)
    on_each.call("approve", id=id, turn=told["turn"])
    assert on_each.note("green tea") is not None
    assert on_each.proposal(id).original == {"action": "ADD", "text": "tea", "scope": "global"}


@pytest.mark.parametrize(
    "edit", [{"action": "ADD"}, {"action": "NONE", "text": "x"}, {"action": "ADD", "text": 5}]
)
def test_a_suggestion_that_could_not_be_applied_is_refused(at: Desk, edit: Any) -> None:
    id = at.ask(Add("tea")).id
    with pytest.raises(Invalid):
        at.call("say", id=id, text="So?", edit=edit)
    assert turns(at, id) == []


def test_a_suggestion_that_changes_nothing_is_none(at: Desk) -> None:
    p = at.ask(Add("tea"))
    with pytest.raises(Invalid, match="asked already"):
        at.call("say", id=p.id, text="So?", edit=p.payload)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (talk.LONGEST + 1)])
def test_nothing_and_too_much_is_not_said(at: Desk, text: str) -> None:
    id = at.ask(Add("tea")).id
    with pytest.raises(Invalid):
        at.call("say", id=id, text=text)


def test_a_secret_that_is_said_is_not_kept(at: Desk) -> None:
    id = at.ask(Add("tea")).id
    secret = "ghp_" + "a1B2c3D4e5" * 3 + "F6g7H8"
    at.call("say", id=id, text=f"It works with {secret}.")
    (turn,) = turns(at, id)
    assert secret not in turn["text"]
    assert "It works with" in turn["text"]


def test_what_is_decided_is_not_talked_about(at: Desk) -> None:
    id = at.agree(Add("tea"))
    with pytest.raises(NotPending):
        at.call("say", id=id, text="But why?")


def test_a_conversation_has_an_end(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "MOST", 2)
    id = at.ask(Add("tea"), by=MINER).id
    for n in range(2):
        at.call("say", id=id, text=f"turn {n}")
    with pytest.raises(Limit, match="2 turns"):
        at.call("say", id=id, text="one more")
