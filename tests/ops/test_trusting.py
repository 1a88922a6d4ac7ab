"""Autonomy that is earned: what an admin accepts and withdraws, and what is taken back, with the
figures that are told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.clock import new_id
from passdown.domain.errors import Invalid
from passdown.domain.proposal import Status
from passdown.domain.scope import ALL
from passdown.ops.operation import Effect
from passdown.ops.trusting import earned, fall_back, trust
from passdown.stages.gate.trust import Trusted, accept, trusted
from passdown.text.calibrate import Threshold
from tests.bench import TRUSTED, bench, sets
from tests.desk import ALICE, Desk
from tests.notes import Add

if TYPE_CHECKING:
    from passdown.ops.operation import Ctx

OFFERED = Threshold(0.75, 40, 39, 0.91, 0.5)
LOOPS = {"notes": TRUSTED, "zettel": replace(TRUSTED, name="zettel")}


def answered(at: Desk, n: int, action: str = "ADD", *, by: str = "bob", right: int = -1) -> None:
    """So many questions that were answered, the first ones with a yes; -1: all."""
    asked = at.ask(Add(f"tea {action} {by} {at.clock.now()}"))
    with at.store.write(ALL) as tx:
        for k in range(n):
            p = replace(asked, id=new_id(), action=action, fingerprint=f"{asked.id}{k}")
            tx.queue.add(p)
            status = Status.EXECUTED if right < 0 or k < right else Status.REJECTED
            closed = replace(p, status=status, decided_by=by, decided_at=tx.now)
            tx.queue.move(closed, expect=Status.PENDING)


def undoes(at: Desk) -> None:
    """All that the gate decided is taken back."""
    with at.store.write(ALL) as tx:
        for p in tx.queue.all((Status.EXECUTED,), limit=1000):
            if p.decided_by == "system:gate":
                tx.ledger.append("promotion.undone", "bob", p.id, {})


def ctx(at: Desk) -> Ctx:
    return at.app._ctx(ALICE, ALL, at.app.settings, lambda _: None)


def held(at: Desk, loop: str = "notes") -> dict[str, Trusted]:
    with at.store.read(ALL) as tx:
        return trusted(tx, loop)


# ---- accepting


def test_what_is_offered_is_accepted_and_told() -> None:
    at = bench()
    answered(at, 36)
    told = at.call("trust", loop="notes")
    low = told["accepted"][0].pop("low")
    assert told == {
        "loop": "notes",
        "accepted": [{"action": "ADD", "at": 0.75, "n": 36, "right": 36}],
        "level": "suggest",
    }
    assert 0.9 < low < 1
    assert held(at)["ADD"][:5] == ("notes", "ADD", 0.75, 0.9, "alice")
    with at.store.read(ALL) as tx:
        assert tx.registry.people() == ["alice"]


def test_a_lower_target_is_met_by_less() -> None:
    at = bench()
    answered(at, 100, right=90)
    with pytest.raises(Invalid, match="nothing is offered for notes: ADD: no threshold holds"):
        at.call("trust", loop="notes")
    assert at.call("trust", loop="notes", target=0.8)["accepted"][0]["right"] == 90
    assert held(at)["ADD"].target == 0.8


def test_where_nothing_was_decided_nothing_is_offered() -> None:
    with pytest.raises(Invalid, match="nothing is offered for notes: nothing was decided yet"):
        bench().call("trust", loop="notes")


def test_what_is_not_offered_keeps_nothing_from_what_is() -> None:
    at = bench()
    answered(at, 50, "DROP", right=10)
    answered(at, 45, "RULE")
    answered(at, 40, "ADD")
    answered(at, 5, "JOIN")
    assert [one["action"] for one in at.call("trust", loop="notes")["accepted"]] == ["ADD"]
    assert list(held(at)) == ["ADD"]


def test_one_action_is_accepted_alone() -> None:
    at = bench()
    answered(at, 40, "DROP")
    answered(at, 40, "ADD")
    told = at.call("trust", loop="notes", action="ADD")
    assert [one["action"] for one in told["accepted"]] == ["ADD"]
    assert list(held(at)) == ["ADD"]
    with pytest.raises(Invalid, match="nothing is offered for notes: nothing was decided yet"):
        at.call("trust", loop="notes", action="JOIN")


def test_what_binds_everybody_is_never_accepted() -> None:
    at = bench()
    answered(at, 40, "RULE")
    with pytest.raises(Invalid, match="nothing is offered for notes: RULE: "):
        at.call("trust", loop="notes")
    assert held(at) == {}


def test_another_loop_is_trusted_by_its_own_decisions() -> None:
    at = bench(loops=LOOPS)
    answered(at, 40)
    with pytest.raises(Invalid, match="nothing is offered for zettel: nothing was decided yet"):
        at.call("trust", loop="zettel")


@pytest.mark.parametrize("target", [0.4999, 0.0, 1.0, 1.1])
def test_a_target_is_a_share_from_a_half_to_below_one(target: float) -> None:
    with pytest.raises(Invalid, match="a target of"):
        bench().call("trust", loop="notes", target=target)


@pytest.mark.parametrize("target", [0.5, 0.99])
def test_a_share_is_a_target(target: float) -> None:
    with pytest.raises(Invalid, match="nothing is offered"):
        bench().call("trust", loop="notes", target=target)


# ---- withdrawing


def accepts(at: Desk, *actions: str, loop: str = "notes") -> None:
    with at.store.write(ALL) as tx:
        for action in actions:
            accept(tx, loop, action, OFFERED, 0.9, "alice")


def test_one_or_all_can_be_withdrawn() -> None:
    at = bench()
    accepts(at, "ADD", "DROP", "JOIN")
    told = at.call("trust", loop="notes", action="DROP", withdraw=True)
    assert told == {"loop": "notes", "withdrawn": ["DROP"]}
    assert list(held(at)) == ["ADD", "JOIN"]
    with at.store.read(ALL) as tx:
        entry = tx.ledger.entries(name="trust.ended")[-1]
        assert tx.registry.people() == ["alice"]
    assert entry.actor == "alice"
    assert entry.detail == {"action": "DROP", "at": 0.75, "why": "withdrawn"}
    assert at.call("trust", loop="notes", withdraw=True)["withdrawn"] == ["ADD", "JOIN"]
    assert held(at) == {}


# ---- falling back


def test_what_holds_is_not_taken_back() -> None:
    at = bench()
    accepts(at, "ADD")
    sets(at, level="auto_safe")
    answered(at, 3, by="system:gate")
    assert fall_back(ctx(at), "notes") == []
    assert list(held(at)) == ["ADD"]


def test_without_a_grant_there_is_nothing_to_take_back() -> None:
    at = bench()
    accepts(at, "ADD")
    answered(at, 3, by="system:gate")
    undoes(at)
    assert fall_back(ctx(at), "notes") == []
    assert list(held(at)) == ["ADD"]


def test_what_was_earned_and_does_not_hold_is_taken_back_by_the_gate() -> None:
    at = bench()
    accepts(at, "ADD", "DROP", "JOIN")
    sets(at, level="auto_safe")
    answered(at, 2, by="system:gate")
    answered(at, 3, "DROP", by="system:gate")
    undoes(at)
    told = fall_back(ctx(at), "notes")
    assert told == [
        "ADD: 0 of 2 kept were right, 0.9 was asked for",
        "DROP: 0 of 3 kept were right, 0.9 was asked for",
    ]
    assert list(held(at)) == ["JOIN"]
    knob = at.call("controls.get", name="notes.level")
    assert (knob["value"], knob["set_by"]["actor"]) == ("suggest", "system:gate")
    assert knob["set_by"]["reason"] == "; ".join(told)
    with at.store.read(ALL) as tx:
        ended = tx.ledger.entries(name="trust.ended")
        turn = tx.ledger.entries(name="control.adjusted")[-1].detail or {}
    assert [entry.actor for entry in ended] == ["system:gate"] * 2
    assert (turn["was"], turn["value"]) == ("auto_safe", "suggest")


def test_a_grant_by_name_that_does_not_hold_is_taken_back_whole() -> None:
    at = bench()
    sets(at, level="auto")
    answered(at, 2, by="system:gate")
    undoes(at)
    (told,) = fall_back(ctx(at), "notes")
    assert told == "auto: 0 of 2 decided with nobody present held, 0.9 is asked for"
    with at.store.read(ALL) as tx:
        (entry,) = tx.ledger.entries(name="trust.ended")
    why = told.removeprefix("auto: ")
    assert entry.detail == {"action": "auto", "at": 0.0, "why": why}
    assert fall_back(ctx(at), "notes") == []


def test_what_happened_before_a_grant_by_name_is_no_fault_of_it() -> None:
    at = bench()
    answered(at, 2, by="system:gate")
    undoes(at)
    at.clock.advance(seconds=1)
    sets(at, level="auto")
    assert fall_back(ctx(at), "notes") == []


# ---- what is told of it


def told(at: Desk) -> list[dict[str, Any]]:
    with at.store.read(ALL) as tx:
        return earned(ctx(at), tx)


def test_what_is_accepted_and_what_was_lost_is_told_by_loop() -> None:
    at = bench(loops=dict(reversed(LOOPS.items())))
    assert told(at) == []
    accepts(at, "ADD", "DROP")
    accepts(at, "ADD", loop="zettel")
    at.call("trust", loop="zettel", withdraw=True)
    assert told(at) == [
        {
            "loop": "notes",
            "level": "suggest",
            "accepted": {"ADD": 0.75, "DROP": 0.75},
            "ended": {},
        },
        {"loop": "zettel", "level": "suggest", "accepted": {}, "ended": {"ADD": "withdrawn"}},
    ]


def test_a_grant_that_was_lost_and_given_anew_is_lost_no_more() -> None:
    at = bench()
    sets(at, level="auto")
    answered(at, 2, by="system:gate")
    undoes(at)
    fall_back(ctx(at), "notes")
    assert list(told(at)[0]["ended"]) == ["auto"]
    sets(at, level="auto")
    assert told(at) == []


def test_only_an_admin_accepts_what_is_trusted() -> None:
    assert (trust.name, trust.effect) == ("trust", Effect.ADMIN)
