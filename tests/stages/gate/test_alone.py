"""What a loop may decide with nobody present: each doubt alone, with everything else in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from passdown.domain.change import Put
from passdown.domain.observation import Trust
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, Settings
from passdown.stages.apply.execute import execute
from passdown.stages.gate.advice import Advice
from passdown.stages.gate.auto import Grant, doubt, granted, in_force
from passdown.stages.gate.decide import granted as say_yes
from tests.desk import Desk
from tests.notes import NOTES, Add

AUTO = Grant("notes", "auto", "alice", "2026-01-01T00:00:00.000Z")
SAFE = AUTO._replace(level="auto_safe")


def why(at: Desk, given: Grant = AUTO, *evidence: int, **facts: Any) -> str:
    asked = replace(at.ask(Add("tea"), *evidence), **facts)
    with at.store.read(ALL) as tx:
        return doubt(tx, NOTES, asked, given)


def test_what_was_mined_from_sound_evidence_is_in_no_doubt(at: Desk):
    assert why(at) == ""


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"proposed_by": "agent:robot"}, "not mined"),
        ({"proposed_by": "alice"}, "not mined"),
        ({"flags": ("asked_before:0193",)}, "answered before"),
        ({"replay": {"wrong": 1}}, "speaks against it"),
    ],
)
def test_each_doubt_leaves_it_to_a_person(at: Desk, facts: dict[str, Any], said: str):
    assert said in why(at, **facts)


@pytest.mark.parametrize("trust", [Trust.WEB, Trust.AGENT])
def test_what_is_trusted_little_is_left_to_a_person(at: Desk, trust: Trust):
    sound, poor = at.say("tea"), at.say("tea, says a page", "s2", trust=trust)
    assert "trusted little" in why(at, AUTO, sound, poor)


def test_what_rests_in_part_on_quarantine_is_left_to_a_person(at: Desk):
    seqs = at.say("tea"), at.say("tea again", "s2")
    asked = at.ask(Add("tea"), *seqs)
    with at.store.write(ALL) as tx:
        tx.observations.flag(seqs[0], ("injection",))
        assert "quarantine" in doubt(tx, NOTES, asked, AUTO)


def test_auto_safe_takes_nothing_for_which_no_threshold_was_accepted(at: Desk):
    assert "no threshold was accepted for ADD" in why(at, SAFE, confidence=1.0)


# ---- what was granted


def levels(level: str) -> Settings:
    stopped = {name: Setting(False, "default") for name in ("notes.paused", "gate.paused")}
    return Settings({"notes.level": Setting(level, "file"), **stopped})


def test_only_what_an_admin_set_is_a_grant(at: Desk):
    with at.store.read(ALL) as tx:
        assert in_force(tx, "notes", levels("auto")) is None
    at.call("controls.set", name="notes.level", value="auto_safe")
    with at.store.read(ALL) as tx:
        given = in_force(tx, "notes", levels("auto"))
    assert given is not None
    assert (given.level, given.by) == ("auto_safe", "alice")


@pytest.mark.parametrize("level", ["off", "suggest"])
def test_a_setting_takes_it_back(at: Desk, level: str):
    at.call("controls.set", name="notes.level", value="auto")
    with at.store.read(ALL) as tx:
        assert in_force(tx, "notes", levels(level)) is None


def test_a_setting_narrows_it(at: Desk):
    at.call("controls.set", name="notes.level", value="auto")
    with at.store.read(ALL) as tx:
        given = in_force(tx, "notes", levels("auto_safe"))
    assert given is not None
    assert given.level == "auto_safe"


def test_a_record_that_no_admin_set_is_no_grant(at: Desk):
    forged = Record("control", "notes.level", "notes.level is auto", {"value": "auto"})
    with at.store.write(ALL) as tx:
        execute(tx, "forged", [Put(forged)], "system:notes")
    with at.store.read(ALL) as tx:
        assert granted(tx, "notes") is None


def test_a_yes_under_a_grant_says_under_which(at: Desk):
    asked = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        done = say_yes(tx, asked, AUTO, Advice("classifier", "APPROVE", 0.9, "it holds", {}))
    assert (done.decided_by, done.flags) == ("system:gate", ("granted",))
    assert "granted to notes (auto) by alice on 2026-01-01" in done.reason
    assert at.events(asked.id)[-1] == "promotion.approved"


def test_a_loop_that_names_no_doubts_of_its_own_is_never_let_alone(at: Desk):
    assert NOTES.hesitates is None
    at.call("controls.set", name="notes.level", value="auto")
    at.say("note: tea")
    (cycle,) = at.call("mine", loop="notes")["cycles"]
    assert cycle["fates"] == {"filed": 1}
