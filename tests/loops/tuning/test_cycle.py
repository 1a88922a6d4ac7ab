"""A knob is turned by its loop: asked, approved, in force, looked at, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest

from passdown.contract.loop import Finding
from passdown.domain.actor import agent
from passdown.domain.change import Put
from passdown.domain.errors import Conflict, Forbidden, Invalid
from passdown.domain.proposal import Status
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.loops.tuning import LOOP
from passdown.loops.tuning.payload import AdjustControl
from passdown.stages.apply.execute import execute
from passdown.stages.gate.auto import granted
from passdown.stages.mine.corpus import live, snapshot
from passdown.stages.propose.file import file
from passdown.testing import World, faults, person, transcript
from tests.loops.tuning.past import FLOOR, decide
from tests.notes import NOTES

LOOKED = "passdown.stages.mine.corpus.snapshot"


@pytest.fixture
def world() -> Iterator[World]:
    with World(LOOP, NOTES) as found:
        found.read(transcript("s1", person("note: tea")))
        yield found


def judged(world: World, n: int, score: float, stated: float = 0.68) -> None:
    for _ in range(n):
        decide(world.store, 1, stated, score)
        world.clock.advance(seconds=1)


def value(world: World) -> float:
    found: float = world.call("controls.get", name=FLOOR)["value"]
    return found


def asked(world: World) -> str:
    """The one question that the loop puts to the gate; its id."""
    world.mine("tuning")
    (found,) = [p for p in world.pending() if p["loop"] == "tuning"]
    id: str = found["id"]
    return id


def half_done(world: World) -> list[str]:
    """What the gate left half done of this loop's questions: the decisions that it learns from are
    put there by hand."""
    with world.store.read(ALL) as tx:
        ids = [p.id for p in tx.queue.all(tuple(Status), loop="tuning", limit=1000)]
    return [fault for fault in faults(world.store) if any(id in fault for id in ids)]


def lowered(world: World) -> str:
    judged(world, 40, 1.0)
    id = asked(world)
    world.call("approve", id=id, reason="it holds")
    return id


def fell(world: World) -> list[dict[str, Any]]:
    """What is known a day later, and it is bad."""
    judged(world, 20, -1.0)
    world.clock.advance(days=1)
    found: list[dict[str, Any]] = world.call("outcomes")["outcomes"]
    return found


def test_a_loop_with_nothing_to_say_is_quiet(world: World) -> None:
    (cycle,) = world.mine("tuning")["cycles"]
    assert (cycle["found"], cycle["fates"], cycle["failure"]) == (0, {}, "")


def test_an_approved_step_is_in_force_from_the_next_call_on(world: World) -> None:
    id = lowered(world)
    told = world.call("controls.get", name=FLOOR)
    assert (told["value"], told["origin"], told["step"]) == (0.65, "control", 0.05)
    assert told["takes_effect"] == "in the next cycle, and in calls from now on"
    assert (told["set_by"]["by"], told["set_by"]["was"]) == (id, 0.7)
    assert half_done(world) == []


def test_the_history_of_a_knob_holds_turns_by_hand_by_proposal_and_undo(world: World) -> None:
    world.call("controls.set", name=FLOOR, value="0.7")
    world.clock.advance(days=8)
    id = lowered(world)
    world.call("undo", id=id)
    turns = world.call("controls.history", name=FLOOR)["turns"]
    assert [turn["value"] for turn in turns] == [0.7, 0.65, 0.7]
    assert [turn["reason"] for turn in turns] == ["", "put by proposal", "restore by proposal"]
    assert value(world) == 0.7


def test_an_agent_turns_nothing(world: World) -> None:
    judged(world, 40, 1.0)
    id = asked(world)
    with pytest.raises(Forbidden):
        world.call("approve", agent("agent:robot"), id=id)
    assert value(world) == 0.7


def test_a_knob_that_was_turned_meanwhile_stays_where_it_is(world: World) -> None:
    judged(world, 40, 1.0)
    id = asked(world)
    world.call("controls.set", name=FLOOR, value="0.8")
    with pytest.raises(Conflict):
        world.call("approve", id=id)
    assert value(world) == 0.8


def test_a_cycle_keeps_what_it_ran_with(world: World) -> None:
    def ran_with() -> dict[str, Any]:
        with world.store.read(ALL) as tx:
            detail = tx.ledger.entries(name="cycle.finished")[-1].detail
        assert detail is not None
        found: dict[str, Any] = detail["knobs"]
        return found

    world.mine("notes")
    before = ran_with()
    assert (before["gate.max_open"], before["notes.level"]) == (2000, "suggest")
    assert not any(name.startswith(("tuning.", "engine.")) for name in before)
    world.call("controls.set", name="gate.max_open", value="7")
    assert before["gate.max_open"] == 2000
    world.mine("notes")
    assert ran_with() == {**before, "gate.max_open": 7}


def test_the_same_is_asked_once_and_the_next_step_waits(world: World) -> None:
    lowered(world)
    judged(world, 40, 1.0, stated=0.62)
    assert world.mine("tuning")["cycles"][0]["found"] == 0
    world.clock.advance(days=8)
    assert world.mine("tuning")["cycles"][0]["fates"] == {"filed": 1}
    assert world.mine("tuning")["cycles"][0]["fates"] == {"known": 1}


def test_where_the_outcome_fell_it_is_asked_whether_to_go_back(world: World) -> None:
    lowered(world)
    (row,) = [row for row in fell(world) if row["asked"]]
    assert row["score"] == -0.9
    assert value(world) == 0.65
    (back,) = world.pending()
    assert back["title"] == "Set brief.min_confidence back from 0.65 to 0.7?"
    world.call("approve", id=back["id"])
    assert value(world) == 0.7


def test_where_it_was_granted_it_goes_back_by_itself(world: World) -> None:
    world.call("controls.set", name="tuning.level", value="auto")
    judged(world, 40, 1.0)
    id = asked(world)
    assert value(world) == 0.7, "a new value waits for a person, whatever was granted"
    world.call("approve", id=id)
    fell(world)
    assert world.pending() == []
    assert value(world) == 0.7
    assert half_done(world) == []


def test_where_the_outcome_held_nothing_is_asked(world: World) -> None:
    lowered(world)
    judged(world, 20, 1.0)
    world.clock.advance(days=1)
    (row,) = world.call("outcomes")["outcomes"]
    assert (row["score"] > 0, row["asked"]) == (True, "")
    assert value(world) == 0.65


# ---- what is read of decisions


def test_what_was_decided_is_read_alike_at_once_and_as_needed(world: World) -> None:
    judged(world, 3, 1.0)
    world.mine("notes")
    (note,) = world.pending()
    world.call("approve", id=note["id"])
    world.clock.advance(seconds=1)
    world.call("undo", id=note["id"])
    with world.store.read(ALL) as tx:
        every = live(tx).decided()
    assert every == world.corpus().decided()
    assert [one.at for one in every] == sorted(one.at for one in every)
    assert [(one.judged, one.held) for one in every] == [(True, True)] * 3 + [(True, False)]
    assert (every[-1].loop, every[-1].yes, every[-1].right) == ("notes", True, False)


def test_what_was_rejected_is_no_yes_and_an_open_question_is_not_decided(world: World) -> None:
    world.read(transcript("s2", person("note: milk")))
    world.mine("notes")
    first, _ = world.pending()
    world.call("reject", id=first["id"], reason="no")
    (one,) = world.corpus().decided()
    assert (one.id, one.yes, one.right, one.judged) == (first["id"], False, False, False)
    assert one.score is None


# ---- what a yes cannot do


def test_an_edit_turns_no_safety_knob(world: World) -> None:
    judged(world, 40, 1.0)
    id = asked(world)
    edit = {"action": "ADJUST_CONTROL", "knob": "notes.level", "was": 0, "value": 1}
    with pytest.raises(Invalid, match="only an admin"):
        world.call("approve", id=id, edit=edit)
    assert world.call("controls.get", name="notes.level")["value"] == "suggest"


def test_a_question_that_came_another_way_turns_no_safety_knob(world: World) -> None:
    payload = AdjustControl("gate.policy_people", 1, 2, "says an arbiter")
    finding = Finding(payload, (1,), "elsewhere", "Set gate.policy_people to 2?", 0.9)
    with world.store.write(ALL) as tx:
        replay = LOOP.replay(payload, live(tx), world.app.settings)
        kept = file(tx, LOOP, finding, replay, by="system:arbiter", settings=world.app.settings)
    assert kept.proposal is not None
    with pytest.raises(Invalid, match="only an admin"):
        world.call("approve", id=kept.proposal.id)
    assert world.call("controls.get", name="gate.policy_people")["value"] == 1


def test_the_record_of_a_safety_knob_is_no_grant_whoever_put_it(world: World) -> None:
    """Were a proposal ever to put one, nothing would be decided by it."""
    with world.store.write(ALL) as tx:
        record = Record("control", "notes.level", "", {"value": "auto", "was": "suggest"})
        execute(tx, "p1", [Put(record)], "system:tuning")
        assert granted(tx, "notes") is None


def test_loops_that_are_mined_at_once_look_at_one_past(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Mock(wraps=snapshot)
    monkeypatch.setattr(LOOKED, looked)
    assert len(world.mine()["cycles"]) == 2
    assert looked.call_count == 1
