"""A yes sets one operational knob from the value that it was asked about, and nothing else."""

from __future__ import annotations

import pytest

from passdown.domain.change import Put
from passdown.domain.errors import Conflict, Invalid
from passdown.domain.proposal import Proposal
from passdown.domain.record import Record
from passdown.loops.tuning.changes import changes, hesitates
from passdown.loops.tuning.doubt import doubt
from passdown.loops.tuning.payload import AdjustControl
from passdown.loops.tuning.replay import UNTOLD, outcome, replay
from passdown.loops.tuning.view import card
from tests.loops.tuning.past import FLOOR, GOLDEN, NOW, corpus, said, settings, told

LOWER = AdjustControl(FLOOR, 0.7, 0.65, "enough")
RAISE = AdjustControl(FLOOR, 0.7, 0.75, "too much")
AT = Record("control", FLOOR, "", {"value": 0.65, "was": 0.7}, version=3)


def test_a_yes_puts_the_control_with_what_it_was() -> None:
    (put,) = changes(LOWER, corpus([]), settings())
    assert isinstance(put, Put)
    assert (put.record.kind, put.record.key, put.record.version) == ("control", FLOOR, 0)
    assert put.record.body == {"value": 0.65, "was": 0.7}
    assert put.record.text == "brief.min_confidence is 0.65"


def test_it_replaces_the_version_that_it_saw() -> None:
    (put,) = changes(AdjustControl(FLOOR, 0.65, 0.7), corpus([], AT), settings())
    assert isinstance(put, Put)
    assert put.record.version == 3


def test_a_knob_that_moved_since_is_a_conflict() -> None:
    with pytest.raises(Conflict, match=r"is 0.65 now, not 0.7"):
        changes(LOWER, corpus([], AT), settings())


