"""What binds everybody can take the yes of several people: each counts once, on the same words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from passdown.domain.actor import human
from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.proposal import Status, Verdict
from passdown.domain.scope import ALL
from passdown.stages.gate.quorum import waits
from passdown.testing import faults
from tests.desk import ALICE, BOB, ROBOT, Desk
from tests.notes import Add, Rule

CAROL = human("carol")


def two(at: Desk, people: str = "2") -> Desk:
    at.call("controls.set", name="gate.policy_people", value=people)
    return at


def test_by_default_one_yes_is_enough(at: Desk) -> None:
    id = at.ask(Rule("be kind")).id
    assert at.call("approve", BOB, id=id)["state"] == "executed"


def test_the_first_yes_is_kept_and_the_last_one_decides(on_each: Desk) -> None:
    id = two(on_each).ask(Rule("be kind")).id
    first = on_each.call("approve", BOB, id=id, reason="yes")
    assert (first["state"], first["approved_by"], first["people"]) == ("pending", ["bob"], 2)
    assert first["records"] == []
    assert on_each.note("be kind") is None
    last = on_each.call("approve", CAROL, id=id)
    assert last["state"] == "executed"
    assert on_each.note("be kind") is not None
    assert on_each.proposal(id).decided_by == "carol"
    assert faults(on_each.store) == []
    said = [(t["actor"], t["verdict"]) for t in on_each.call("show", id=id)["messages"]]
    assert said == [("bob", Verdict.SECOND), ("carol", Verdict.APPROVE)]


@pytest.mark.parametrize("again", ["bob", "BOB", "\uff42\uff4f\uff42"])
def test_one_person_is_not_two(at: Desk, again: str) -> None:
    id = two(at).ask(Rule("be kind")).id
    at.call("approve", BOB, id=id)
    with pytest.raises(Forbidden, match="has approved this; 1 more"):
        at.call("approve", human(again), id=id)
    assert at.proposal(id).status is Status.PENDING


def test_who_may_not_decide_is_not_counted(at: Desk) -> None:
    id = two(at).ask(Rule("be kind"), by="bob").id
    for actor in (ROBOT, BOB):
        with pytest.raises(Forbidden):
            at.call("approve", actor, id=id)
    assert at.call("show", id=id)["messages"] == []


def test_a_yes_to_other_words_is_none_to_these(at: Desk) -> None:
    id = two(at).ask(Rule("be kind"), at.say("one")).id
    at.call("approve", BOB, id=id)
    at.ask(Rule("be kind"), at.say("two", "s2"))
    assert at.call("approve", CAROL, id=id)["approved_by"] == ["carol"]
    assert at.call("approve", BOB, id=id)["state"] == "executed"


def test_different_words_are_not_approved_one_by_one(at: Desk) -> None:
    id = two(at).ask(Rule("be kind")).id
    edit: dict[str, Any] = {"action": "RULE", "text": "be kinder"}
    with pytest.raises(Invalid, match="the same words"):
        at.call("approve", BOB, id=id, edit=edit)


def test_one_no_is_enough(at: Desk) -> None:
    id = two(at).ask(Rule("be kind")).id
    at.call("approve", BOB, id=id)
    at.call("reject", CAROL, id=id, reason="too vague")
    assert at.proposal(id).status is Status.REJECTED


def test_what_binds_nobody_else_takes_one_yes(at: Desk) -> None:
    id = two(at, "3").ask(Add("tea")).id
    assert at.call("approve", ALICE, id=id)["state"] == "executed"


def test_an_edit_to_what_binds_everybody_needs_them_all(at: Desk) -> None:
    id = two(at).ask(Add("tea")).id
    with pytest.raises(Invalid, match="the same words"):
        at.call("approve", BOB, id=id, edit={"action": "RULE", "text": "tea for all"})
    assert at.note("tea for all") is None


def test_where_one_person_is_enough_other_words_of_theirs_are_no_obstacle(at: Desk) -> None:
    asked = replace(at.ask(Rule("be kind")), original={"action": "RULE", "text": "be"})
    with at.store.write(ALL) as tx:
        assert not waits(tx, asked, ALICE, "so", policy_actions={"RULE"}, people=1)
        with pytest.raises(Invalid, match="2 people have to approve the same words"):
            waits(tx, asked, ALICE, "so", policy_actions={"RULE"}, people=2)


def test_a_yes_among_several_is_told_by_this_name(at: Desk) -> None:
    id = two(at).ask(Rule("be kind")).id
    at.call("approve", BOB, id=id)
    assert at.events(id) == ["promotion.proposed", "promotion.seconded"]
