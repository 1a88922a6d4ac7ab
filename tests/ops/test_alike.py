"""Questions that are alike are answered together only by who has answered some one by one."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.testing import faults
from tests.desk import ALICE, BOB, ROBOT, Desk
from tests.notes import Add, Rule


def ask(at: Desk, n: int) -> str:
    return at.ask(Add(f"run `job{n}` with `make job{n}`")).id


def five(at: Desk, *, yes: int = 0, no: int = 0) -> list[str]:
    """Eight questions, of which these were answered; the ids of all."""
    ids = [ask(at, n) for n in range(8)]
    for id in ids[:yes]:
        at.call("approve", id=id)
    for id in ids[yes : yes + no]:
        at.call("reject", id=id, reason="no")
    return ids


def test_what_differs_only_in_what_it_names_is_alike(on_each: Desk) -> None:
    ids = five(on_each, yes=1)
    on_each.ask(Add("tea `green` at five"))
    on_each.ask(Add("run `x` with `make x`"), scope="repo:web")
    found = on_each.call("alike.list", id=ids[0])
    assert {row["id"] for row in found["alike"]} == set(ids[1:])
    assert (found["n"], found["approved"], found["rejected"]) == (7, 1, 0)


def test_after_three_the_rest_is_approved_each_by_itself(on_each: Desk) -> None:
    ids = five(on_each, yes=3)
    told = on_each.call("alike.approve", id=ids[0])
    assert (told["done"], told["left"]) == (5, 0)
    assert {on_each.proposal(id).status for id in ids} == {Status.EXECUTED}
    assert faults(on_each.store) == []


def test_after_three_the_rest_is_rejected_with_the_reason(at: Desk) -> None:
    ids = five(at, no=3)
    at.call("alike.reject", id=ids[0], reason="only of one branch")
    assert {at.proposal(id).reason for id in ids[3:]} == {"only of one branch"}


@pytest.mark.parametrize(("yes", "no"), [(0, 0), (2, 0), (3, 1), (0, 3)])
def test_before_that_nothing_is_decided(at: Desk, yes: int, no: int) -> None:
    ids = five(at, yes=yes, no=no)
    with pytest.raises(Forbidden):
        at.call("alike.approve", id=ids[-1])
    assert at.proposal(ids[-1]).status is Status.PENDING


def test_what_somebody_else_answered_does_not_count(at: Desk) -> None:
    ids = five(at, yes=3)
    with pytest.raises(Forbidden, match="you have approved 0"):
        at.call("alike.approve", BOB, id=ids[-1])


def test_a_yes_to_other_words_is_no_sample(at: Desk) -> None:
    ids = five(at, yes=2)
    edit: dict[str, Any] = {"action": "ADD", "text": "run it", "scope": "global"}
    at.call("approve", id=ids[2], edit=edit)
    with pytest.raises(Forbidden, match="the other way"):
        at.call("alike.approve", id=ids[-1])


def test_what_could_not_be_done_is_said_and_not_counted(at: Desk) -> None:
    ids = five(at, yes=3)
    with at.store.write(ALL) as tx:
        (seq,) = at.proposal(ids[5]).evidence
        tx.observations.flag(seq, ("quarantined",))
    told = at.call("alike.approve", id=ids[0])
    assert (told["done"], told["left"]) == (4, 1)
    (left,) = [row for row in told["results"] if row["fate"] != "done"]
    assert (left["id"], left["fate"]) == (ids[5], "stale")
    assert "nothing is left" in left["why"]


def test_what_binds_everybody_is_decided_one_by_one(at: Desk) -> None:
    ids = [at.ask(Rule(f"be kind `{n}` times")).id for n in range(5)]
    for id in ids[:3]:
        at.call("approve", BOB, id=id)
    with pytest.raises(Forbidden, match="binds everybody"):
        at.call("alike.approve", BOB, id=ids[-1])


def test_an_agent_answers_none(at: Desk) -> None:
    ids = five(at, yes=3)
    for name in ("alike.approve", "alike.reject"):
        with pytest.raises(Forbidden):
            at.call(name, ROBOT, id=ids[-1], reason="x")


def test_what_names_nothing_is_like_nothing(at: Desk) -> None:
    id = at.ask(Add("tea")).id
    assert at.call("alike.list", ALICE, id=id)["n"] == 0
    with pytest.raises(Invalid, match="nothing is like it"):
        at.call("alike.approve", ALICE, id=id)