@pytest.mark.parametrize(
    ("knob", "why"),
    [
        ("gate.arbiter_budget", "only an admin"),
        ("notes.level", "only an admin"),
        ("notes.arbiter_confidence", "only an admin"),
        ("tuning.golden_path_confidence", "its own terms"),
        ("tuning.rest_days", "its own terms"),
        ("brief.budget", "not turned in steps"),
        ("mine.every", "not turned in steps"),
        ("no.such", "no such knob"),
    ],
)
def test_what_no_proposal_may_turn_is_refused_however_it_was_asked(knob: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        changes(AdjustControl(knob, 0, 1), corpus([]), settings())


@pytest.mark.parametrize("origin", ["env", "flag"])
def test_a_pinned_knob_is_refused(origin: str) -> None:
    with pytest.raises(Invalid, match=f"pinned by {origin}"):
        changes(LOWER, corpus([]), settings(**{FLOOR: origin}))


@pytest.mark.parametrize(
    ("value", "why"), [(1.5, "not between"), (-1, "not between"), (0.7, "already")]
)
def test_a_value_that_is_none_is_refused(value: float, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        changes(AdjustControl(FLOOR, 0.7, value), corpus([]), settings())


def test_only_the_way_back_needs_nobody() -> None:
    back = AdjustControl(FLOOR, 0.65, 0.7)
    assert hesitates(back, corpus([], AT), settings()) == ""
    assert hesitates(LOWER, corpus([]), settings())
    assert hesitates(AdjustControl(FLOOR, 0.65, 0.6), corpus([], AT), settings())
    by_hand = Record("control", FLOOR, "", {"value": 0.65}, version=3)
    assert hesitates(back, corpus([], by_hand), settings())


def test_a_doubt_asks_for_the_way_back_once_for_each_change() -> None:
    one = doubt(AT, "it did not hold", (4,))
    assert one.payload == AdjustControl(FLOOR, 0.65, 0.7, "it did not hold")
    assert (one.evidence, one.title) == ((4,), "Set brief.min_confidence back from 0.65 to 0.7?")
    assert one.key == "brief.min_confidence back from version 3"
    (put,) = changes(one.payload, corpus([], AT), settings())
    assert isinstance(put, Put)
    assert put.record.body["value"] == 0.7


def test_a_value_that_an_admin_set_has_no_way_back() -> None:
    by_hand = Record("control", FLOOR, "", {"value": 0.65}, version=3)
    with pytest.raises(Invalid, match="already"):
        changes(doubt(by_hand, "why", (4,)).payload, corpus([], by_hand), settings())


# ---- what it would have done


def test_the_replay_of_a_step_down_counts_what_more_is_let_through() -> None:
    found = replay(LOWER, corpus([*told(60, 0.9), *told(40, 0.68, right=38)]), settings())
    assert (found.right, found.wrong) == (38, 2)
    assert found.metrics == {"decisions": 100.0, "more_right": 38.0, "more_wrong": 2.0}
    assert found.right_examples == (36, 37, 38)
    assert found.wrong_examples == (39, 40)
    assert "38 right, 2 wrong." in found.sentence
    assert "Right: “note 37”; “note 36”; “note 35”. Wrong: “note 39”; “note 38”." in found.sentence


def test_the_replay_of_a_step_up_lets_nothing_wrong_through() -> None:
    found = replay(RAISE, corpus(told(40, 0.72, right=20)), settings())
    assert (found.right, found.wrong) == (20, 0)
    assert found.metrics == {"decisions": 40.0, "more_right": -20.0, "more_wrong": -20.0}
    assert (len(found.right_examples), len(found.wrong_examples)) == (3, 3)


def test_a_replay_says_so_where_the_past_says_nothing() -> None:
    assert replay(AdjustControl("gate.max_open", 1, 2), corpus([]), settings()).sentence == UNTOLD
    assert "none would be" in replay(LOWER, corpus([]), settings()).sentence


# ---- whether it held


def asked(payload: AdjustControl) -> Proposal:
    plain = {"action": "ADJUST_CONTROL", "knob": payload.knob, "was": payload.was}
    return Proposal(
        "p1", "tuning", "ADJUST_CONTROL", {**plain, "value": payload.value}, (), "x", NOW, NOW
    )


@pytest.mark.parametrize(
    ("payload", "stated", "n", "right", "score"),
    [
        (LOWER, 0.68, 20, 20, 0.1),
        (LOWER, 0.68, 20, 10, -0.4),
        (LOWER, 0.68, 3, 2, 0.0),
        (LOWER, 0.68, 3, 0, -0.9),
        (RAISE, 0.72, 20, 10, 0.4),
        (RAISE, 0.72, 40, 40, -0.1),
        (RAISE, 0.72, 20, 20, 0.0),
    ],
)
def test_the_outcome_falls_below_0_only_where_its_number_shows_that_it_did_not_hold(
    payload: AdjustControl, stated: float, n: int, right: int, score: float
) -> None:
    past = corpus([*told(50, stated), *told(n, stated, right=right, at="2026-05-01T00:00:00.000Z")])
    found = outcome(asked(payload), past, settings(), "2026-04-01T00:00:00.000Z")
    assert found is not None
    assert found.n == n
    assert found.score == pytest.approx(score)


def test_there_is_no_outcome_while_nothing_is_known() -> None:
    past = corpus(told(50, 0.68))
    assert outcome(asked(LOWER), past, settings(), "2026-04-01T00:00:00.000Z") is None
    other = AdjustControl("gate.max_open", 1, 2)
    assert outcome(asked(other), past, settings(), "") is None


def test_answers_since_tell_how_a_step_of_the_classifier_did() -> None:
    past = corpus(said(100, 0.72, yes=73))
    found = outcome(asked(AdjustControl(GOLDEN, 0.7, 0.75)), past, settings(), "")
    assert found is not None
    assert found.score > 0


def test_the_card_shows_the_question_the_reason_and_the_difference() -> None:
    past = corpus(told(40, 0.68))
    shown = card(LOWER, past.get([1, 2]), replay(LOWER, past, settings()))
    lines = list(shown.lines())
    assert lines[0] == "Should brief.min_confidence be 0.65 instead of 0.7?"
    assert "- brief.min_confidence = 0.7" in lines
    assert "+ brief.min_confidence = 0.65" in lines
    assert any(line.startswith("Replay: Of 40 past decisions 40 more") for line in lines)
