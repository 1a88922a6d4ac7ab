"""A question that the world left behind is closed with the reason, and asked again as it is."""

from __future__ import annotations

from passdown.domain.proposal import Status
from passdown.testing import faults
from tests.bench import arbitrates, bench, sets
from tests.desk import BOB, Desk
from tests.notes import Add, Reword


def at_desk() -> Desk:
    return bench()


def test_a_question_about_what_was_taken_back_is_closed() -> None:
    at = at_desk()
    made = at.agree(Add("tea"))
    asked = at.ask(Reword("tea", "green tea")).id
    assert "stale" not in arbitrates(at)
    at.call("undo", BOB, id=made)
    assert arbitrates(at)["stale"] == 1
    assert at.proposal(asked).reason == "it can no longer be carried out: no note tea"


def test_a_second_wording_of_what_was_noted_meanwhile_is_closed() -> None:
    at = at_desk()
    asked = at.ask(Add("Tea")).id
    other = at.ask(Add("tea", "repo:web"), scope="repo:web").id
    at.clock.advance(seconds=1)
    at.call("approve", BOB, id=other)
    tally = arbitrates(at)
    closed = at.proposal(asked)
    assert tally["stale"] == 1
    assert (closed.status, closed.flags[-1:]) == (Status.EXPIRED, ("stale",))
    assert closed.reason == "it can no longer be carried out: noted already: tea"
    assert at.events(asked)[-1] == "promotion.expired"
    assert at.call("show", id=asked)["messages"][-1]["text"] == closed.reason
    assert faults(at.store) == []


def test_what_can_be_carried_out_stays_open() -> None:
    at = at_desk()
    id = at.ask(Add("tea")).id
    assert "stale" not in arbitrates(at)
    assert at.proposal(id).open


def test_it_is_asked_again_where_it_can_be() -> None:
    at = at_desk()
    asked = at.ask(Add("Tea")).id
    other = at.ask(Add("tea", "repo:web"), scope="repo:web").id
    at.clock.advance(seconds=1)
    at.call("approve", BOB, id=other)
    arbitrates(at)
    at.call("undo", BOB, id=other)
    at.clock.advance(days=2)
    again = at.file(Add("Tea"))
    assert again.proposal is not None
    assert (again.fate.value, again.proposal.id == asked) == ("filed", False)


def test_a_pause_stops_tiers_and_mining_and_no_person() -> None:
    at = at_desk()
    sets(at, level="auto", golden_path_confidence="0.5")
    at.call("controls.set", name="gate.paused", value="true", reason="something is wrong")
    first = at.ask(Add("tea")).id
    at.clock.advance(seconds=1)
    assert at.call("arbitrate")["loops"] == []
    assert at.proposal(first).status is Status.PENDING
    assert at.call("status")["paused"] == ["notes"]
    assert at.call("status")["granted"] == []
    assert [c["enabled"] for c in at.call("mine")["cycles"]] == [False]
    at.call("approve", BOB, id=first)
    at.call("controls.set", name="gate.paused", value="false", reason="mended")
    second = at.ask(Add("milk")).id
    arbitrates(at)
    assert at.proposal(second).status is Status.EXECUTED


def test_one_loop_can_be_paused_alone() -> None:
    at = at_desk()
    sets(at, level="auto", golden_path_confidence="0.5", paused="true")
    id = at.ask(Add("tea")).id
    at.clock.advance(seconds=1)
    assert at.call("arbitrate")["loops"] == []
    assert at.proposal(id).status is Status.PENDING
