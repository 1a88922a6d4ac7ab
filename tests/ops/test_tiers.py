"""Every question is classified, then goes to whoever its chain says; a grant decides how far."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passdown.contract import Replay
from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.observation import Trust
from passdown.domain.proposal import Status, Verdict
from passdown.testing import faults
from tests.bench import TRUSTED, Scripted, arbitrates, bench, says, sets, turns
from tests.desk import ALICE, BOB, ROBOT, Desk
from tests.notes import NOTES, Add, Rule, Shout


def auto(**how: str) -> Desk:
    """A desk whose loop was granted to decide."""
    at = bench()
    sets(at, level="auto", **how)
    return at


# ---- the classifier and the grant


@pytest.mark.parametrize("chain", ["none", "human", "arbiter", "arbiter,human"])
def test_what_is_only_suggested_goes_to_a_person_whatever_the_chain(chain: str) -> None:
    at = bench(Scripted([says("APPROVE")]))
    sets(at, chain=chain, golden_path_confidence="0.9")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
    assert at.note("tea") is None
    assert faults(at.store) == []


def test_the_classifier_says_why_and_its_turn_is_kept_with_the_question() -> None:
    at = bench()
    id = at.ask(Add("tea")).id
    arbitrates(at)
    (turn,) = turns(at, id)
    assert (turn.tier, turn.verdict) == ("classifier", Verdict.ADVISE)
    assert turn.detail["verdict"] == "approve"
    assert turn.detail["reasons"][0] == "the detector is 0.75 sure"
    assert "promotion.advised" in at.events(id)
    shown = at.call("show", id=id)["card"]["blocks"][-1]
    assert shown["facts"][0][0] == "classifier"
    assert shown["facts"][0][1].startswith("approve (0.75): the detector is 0.75 sure")


def test_what_the_classifier_is_sure_of_is_decided_as_granted() -> None:
    at = auto()
    id = at.ask(Add("tea")).id
    assert arbitrates(at)["execute"] == 1
    done = at.proposal(id)
    assert (done.status, done.decided_by) == (Status.EXECUTED, "system:gate")
    assert done.reason.startswith("granted to notes (auto) by alice on ")
    assert done.reason.endswith("; the classifier says approve")
    note = at.note("tea")
    assert note is not None
    assert note.body["granted"] == "alice"
    assert faults(at.store) == []
    at.call("undo", id=id)
    assert at.note("tea") is None


def test_what_it_is_not_sure_of_waits_for_a_person() -> None:
    at = auto(golden_path_confidence="0.8")
    id = at.ask(Add("tea")).id
    assert arbitrates(at)["human"] == 1
    assert at.proposal(id).status is Status.HUMAN


def test_the_chain_none_sends_everything_to_a_person() -> None:
    at = auto(chain="none")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN


@pytest.mark.parametrize(
    ("why", "ask"),
    [
        ("it binds everybody", lambda at: at.ask(Rule("be kind"))),
        ("it was not mined", lambda at: at.ask(Add("tea"), by="agent:robot")),
        ("trusted little", lambda at: at.ask(Add("tea"), at.say("so", trust=Trust.AGENT))),
        ("quarantine", lambda at: _quarantined(at)),
    ],
)
def test_what_a_grant_does_not_reach_goes_to_a_person_who_is_told_why(
    why: str, ask: object
) -> None:
    at = auto()
    assert callable(ask)
    id = ask(at).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
    assert why in turns(at, id)[-1].text
    assert faults(at.store) == []


def _quarantined(at: Desk) -> object:
    from passdown.domain.scope import ALL

    seq, other = at.say("because"), at.say("and so", "s2")
    found = at.ask(Add("tea"), seq, other)
    with at.store.write(ALL) as tx:
        tx.observations.flag(seq, ["injection"])
    return found


def test_what_happened_later_speaks_against_a_grant() -> None:
    at = auto()
    id = at.ask(Add("tea"), replay=Replay("denied", 9, 1)).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN


def test_a_loop_that_does_not_say_when_it_hesitates_decides_nothing() -> None:
    at = bench(loops={"notes": replace(TRUSTED, hesitates=None)})
    sets(at, level="auto")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert "only people decide this" in turns(at, id)[-1].text


def test_more_evidence_lets_a_grant_decide_what_waited_for_a_person() -> None:
    at = auto(golden_path_confidence="0.79")
    at.say("note: tea", "s1")
    (cycle,) = at.call("mine")["cycles"]
    assert (cycle["fates"], cycle["tiers"]) == ({"filed": 1}, {"human": 1})
    at.say("note: tea", "s2")
    (cycle,) = at.call("mine")["cycles"]
    assert (cycle["fates"], cycle["tiers"]) == ({"granted": 1}, {"execute": 1})
    assert at.note("tea") is not None


def test_what_a_person_has_begun_to_talk_about_is_left_to_people() -> None:
    at = auto(golden_path_confidence="0.8")
    at.say("note: tea", "s1")
    at.call("mine")
    (asked,) = at.call("pending")["proposals"]
    at.call("say", BOB, id=asked["id"], text="Is it?")
    at.say("note: tea", "s2")
    at.call("mine")
    assert at.proposal(asked["id"]).status is Status.HUMAN


def test_a_cycle_that_mines_ends_with_the_tiers() -> None:
    at = auto()
    at.say("note: tea")
    (cycle,) = at.call("mine")["cycles"]
    assert cycle["fates"] == {"granted": 1}
    assert cycle["tiers"] == {"execute": 1}
    assert faults(at.store) == []


def test_a_loop_that_is_off_is_left_alone() -> None:
    at = bench()
    id = at.ask(Add("tea")).id
    sets(at, level="off")
    assert at.call("arbitrate")["loops"] == []
    assert at.proposal(id).status is Status.PENDING


def test_a_sweep_twice_says_nothing_twice() -> None:
    at = bench()
    id = at.ask(Add("tea")).id
    arbitrates(at)
    before = at.digest()
    assert arbitrates(at) == {}
    assert len(turns(at, id)) == 1
    assert at.digest() == before


# ---- the knobs


def test_an_order_with_the_person_first_is_refused_and_says_why() -> None:
    at = bench()
    with pytest.raises(Invalid, match="nothing is left to decide after a person") as told:
        sets(at, chain="human,arbiter")
    assert told.value.next == '"" | none | arbiter | human | arbiter,human'


def test_an_order_that_is_refused_is_warned_of_and_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PASSDOWN_GATE_CHAIN", "human,arbiter")
    shown = bench().call("config.show", name="gate.chain")
    assert shown["settings"][0]["value"] == "human"
    assert any("gate.chain (env): human,arbiter: nothing is left" in w for w in shown["warnings"])


@pytest.mark.parametrize("knob", ["level", "chain", "arbiter_confidence"])
def test_how_far_tiers_go_is_for_an_admin(knob: str) -> None:
    at = bench()
    assert at.call("controls.get", name=f"notes.{knob}")["class"] == "safety"
    with pytest.raises(Forbidden):
        at.call("controls.set", ROBOT, name=f"notes.{knob}", value="auto")


def test_the_golden_path_may_be_tuned() -> None:
    found = bench().call("controls.get", name="notes.golden_path_confidence")
    assert found["class"] == "operational"


def test_a_loops_own_chain_wins_over_the_gates() -> None:
    at = auto()
    at.call("controls.set", ALICE, name="gate.chain", value="none")
    id = at.ask(Add("tea")).id
    sets(at, chain="human")
    arbitrates(at)
    assert at.proposal(id).status is Status.EXECUTED


def test_what_is_told_to_others_is_decided_alone_only_at_auto() -> None:
    at = auto()
    id = at.ask(Shout("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.EXECUTED


def test_a_yes_that_cannot_be_carried_out_goes_to_a_person() -> None:
    broken = replace(TRUSTED, changes=lambda p, c, s: [*NOTES.changes(p, c, s)] * 2)
    at = bench(loops={"notes": broken})
    sets(at, level="auto")
    id = at.ask(Add("tea")).id
    arbitrates(at)
    assert at.proposal(id).status is Status.HUMAN
    assert at.note("tea") is None
    assert faults(at.store) == []
