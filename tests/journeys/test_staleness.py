"""A claim that no longer holds, or that a newer one contradicts, is told to nobody until a person
has answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.record import Life
from passdown.testing import faults
from tests.desk import ALICE, ROBOT, Desk
from tests.journeys.desk import brief, claims, claims_desk, hears, says_yes, waiting

OLD, NEW = "Remember that the API listens on port 8080.", "Remember: the API listens on port 8443."
PLACE = "The feature flags live in `config/flags.toml`."


@pytest.fixture
def at() -> Desk:
    return claims_desk()


@pytest.fixture
def checkout(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of the repo web, in which the test stands."""
    folder = home / "web"
    (folder / ".git").mkdir(parents=True)
    (folder / "config").mkdir()
    (folder / "config" / "flags.toml").write_text("dark = true\n")
    monkeypatch.chdir(folder)
    return folder


def checked(at: Desk, **how: Any) -> str:
    """What became of the check of the only claim."""
    at.clock.advance(seconds=60)
    (row,) = at.call("check", **how)["records"]
    result: str = row["result"]
    return result


def known_place(at: Desk) -> None:
    at.call("add", text=PLACE, scope="repo:web", confirm=True)
    assert PLACE in brief(at)


# ---- a check that fails


def test_a_claim_whose_check_fails_leaves_the_brief_and_asks_for_review(at: Desk, checkout: Path):
    known_place(at)
    assert checked(at) == "holds"
    (checkout / "config" / "flags.toml").unlink()
    assert checked(at) == "fails"
    assert PLACE not in brief(at)
    (asked,) = waiting(at)
    assert asked["action"] == "RETIRE"
    assert "exists config/flags.toml" in asked["payload"]["reason"]
    assert [claim.life for claim in claims(at)] == [Life.CONTESTED]
    assert faults(at.store) == []


def test_one_failure_is_asked_once_and_a_no_brings_the_claim_back(at: Desk, checkout: Path):
    known_place(at)
    (checkout / "config" / "flags.toml").unlink()
    checked(at)
    checked(at)
    (asked,) = waiting(at)
    at.call("reject", id=asked["id"], reason="only gone on this branch")
    assert PLACE in brief(at)
    checked(at)
    assert waiting(at) == []
    assert PLACE in brief(at)


def test_a_yes_ends_it_and_the_past_still_knows_it(at: Desk, checkout: Path):
    known_place(at)
    then = at.clock.now()
    (checkout / "config" / "flags.toml").unlink()
    at.clock.advance(seconds=86_400)
    checked(at)
    says_yes(at)
    assert [claim.life for claim in claims(at)] == [Life.ARCHIVED]
    assert at.call("search", query="feature flags live")["results"] == []
    past = at.call("search", query="feature flags live", as_of=then)["results"]
    assert [found["text"] for found in past] == [PLACE]


