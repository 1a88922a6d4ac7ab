"""One lesson, reworded in many sessions, is one claim with all of them behind it."""

from __future__ import annotations

import pytest

from tests.desk import ROBOT, Desk
from tests.journeys.desk import brief, claims, claims_desk, hears, mines, says_yes, waiting

REWORDED = (
    "Always run `make check` before you push.",
    "please always run `make check` before pushing",
    "Never push without running `make check`.",
    "From now on run `make check` before every push.",
    "Remember: always run make check before pushing.",
)


@pytest.fixture
def at() -> Desk:
    return claims_desk()


def test_the_same_lesson_in_five_sessions_reworded_is_one_claim_with_five_sessions(at: Desk):
    hears(at, *REWORDED)
    (asked,) = waiting(at)
    assert len(asked["evidence"]) == 5
    says_yes(at)
    (claim,) = claims(at)
    assert len(claim.body["sessions"]) == 5
    assert brief(at).count("make check") == 1


def test_each_wording_joins_the_open_question_when_it_comes(at: Desk):
    sure = []
    for wording in REWORDED:
        hears(at, wording)
        (asked,) = waiting(at)
        sure.append(asked["confidence"])
    assert sure == sorted(sure)
    assert sure[-1] > sure[0]
    assert len(asked["evidence"]) == 5


def test_each_wording_joins_the_claim_when_it_was_approved_and_nobody_is_asked(at: Desk):
    hears(at, "We use pnpm, not npm.")
    says_yes(at)
    (before,) = claims(at)
    hears(at, "Use pnpm instead of npm.", "We use pnpm rather than npm.")
    (after,) = claims(at)
    assert waiting(at) == []
    assert (after.text, after.scope, after.trust) == (before.text, before.scope, before.trust)
    assert len(after.body["sessions"]) == len(before.body["sessions"]) + 2
    assert before.confidence < after.confidence <= 0.9
    assert mines(at).get("joined", 0) == 0


def test_what_the_same_session_repeats_corroborates_nothing(at: Desk):
    at.say(REWORDED[0], "s1", scope="repo:web")
    mines(at)
    says_yes(at)
    (before,) = claims(at)
    at.say(REWORDED[1], "s1", scope="repo:web")
    assert mines(at).get("joined", 0) == 0
    assert claims(at) == [before]


def test_an_echo_of_what_was_served_corroborates_nothing(at: Desk):
    hears(at, REWORDED[0])
    says_yes(at)
    (before,) = claims(at)
    at.say(REWORDED[1], "s9", scope="repo:web", flags=("echo",))
    mines(at)
    assert claims(at) == [before]


def test_what_an_agent_proposes_in_other_words_is_evidence_and_no_second_question(at: Desk):
    hears(at, REWORDED[0])
    (asked,) = waiting(at)
    payload = {
        "action": "ADD",
        "text": "Run `make check` before pushing.",
        "category": "fact",
        "scope": "repo:web",
        "confidence": 0.5,
    }
    answer = at.call("propose", ROBOT, loop="claims", payload=payload, text="I was told so.")
    assert (answer["fate"], answer["proposal"]) == ("attached", asked["id"])
    (still,) = waiting(at)
    assert still["payload"]["text"] == asked["payload"]["text"]


def test_a_session_that_is_read_late_changes_no_question(at: Desk):
    hears(at, REWORDED[1])
    (asked,) = waiting(at)
    at.clock.advance(seconds=-2 * 86_400)
    at.say(REWORDED[2], "older", scope="repo:web")
    at.clock.advance(seconds=2 * 86_400)
    mines(at)
    (still,) = waiting(at)
    assert still["id"] == asked["id"]
    assert len(still["evidence"]) == 2


def test_another_value_is_another_question_on_whose_card_the_first_stands(at: Desk):
    hears(at, "We use port 8080 for the API.", "We use port 8443 for the API.")
    one, other = waiting(at)
    assert one["payload"]["against"] == [other["payload"]["text"]]
    card = at.call("show", id=one["id"])["card"]
    assert other["payload"]["text"] in str(card)
