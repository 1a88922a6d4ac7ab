"""Who comes from another tool may go on calling knobs and tiers what they were called there."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown import config
from passdown.domain import names
from passdown.domain.errors import Invalid
from tests.desk import desk


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("escalation_chain", "gate.chain"),
        ("notes.escalation_chain", "notes.chain"),
        ("gate.escalation_chain", "gate.chain"),
        ("phone_a_friend_cost_budget", "gate.arbiter_budget"),
        ("claims.opus_confidence", "claims.arbiter_confidence"),
        ("claims.automation_level", "claims.level"),
        ("claims.golden_path_confidence", "claims.golden_path_confidence"),
        ("brief.budget", "brief.budget"),
        ("nothing", "nothing"),
    ],
)
def test_a_knob_has_our_name(theirs: str, ours: str) -> None:
    assert names.knob(theirs) == ours
    assert names.knob(ours) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("opus,human", "arbiter,human"), ("[opus]", "arbiter"), ("human", "human"), ("", "")],
)
def test_a_tier_has_our_name(theirs: str, ours: str) -> None:
    assert names.tiers(theirs) == ours


def test_a_decision_by_their_names_turns_our_knob() -> None:
    at = desk()
    at.call("controls.set", name="escalation_chain", value="opus, human")
    at.call("controls.set", name="notes.opus_confidence", value="0.9")
    assert at.call("controls.get", name="gate.chain")["value"] == "arbiter,human"
    assert at.call("controls.get", name="notes.arbiter_confidence")["value"] == 0.9
    assert len(at.call("controls.history", name="escalation_chain")["turns"]) == 1
    at.call("controls.reset", name="escalation_chain")
    assert at.call("controls.get", name="gate.chain")["value"] == "human"
    with pytest.raises(Invalid, match="human,arbiter"):
        at.call("controls.set", name="escalation_chain", value="human,opus")


def test_a_file_and_a_variable_may_say_it_in_their_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text('escalation_chain = "opus,human"\n')
    monkeypatch.setenv("PASSDOWN_PHONE_A_FRIEND_COST_BUDGET", "7")
    found = config.load(tmp_path, tmp_path)
    assert found.text("gate.chain") == "arbiter,human"
    assert found.whole("gate.arbiter_budget") == 7
    assert found.warnings == ()
