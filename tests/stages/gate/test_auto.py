"""What is a grant, how far it goes, and what it never suffices for: each condition alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.change import Emit, Put
from passdown.domain.observation import Trust
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, Settings
from passdown.stages.apply.execute import execute
from passdown.stages.gate import auto
from passdown.stages.gate.auto import (
    ADJUSTED,
    ALONE,
    LEVELS,
    Grant,
    doubt,
    granted,
    in_force,
    paused,
    unsafe,
)
from passdown.stages.gate.trust import SAMPLED, accept, keyed, salted
from passdown.storage.retelling import bodies_about, retell
from passdown.text.calibrate import Threshold
from tests.desk import Desk
from tests.notes import NOTES, Add, Rule

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

AUTO = Grant("notes", "auto", "alice", "2026-01-01T00:00:00.000Z")
SAFE = AUTO._replace(level="auto_safe")
KNOB = "notes.level"
NOTE = Put(Record("note", "tea", "tea"))
SHOUT = Emit("shout", {})


def settings(level: str = "auto", **stopped: bool) -> Settings:
    every = {"notes": False, "gate": False} | stopped
    knobs = {f"{name}.paused": Setting(on, "default") for name, on in every.items()}
    return Settings({KNOB: Setting(level, "file"), **knobs})


def keeps(tx: Tx, value: Any, by: str = "hand:1") -> None:
    """Keep a level as the knob's record, made by this."""
    before = tx.knowledge.get("control", KNOB)
    version = before.version if before else 0
    record = Record("control", KNOB, "so", {"value": value}, version=version)
    execute(tx, by, [Put(record)], "alice")


def tells(tx: Tx, actor: str, by: str = "hand:1", **how: Any) -> None:
    """Tell the ledger that somebody turned it."""
    name, subject = how.get("name", ADJUSTED), how.get("subject", KNOB)
    tx.ledger.append(name, actor, subject, {"by": by})


# ---- what is a grant


def test_levels_are_these_and_of_them_two_decide_alone() -> None:
    assert LEVELS == ("off", "suggest", "auto_safe", "auto")
    assert ALONE == ("auto_safe", "auto")
    assert (auto.CONTROL, auto.ADJUSTED, auto.FLAG) == ("control", "control.adjusted", "granted")


def test_a_grant_says_how_far_and_who_said_so_when(at: Desk) -> None:
    with at.store.write(ALL) as tx:
        assert granted(tx, "notes") is None
        keeps(tx, "auto")
        assert granted(tx, "notes") is None
        tells(tx, "alice")
        assert granted(tx, "notes") == Grant("notes", "auto", "alice", tx.now)


@pytest.mark.parametrize("level", ["off", "suggest", "AUTO", "", 1, None])
def test_another_level_is_no_grant_whoever_set_it(at: Desk, level: Any) -> None:
    with at.store.write(ALL) as tx:
        keeps(tx, level)
        tells(tx, "alice")
        assert granted(tx, "notes") is None


@pytest.mark.parametrize(
    "how",
    [{"name": "control.seen"}, {"subject": "other.level"}, {"by": "hand:2"}],
    ids=["another event", "another knob", "another turn"],
)
def test_only_what_tells_of_this_very_turn_makes_it_a_grant(at: Desk, how: dict[str, Any]) -> None:
    with at.store.write(ALL) as tx:
        keeps(tx, "auto")
        tells(tx, "mallory", **how)
        assert granted(tx, "notes") is None


def test_an_entry_that_says_nothing_or_was_forgotten_is_no_grant(at: Desk) -> None:
    with at.store.write(ALL) as tx:
        keeps(tx, "auto")
        tx.ledger.append(ADJUSTED, "mallory", KNOB, {})
        assert granted(tx, "notes") is None
        tells(tx, "alice")
        for body in bodies_about(tx, KNOB):
            retell(tx, body, None, "alice", "forgotten")
        assert granted(tx, "notes") is None


def test_a_grant_that_is_told_twice_is_of_who_told_it_last(at: Desk) -> None:
    with at.store.write(ALL) as tx:
        keeps(tx, "auto")
        tells(tx, "alice")
        tells(tx, "bob")
        tells(tx, "carol", by="hand:2")
        found = granted(tx, "notes")
    assert found is not None
    assert found.by == "bob"


# ---- how far it goes


@pytest.mark.parametrize("notes", [False, True])
@pytest.mark.parametrize("gate", [False, True])
def test_a_loop_is_paused_by_its_own_switch_or_by_that_of_all(notes: bool, gate: bool) -> None:
    assert paused(settings(notes=notes, gate=gate), "notes") is (notes or gate)


def test_of_two_loops_one_can_be_paused() -> None:
    knobs = {"notes.paused": Setting(False, "default"), "other.paused": Setting(True, "file")}
    both = Settings({**knobs, "gate.paused": Setting(False, "default")})
    assert (paused(both, "notes"), paused(both, "other")) == (False, True)


