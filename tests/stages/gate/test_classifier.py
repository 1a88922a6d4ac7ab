"""The classifier: as sure as the detector, the decisions so far and the replay allow, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from passdown.domain.proposal import Proposal
from passdown.stages.gate.classifier import classify, confident
from passdown.text.calibrate import Curve, Pair, recalibrated

ASKED = Proposal("p", "notes", "ADD", {"action": "ADD"}, (1,), "system:notes", "t", "d")


def asked(sure: float, right: int = 0, wrong: int = 0, **how: Any) -> Proposal:
    return replace(ASKED, confidence=sure, replay={"right": right, "wrong": wrong}, **how)


def test_what_is_sure_enough_and_undisputed_is_approved() -> None:
    said = classify(asked(0.9), golden=0.9)
    assert (said.verdict, said.confidence) == ("approve", 0.9)
    assert confident(said)
    assert said.text == "the detector is 0.90 sure; 0.90 is asked for"


def test_a_little_less_is_escalated() -> None:
    assert not confident(classify(asked(0.899), golden=0.9))


def test_what_the_replay_speaks_against_is_escalated_however_sure() -> None:
    said = classify(asked(1.0, right=1000, wrong=1), golden=0.5)
    assert not confident(said)
    assert "what happened later speaks against it" in said.text


def test_what_was_answered_before_is_escalated() -> None:
    said = classify(asked(1.0, flags=("asked_before:x",)), golden=0.5)
    assert "it was answered before" in said.detail["reasons"]
    assert not confident(said)


def test_no_surer_than_the_replay_bears_out() -> None:
    said = classify(asked(0.99, right=5, wrong=5), golden=0.9)
    assert said.confidence is not None
    assert said.confidence < 0.77
    assert "replayed, 5 of 10 were right (0.24 to 0.76)" in said.text


def test_a_good_replay_makes_nothing_surer() -> None:
    assert classify(asked(0.6, right=500), golden=0.9).confidence == 0.6


def test_decisions_correct_what_the_detector_states() -> None:
    curve = recalibrated([Pair(0.9, n % 2 == 0) for n in range(60)])
    said = classify(asked(0.9), golden=0.9, curve=curve)
    assert said.confidence == pytest.approx(0.5, abs=0.05)
    assert "60 decisions on such questions make that 0.5" in said.text


def test_too_few_decisions_correct_nothing() -> None:
    few = recalibrated([Pair(0.9, False)] * 29)
    assert few == Curve("none", 29)
    said = classify(asked(0.9), golden=0.9, curve=few)
    assert said.confidence == 0.9
    assert said.text == "the detector is 0.90 sure; 0.90 is asked for"


def test_thirty_decisions_are_enough_to_correct() -> None:
    enough = recalibrated([Pair(0.9, False)] * 30)
    assert "30 decisions on such questions" in classify(asked(0.9), golden=0.9, curve=enough).text


@pytest.mark.parametrize(("stated", "sure"), [(1.5, 1.0), (-0.5, 0.0), (0.123456, 0.1235)])
def test_how_sure_it_is_is_told_from_nought_to_one_in_four_digits(
    stated: float, sure: float
) -> None:
    assert classify(asked(stated), golden=0.9).confidence == sure


def test_what_was_never_replayed_has_nothing_for_or_against_it() -> None:
    said = classify(replace(asked(0.9), replay={}), golden=0.9)
    assert said.text == "the detector is 0.90 sure; 0.90 is asked for"


def test_other_words_are_a_yes_too() -> None:
    said = classify(asked(0.9), golden=0.9)
    assert confident(said._replace(verdict="modify"))
    assert not confident(said._replace(verdict="escalate"))


@given(st.floats(0, 1), st.integers(0, 99), st.integers(0, 99), st.floats(0, 1))
def test_it_is_a_function_of_what_it_is_given(
    sure: float, right: int, wrong: int, golden: float
) -> None:
    p = asked(sure, right, wrong)
    said = classify(p, golden=golden)
    assert said == classify(p, golden=golden)
    assert said.confidence is not None
    assert 0 <= said.confidence <= sure + 1e-4
    assert confident(said) <= (wrong == 0)


def test_the_first_tier_and_its_answers_are_called_so() -> None:
    told = [classify(asked(0.9), golden=golden) for golden in (0.9, 0.91)]
    assert [(one.tier, one.verdict) for one in told] == [
        ("classifier", "approve"),
        ("classifier", "escalate"),
    ]
    assert confident(told[0]._replace(verdict="modify"))