@pytest.mark.parametrize("elsewhere", ["other", "web/inner"])
def test_a_checkout_of_another_repo_says_nothing(
    at: Desk, checkout: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: str
):
    known_place(at)
    folder = checkout.parent / elsewhere
    folder.mkdir(parents=True)
    if elsewhere == "other":
        (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    assert checked(at) == ("skipped" if elsewhere == "other" else "holds")


def test_no_agent_checks_a_folder_that_it_made(at: Desk, checkout: Path):
    known_place(at)
    with pytest.raises(Forbidden, match="by people and by the worker"):
        at.call("check", ROBOT)


def test_a_folder_is_named_at_a_terminal_only(at: Desk, checkout: Path):
    with pytest.raises(Invalid, match="at a terminal only"):
        at.call("check", at=str(checkout))


# ---- a newer claim that contradicts


def contradicted(at: Desk) -> None:
    hears(at, OLD)
    says_yes(at)
    hears(at, NEW)


def test_a_claim_that_a_newer_one_contradicts_leaves_the_brief_and_asks_for_review(at: Desk):
    contradicted(at)
    assert "8080" not in brief(at)
    (asked,) = waiting(at)
    assert asked["action"] == "SUPERSEDE"
    assert "Three answers" in str(at.call("show", id=asked["id"])["card"])
    (claim,) = claims(at)
    assert claim.life is Life.CONTESTED
    assert faults(at.store) == []


def test_the_first_answer_puts_the_new_claim_in_its_place(at: Desk):
    contradicted(at)
    says_yes(at)
    assert "8443" in brief(at)
    assert "8080" not in brief(at)
    lives = {claim.text: claim.life for claim in claims(at)}
    assert sorted(lives.values()) == [Life.ACTIVE, Life.SUPERSEDED]
    hears(at)
    assert waiting(at) == []


def test_the_second_answer_lets_both_hold(at: Desk):
    contradicted(at)
    done = says_yes(at, answer="keep-both")
    assert done["action"] == "KEEP_BOTH"
    assert "8443" in brief(at)
    assert "8080" in brief(at)
    hears(at)
    assert waiting(at) == []


def test_the_third_answer_keeps_what_is_told(at: Desk):
    contradicted(at)
    (asked,) = waiting(at)
    at.call("reject", id=asked["id"], reason="that was the other service")
    assert "8080" in brief(at)
    assert "8443" not in brief(at)
    hears(at)
    assert waiting(at) == []


def test_a_question_that_nobody_answers_lets_the_claim_stand_again(at: Desk):
    contradicted(at)
    at.clock.advance(seconds=15 * 86_400)
    at.call("expire")
    assert "8080" in brief(at)


def test_what_was_replaced_comes_back_when_that_is_undone(at: Desk):
    contradicted(at)
    done = says_yes(at)
    at.call("undo", id=done["id"])
    assert "8080" in brief(at)
    assert "8443" not in brief(at)
    assert faults(at.store) == []


def test_then_and_now_are_told_apart(at: Desk):
    hears(at, OLD)
    says_yes(at)
    at.clock.advance(seconds=86_400)
    before = at.clock.now()
    hears(at, NEW)
    at.clock.advance(seconds=10 * 86_400)
    says_yes(at)
    (now,) = at.call("search", query="which port does the API listen on")["results"]
    (then,) = at.call("search", query="which port does the API listen on", as_of=before)["results"]
    assert "8443" in now["text"]
    assert "8080" in then["text"]


def test_what_was_said_before_it_was_replaced_does_not_ask_again(at: Desk):
    contradicted(at)
    says_yes(at)
    at.clock.advance(seconds=86_400)
    hears(at)
    assert waiting(at) == []
    hears(at, OLD)
    (asked,) = waiting(at)
    assert "8080" in asked["payload"]["text"]


def test_an_agent_cannot_take_a_claim_out_of_the_brief(at: Desk):
    hears(at, OLD)
    says_yes(at)
    (claim,) = claims(at)
    payload = {"action": "RETIRE", "target": claim.key, "reason": "I do not like it"}
    at.call("propose", ROBOT, loop="claims", payload=payload, text="I do not like it.")
    assert len(waiting(at)) == 1
    assert "8080" in brief(at)


def test_a_statement_in_one_repo_does_not_take_a_claim_of_all_repos_away(at: Desk):
    at.call("add", ALICE, text="Always use spaces for indentation.", scope="global", confirm=True)
    hears(at, "Always use tabs for indentation, not spaces.")
    (asked,) = waiting(at)
    assert asked["action"] == "SUPERSEDE"
    assert "spaces" in brief(at, "api")


def test_two_claims_that_contradict_each_other_ask_which_of_them_holds(at: Desk):
    hears(at, OLD, NEW)
    at.clock.advance(seconds=60)
    for one in waiting(at):
        at.call("approve", id=one["id"], reason="yes")
    assert {claim.life for claim in claims(at)} == {Life.ACTIVE}
    hears(at)
    (asked,) = waiting(at)
    assert (asked["action"], "8443" in asked["payload"]["text"]) == ("SUPERSEDE", True)
    assert "8080" not in brief(at)
    assert "8443" in brief(at)
