"""With `claims.level` granted by an admin the loop closes with nobody present: a session ends, it
is read, mined and stored, and the next one is told. Granted, not earned: it says so everywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from passdown.domain.actor import system
from passdown.domain.errors import Forbidden
from passdown.domain.observation import Trust
from passdown.domain.record import Life
from passdown.testing import faults
from passdown.up.run import SAMPLES
from tests.desk import ROBOT, Desk
from tests.journeys.desk import WEB, brief, claims, claims_desk, hears, mines, waiting

RULE = "Always run `make check` before you push."
WORKER = system("worker")


@pytest.fixture
def at() -> Desk:
    return claims_desk()


def granted(at: Desk, level: str = "auto") -> None:
    at.call("controls.set", name="claims.level", value=level, reason="we trust it")


def reads(at: Desk, folder: Path, *names: str) -> None:
    """Sessions end, one after the other; the worker reads and mines each."""
    for name in names:
        shutil.copy(SAMPLES / f"session_{name}.jsonl", folder)
        at.call("ingest", WORKER, paths=[str(folder)])
        at.clock.advance(seconds=60)
        at.call("mine", WORKER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "transcripts"
    made.mkdir()
    return made


def test_what_five_sessions_taught_is_in_the_next_brief_with_nobody_present(at: Desk, folder: Path):
    granted(at)
    reads(at, folder, "failure", "partial", "success", "patterns", "questions")
    told = brief(at, "tidewatch")
    for lesson in (
        "`uv run pytest` works.",
        "UTC in `readings.recorded_at`",
        "make check",
        "British spelling",
        "Never edit a migration that has been deployed",
        "Thursdays",
        "`data/datums.csv`",
    ):
        assert lesson in told, told
    assert "maintenance mode" not in told
    assert "curl" not in told
    assert all(claim.confidence > 0.7 for claim in claims(at))
    assert faults(at.store) == []


def test_the_lesson_of_the_first_session_is_told_to_the_third(at: Desk, folder: Path):
    granted(at)
    reads(at, folder, "failure")
    assert "uv run pytest" not in brief(at, "tidewatch")
    reads(at, folder, "partial")
    assert "uv run pytest" in brief(at, "tidewatch")


def test_without_a_grant_everything_waits_for_a_person(at: Desk, folder: Path):
    reads(at, folder, "failure", "partial")
    assert claims(at) == []
    assert brief(at, "tidewatch") == ""
    assert len(waiting(at)) >= 2


def test_what_nobody_approved_says_so_wherever_it_is_shown(at: Desk):
    granted(at)
    hears(at, RULE)
    (claim,) = claims(at)
    told = brief(at)
    assert "approved by a person; what says granted, nobody." in told
    assert "(fact, granted)" in told
    why = at.call("why", id=claim.id)
    assert why["decision"]["flags"] == ["granted"]
    assert why["decision"]["decided_by"] == "system:gate"
    assert why["decision"]["reason"].startswith("granted to claims (auto) by alice on 2026-")
    (shown,) = at.call("status")["granted"]
    assert (shown["loop"], shown["level"], shown["by"]) == ("claims", "auto", "alice")
    (setting,) = at.call("config.show", name="claims.level")["settings"]
    assert (setting["value"], setting["origin"]) == ("auto", "control")


def test_a_brief_that_people_approved_says_nothing_of_grants(at: Desk):
    at.call("add", text=RULE, scope=WEB, confirm=True)
    assert "approved by a person. Data" in brief(at)
    assert "granted" not in brief(at)


def test_each_can_be_undone_and_then_only_a_person_says_it_again(at: Desk):
    granted(at)
    hears(at, RULE)
    (claim,) = claims(at)
    at.call("undo", id=claim.made_by)
    assert brief(at) == ""
    hears(at, RULE, "please always run `make check` before pushing")
    assert claims(at) == []
    assert faults(at.store) == []


def test_what_is_not_sure_enough_waits(at: Desk):
    granted(at)
    hears(at, "We use pnpm, not npm.")
    assert len(claims(at)) == 1
    payload = {
        "action": "ADD",
        "text": "The API listens on port 8080.",
        "category": "fact",
        "scope": WEB,
        "confidence": 0.95,
    }
    at.call("propose", ROBOT, loop="claims", payload=payload, text="I saw it.")
    mines(at)
    assert len(claims(at)) == 1


def test_what_contradicts_waits_whichever_came_first(at: Desk):
    granted(at)
    hears(at, "We use port 8080 for the API.", "We use port 8443 for the API.")
    assert claims(at) == []
    assert len(waiting(at)) == 2


def test_what_contradicts_what_is_told_waits_and_both_are_told_to_nobody(at: Desk):
    granted(at)
    hears(at, "We use port 8080 for the API.")
    hears(at, "We use port 8443 for the API.")
    (claim,) = claims(at)
    assert claim.life is Life.CONTESTED
    assert [one["action"] for one in waiting(at)] == ["SUPERSEDE"]
    assert "port" not in brief(at)


def test_what_was_quarantined_or_is_trusted_little_is_never_decided(at: Desk):
    granted(at)
    at.say(RULE, "s1", scope=WEB, flags=("injection",))
    at.say("We use pnpm, not npm.", "s2", scope=WEB, trust=Trust.WEB)
    mines(at)
    assert claims(at) == []


def test_evidence_that_went_to_quarantine_since_stops_it(at: Desk):
    hears(at, RULE, "please always run `make check` before pushing")
    (asked,) = waiting(at)
    granted(at)
    from passdown.domain.scope import ALL

    with at.store.write(ALL) as tx:
        tx.observations.flag(asked["evidence"][0], ("injection",))
    at.clock.advance(seconds=60)
    mines(at)
    assert claims(at) == []


def test_questions_that_waited_when_it_was_granted_are_decided_in_the_next_cycle(at: Desk):
    hears(at, RULE)
    assert len(waiting(at)) == 1
    granted(at)
    assert mines(at)["granted"] == 1
    assert waiting(at) == []


def test_a_grant_can_be_taken_back(at: Desk):
    granted(at)
    granted(at, "suggest")
    hears(at, RULE)
    assert claims(at) == []
    assert at.call("status")["granted"] == []


def test_auto_safe_takes_nothing_before_a_threshold_was_accepted(at: Desk):
    granted(at, "auto_safe")
    hears(at, RULE, "please always run `make check` before pushing")
    assert claims(at) == []
    (asked,) = waiting(at)
    told = at.call("show", id=asked["id"])["messages"][0]["text"]
    assert "no threshold was accepted for ADD" in told


def test_no_setting_widens_what_was_granted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PASSDOWN_CLAIMS_LEVEL", "auto")
    at = claims_desk()
    hears(at, RULE)
    assert claims(at) == []
    assert at.call("status")["granted"] == []


def test_a_setting_narrows_what_was_granted(monkeypatch: pytest.MonkeyPatch):
    at = claims_desk()
    granted(at)
    monkeypatch.setenv("PASSDOWN_CLAIMS_LEVEL", "suggest")
    at.app._settings = None
    hears(at, RULE)
    assert claims(at) == []


def test_only_an_admin_grants(at: Desk):
    with pytest.raises(Forbidden):
        at.call("controls.set", ROBOT, name="claims.level", value="auto")