@pytest.mark.parametrize("switch", ["notes", "gate"])
def test_nothing_is_in_force_while_it_is_paused(at: Desk, switch: str) -> None:
    stopped = settings("auto", **{switch: True})
    at.call("controls.set", name=KNOB, value="auto")
    with at.store.read(ALL) as tx:
        assert in_force(tx, "notes", settings()) is not None
        assert in_force(tx, "notes", stopped) is None


@pytest.mark.parametrize(
    ("given", "level", "left"),
    [
        ("auto", "auto", "auto"),
        ("auto", "auto_safe", "auto_safe"),
        ("auto_safe", "auto", "auto_safe"),
        ("auto_safe", "auto_safe", "auto_safe"),
        ("auto", "suggest", ""),
        ("auto", "off", ""),
        ("suggest", "auto", ""),
    ],
)
def test_the_less_of_what_was_granted_and_what_is_set_is_in_force(
    at: Desk, given: str, level: str, left: str
) -> None:
    with at.store.write(ALL) as tx:
        keeps(tx, given)
        tells(tx, "alice")
        found = in_force(tx, "notes", settings(level))
    assert (found.level if found else "") == left
    assert found is None or found.by == "alice"


# ---- what it never suffices for


def of(at: Desk, p: Proposal, given: Grant = AUTO) -> str:
    with at.store.read(ALL) as tx:
        return doubt(tx, NOTES, p, given)


def test_what_binds_everybody_is_for_people(at: Desk) -> None:
    assert of(at, at.ask(Rule("be kind"))) == "it binds everybody: people decide"


def test_a_replay_that_counts_nothing_is_no_doubt(at: Desk) -> None:
    p = at.ask(Add("tea"))
    assert of(at, replace(p, replay={})) == ""
    assert of(at, replace(p, replay={"wrong": 0})) == ""
    assert of(at, replace(p, replay={"right": 9, "wrong": 1})) != ""


def test_what_an_assistant_said_is_trusted_enough(at: Desk) -> None:
    assert of(at, at.ask(Add("tea"), at.say("tea", trust=Trust.ASSISTANT))) == ""


def test_what_rests_on_nothing_is_trusted_little(at: Desk) -> None:
    p = replace(at.ask(Add("tea")), evidence=())
    assert of(at, p) == "it rests on what is trusted little"


def test_what_rests_in_part_on_what_is_gone_is_left_to_a_person(at: Desk) -> None:
    p = at.ask(Add("tea"))
    why = "part of what it rests on was forgotten or went to quarantine"
    assert of(at, replace(p, evidence=(*p.evidence, 999_999))) == why


def accepted(tx: Tx, at_: float, action: str = "ADD") -> None:
    accept(tx, "notes", action, Threshold(at_, 40, 40, 0.91, 0.5), 0.9, "alice")


@pytest.mark.parametrize(
    ("sure", "why"),
    [(0.7999, "alice accepted what is at least 0.80 sure"), (0.8, ""), (0.81, "")],
)
def test_auto_safe_takes_what_is_as_sure_as_was_accepted(at: Desk, sure: float, why: str) -> None:
    p = replace(at.ask(Add("tea")), confidence=sure)
    with at.store.write(ALL) as tx:
        accepted(tx, 0.8)
        assert doubt(tx, NOTES, p, SAFE) == why
        assert doubt(tx, NOTES, p, AUTO) == ""


def test_a_threshold_of_another_action_is_none_of_this(at: Desk) -> None:
    p = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        accepted(tx, 0.1, "DROP")
        assert doubt(tx, NOTES, p, SAFE) == "no threshold was accepted for ADD"


# ---- what auto_safe leaves to a person


def lots(tx: Tx, p: Proposal) -> dict[bool, Proposal]:
    """One question that is drawn for a person, and one that is not."""
    salted(tx)
    every = (replace(p, fingerprint=f"{n:064x}") for n in range(1000))
    return {int(keyed(tx, f"draw:{one.fingerprint}")[:12], 16) % 20 == 0: one for one in every}


@pytest.mark.parametrize("changes", [[SHOUT], [NOTE, SHOUT], [SHOUT, NOTE]])
def test_what_is_told_to_others_is_left_to_a_person_but_at_auto(at: Desk, changes: Any) -> None:
    p = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        unlucky = lots(tx, p)[False]
        why = "it is told to others, and no undo reaches them"
        assert unsafe(tx, unlucky, SAFE, changes) == why
        assert unsafe(tx, unlucky, AUTO, changes) == ""


def test_what_is_drawn_is_left_to_a_person_but_at_auto(at: Desk) -> None:
    p = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        found = lots(tx, p)
        assert unsafe(tx, found[True], SAFE, [NOTE]) == SAMPLED == "one in 20 goes to a person"
        assert unsafe(tx, found[False], SAFE, [NOTE]) == ""
        assert unsafe(tx, found[True], AUTO, [NOTE]) == ""
