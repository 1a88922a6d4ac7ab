"""What the arbiter costs is counted before it is asked; without money or engine the next tier
decides, and nothing is approved."""

from __future__ import annotations

import pytest

from passdown.domain.errors import Limit, Unavailable
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.ops.purse import spent
from passdown.testing import faults
from tests.bench import Engine, Scripted, arbitrates, for_arbiter, pays, says, sets, turns
from tests.desk import Desk
from tests.notes import Add

YES = says("APPROVE")


# ---- budgets


def paid(engine: Engine, chain: str, **knobs: str) -> Desk:
    at = for_arbiter(None, chain=chain)
    for name, value in knobs.items():
        at.call("controls.set", name=f"gate.{name}", value=value)
    pays(at.app, at.clock, engine)
    return at


@pytest.mark.parametrize("knob", ["arbiter_budget", "arbiter_day_budget"])
def test_money_is_counted_before_the_call(knob: str) -> None:
    engine = Engine(YES)
    at = paid(engine, "arbiter,human", **{knob: "600"})
    ids = [at.ask(Add(f"tea {n}")).id for n in range(3)]
    arbitrates(at)
    assert engine.asked == 2  # 200 spent and 300 at stake; then 400 and 300 are too much
    states = sorted(at.proposal(id).status for id in ids)
    assert states == [Status.EXECUTED, Status.EXECUTED, Status.HUMAN]
    with at.store.read(ALL) as tx:
        assert spent(tx, day=at.clock.now()[:10]).micro_usd == 400


def test_calls_are_counted_too() -> None:
    engine = Engine(YES)
    at = paid(engine, "arbiter,human", arbiter_calls="1")
    ids = [at.ask(Add(f"tea {n}")).id for n in range(3)]
    assert arbitrates(at)["human"] == 2
    assert engine.asked == 1
    assert sorted(at.proposal(id).status for id in ids)[0] is Status.EXECUTED


def test_the_next_cycle_has_a_budget_of_its_own() -> None:
    engine = Engine(YES)
    at = paid(engine, "arbiter,human", arbiter_budget="300")
    for text in ("tea", "milk"):
        at.ask(Add(text))
        arbitrates(at)
    assert engine.asked == 2


def test_where_nobody_is_left_it_is_rejected_and_asked_again_after_a_while() -> None:
    engine = Engine(YES)
    at = paid(engine, "arbiter", arbiter_budget="0")
    at.say("note: tea")
    at.call("mine")
    found = at.call("pending", status="rejected")["proposals"][0]
    assert (found["failure_code"], found["decided_by"]) == ("budget", "system:gate")
    assert "gate.arbiter" not in found["reason"]
    assert at.call("mine")["cycles"][0]["fates"] == {"cooling": 1}
    at.clock.advance(days=1, seconds=1)
    at.call("controls.set", name="gate.arbiter_budget", value="1000")
    cycle = at.call("mine")["cycles"][0]
    assert cycle["fates"] == {"filed": 1}
    assert engine.asked == 1
    assert at.note("tea") is not None  # it was never answered, so nothing speaks against it
    assert faults(at.store) == []


def test_a_budget_that_is_used_up_never_approves_nor_rejects_what_is_only_suggested() -> None:
    at = for_arbiter(Scripted([Limit("no money")]), level="suggest", chain="arbiter")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
    assert at.note("tea") is None


# ---- an engine that is away


def test_without_an_engine_nobody_waits_for_it() -> None:
    at = for_arbiter(None, chain="arbiter")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN


def test_an_engine_that_is_away_is_asked_once_and_people_decide() -> None:
    writer = Scripted([Unavailable("the engine cannot be reached")])
    at = for_arbiter(writer)
    ids = [at.ask(Add(f"tea {n}")).id for n in range(3)]
    arbitrates(at)
    assert {at.proposal(id).status for id in ids} == {Status.HUMAN}
    assert len(writer.asked) == 1
    assert "cannot be reached" in turns(at, ids[0])[1].text


def test_where_no_person_is_in_the_chain_it_waits_for_the_engine() -> None:
    at = for_arbiter(Scripted([Unavailable("the engine cannot be reached"), YES]), chain="arbiter")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.ARBITER
    arbitrates(at)
    assert at.proposal(id).status is Status.EXECUTED


def test_what_waits_for_an_arbiter_that_was_taken_away_goes_to_a_person() -> None:
    at = for_arbiter(Scripted([Unavailable("away")]), chain="arbiter")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    sets(at, chain="human")
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
