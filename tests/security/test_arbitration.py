"""Where an arbiter's answer ends: at chance, at a deadline, at a past that speaks against it, at a
change to a setting that cannot be asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from msgspec import Struct

from passdown.contract import Replay
from passdown.domain.errors import Unavailable
from passdown.domain.proposal import Proposal, Status
from passdown.domain.scope import ALL
from passdown.stages.gate.trust import accept
from passdown.testing import faults
from passdown.text.calibrate import Threshold
from tests.bench import TRUSTED, Scripted, arbitrates, for_arbiter, says, turns
from tests.desk import BOB, Desk
from tests.notes import Add

YES = says("APPROVE")
GREEN: dict[str, Any] = {"action": "ADD", "text": "green tea", "scope": "global"}
AWAY = Unavailable("it is down")


# ---- what is drawn for an audit


def drawn(answer: Any, monkeypatch: pytest.MonkeyPatch, *, is_drawn: bool = True) -> Proposal:
    """What became of a question that chance sends to a person, given this answer."""
    monkeypatch.setattr("passdown.stages.gate.auto.drawn", lambda tx, p: is_drawn)
    at = for_arbiter(Scripted([answer]), level="auto_safe")
    with at.store.write(ALL) as tx:
        accept(tx, "notes", "ADD", Threshold(0.0, 40, 39, 0.91, 0.5), 0.9, "alice")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert len(turns(at, id)) >= 2
    return at.proposal(id)


@pytest.mark.parametrize(
    ("answer", "flags"),
    [
        (YES, ("audit:approve",)),
        (says("MODIFY", **GREEN), ("audit:approve",)),
        (says("REJECT"), ("audit:reject",)),
        (says("ESCALATE_HUMAN"), ()),
        (says("ADJUST_CONTROL", knob="x"), ()),
        (says("SURE"), ()),
        (AWAY, ()),
    ],
    ids=["yes", "other words", "no", "a person", "a setting", "unusable", "no answer"],
)
def test_what_chance_sends_to_a_person_keeps_what_the_arbiter_would_have_done(
    answer: Any, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = drawn(answer, monkeypatch)
    assert (found.status, found.flags) == (Status.HUMAN, flags)


def test_what_chance_leaves_alone_is_decided_as_it_was_granted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = drawn(YES, monkeypatch, is_drawn=False)
    assert (found.status, found.flags) == (Status.EXECUTED, ("granted",))


# ---- what the world says meanwhile


@pytest.mark.parametrize(
    ("later", "status"),
    [("not tea", Status.HUMAN), ("nothing to do with it", Status.EXECUTED)],
)
def test_what_happened_since_it_was_asked_counts_before_an_answer_does(
    later: str, status: Status
) -> None:
    at = for_arbiter(Scripted([YES]))
    id = at.ask(Add("tea"), at.say("note: tea")).id
    at.say(later, "s2")
    arbitrates(at)
    assert at.proposal(id).status is status


@pytest.mark.parametrize("verdict", ["APPROVE", "REJECT", "ESCALATE_HUMAN"])
def test_an_answer_that_comes_after_the_deadline_decides_nothing(verdict: str) -> None:
    at = for_arbiter(None)

    def late(prompt: str) -> dict[str, Any]:
        at.clock.advance(days=15)
        return says(verdict)

    setattr(at.app, "_make_writer", lambda: Scripted([late]))  # noqa: B010 - mypy forbids it
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.ARBITER
    assert [turn.tier for turn in turns(at, id)] == ["classifier"]
    assert at.call("expire")["expired"] == [id]


def test_what_went_to_quarantine_since_it_was_asked_is_not_quoted() -> None:
    writer = Scripted([AWAY, YES])
    at = for_arbiter(writer, chain="arbiter")
    seqs = [at.say("a first word"), at.say("a second word", "s2")]
    at.ask(Add("tea"), *seqs)
    arbitrates(at)
    with at.store.write(ALL) as tx:
        tx.observations.flag(seqs[0], ["injection"])
    arbitrates(at)
    before, after = writer.asked
    assert "a first word" in before
    assert "a first word" not in after
    assert "a second word" in after


@pytest.mark.parametrize(("sure", "status"), [(0.8, Status.EXECUTED), (0.79, Status.HUMAN)])
def test_an_answer_is_sure_enough_from_what_is_asked_for_on(sure: float, status: Status) -> None:
    at = for_arbiter(Scripted([says("APPROVE", sure)]))
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is status


@pytest.mark.parametrize(
    ("chain", "status"), [("arbiter", Status.ARBITER), ("arbiter,human", Status.HUMAN)]
)
def test_an_engine_that_is_away_is_asked_once_and_is_away_for_every_question(
    chain: str, status: Status
) -> None:
    writer = Scripted([AWAY])
    at = for_arbiter(writer, chain=chain)
    ids = [at.ask(Add(text)).id for text in ("tea", "milk")]
    arbitrates(at)
    assert len(writer.asked) == 1
    assert {at.proposal(id).status for id in ids} == {status}
    if status is Status.HUMAN:
        told = [turns(at, id)[1] for id in ids]
        assert {(t.text, t.detail["code"]) for t in told} == {
            ("it gave no answer: it is down", "unavailable")
        }


class Elsewhere:
    """A file of a platform whose own encoding is another."""

    def read_text(self, encoding: str = "latin-1") -> str:
        """What it says."""
        return "Mind the t\u00e4a.".encode().decode(encoding)


def test_a_guide_is_read_alike_on_every_platform() -> None:
    writer, guide = Scripted([YES]), Elsewhere()
    there: Any = guide
    at = for_arbiter(writer, loops={"notes": replace(TRUSTED, guide=there)})
    at.ask(Add("tea"))
    arbitrates(at)
    assert "Mind the t\u00e4a." in writer.asked[0]


# ---- a change to a setting


class Turn(Struct, frozen=True, tag_field="action", tag="ADJUST_CONTROL"):
    """Shall this knob be turned?"""

    knob: str


TURNS = replace(
    TRUSTED,
    name="turns",
    payload=Turn,
    actions=("ADJUST_CONTROL",),
    detect=lambda corpus, settings: iter(()),
    replay=lambda payload, corpus, settings: Replay("nothing to replay"),
    changes=lambda payload, corpus, settings: [],
    policy=frozenset(),
    state=None,
)


def turning() -> Desk:
    """A desk on which the arbiter asks for the same change to a setting of every question."""
    answer = says("ADJUST_CONTROL", action="ADJUST_CONTROL", knob="x")
    return for_arbiter(Scripted([answer]), loops={"notes": TRUSTED, "turns": TURNS})


def asked(at: Desk, text: str, *evidence: int) -> Proposal:
    """What became of one question."""
    id = at.ask(Add(text), *evidence).id
    arbitrates(at)
    assert faults(at.store) == []
    return at.proposal(id)


def test_a_change_that_is_asked_for_already_is_the_answer_to_a_second_question() -> None:
    at = turning()
    seq = at.say("because")
    first, second = asked(at, "tea", seq), asked(at, "milk", seq)
    (child,) = at.call("pending", loop="turns", status="open")["proposals"]
    assert first.flags == second.flags == ("granted", f"spawned:{child['id']}")


def test_a_change_that_a_person_turned_down_is_not_asked_for_again_but_recommended() -> None:
    at = turning()
    seq = at.say("because")
    asked(at, "tea", seq)
    (child,) = at.call("pending", loop="turns", status="open")["proposals"]
    at.call("reject", BOB, id=child["id"], reason="no")
    found = asked(at, "milk", seq)
    assert (found.status, found.failure_code, found.flags) == (Status.HUMAN, "", ())
    assert json.dumps(turns(at, found.id)[1].detail["control"]) == json.dumps(
        {"action": "ADJUST_CONTROL", "knob": "x"}
    )


def test_a_change_for_which_there_is_no_room_is_recommended() -> None:
    at = turning()
    at.call("controls.set", name="gate.max_open", value="1")
    found = asked(at, "tea")
    assert (found.status, found.failure_code, found.flags) == (Status.HUMAN, "", ())
    assert at.call("pending", loop="turns", status="open")["proposals"] == []
