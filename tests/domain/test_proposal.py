"""The states of a proposal: the whole table of what may follow what, and what the wire says."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from passdown.domain.proposal import (
    FINAL,
    FORGOTTEN,
    OPEN,
    PUBLIC,
    STATUS_VALUES,
    TRANSITIONS,
    Mark,
    Message,
    Proposal,
    Status,
    Verdict,
)
from passdown.domain.scope import GLOBAL

ASKED = Proposal("p", "notes", "ADD", {"action": "ADD"}, (1,), "system:notes", "t", "d")
ENDS = {"executed", "rejected", "failed", "expired"}
AFTER = {
    "pending": {"arbiter", "human"} | ENDS,
    "arbiter": {"human"} | ENDS,
    "human": ENDS,
    "executed": set(),
    "rejected": set(),
    "failed": set(),
    "expired": set(),
}
TOLD = {
    "pending": "pending",
    "arbiter": "pending",
    "human": "pending",
    "executed": "approved",
    "rejected": "rejected",
    "failed": "rejected",
    "expired": "expired",
}


def test_what_may_follow_what_is_this_table_and_nothing_else() -> None:
    assert {s.value: {to.value for to in after} for s, after in TRANSITIONS.items()} == AFTER


def test_each_state_is_told_by_one_of_four_words() -> None:
    assert {s.value: told for s, told in PUBLIC.items()} == TOLD
    assert STATUS_VALUES == ("pending", "approved", "rejected", "expired")


@pytest.mark.parametrize("status", Status)
def test_a_question_is_open_until_it_is_in_one_of_four_final_states(status: Status) -> None:
    asked = Proposal("p", "notes", "ADD", {}, (), "system:notes", "t", "d", status=status)
    assert asked.open is (status.value not in ENDS)
    assert (status in OPEN) is (status not in FINAL) is (status.value not in ENDS)


def test_a_question_that_was_just_asked_says_nothing_that_nobody_said() -> None:
    assert (ASKED.status, ASKED.version, ASKED.scope) == (Status.PENDING, 1, GLOBAL)
    assert (ASKED.original, ASKED.replay, ASKED.flags) == (None, {}, ())
    assert (ASKED.confidence, ASKED.value) == (0.0, 0.0)
    said = (ASKED.decided_by, ASKED.decided_at, ASKED.reason, ASKED.failure_code)
    assert said == ("", "", "", "")
    assert (ASKED.title, ASKED.fingerprint, ASKED.digest) == ("", "", "")


@pytest.mark.parametrize(
    "kept",
    [
        ASKED,
        Message("p", 1, "t", "bob", "human", Verdict.SAY, "so"),
        Mark("p", "undone", "t", "bob"),
    ],
    ids=lambda kept: type(kept).__name__,
)
def test_what_was_asked_said_and_marked_cannot_be_changed(kept: object) -> None:
    name = "status" if isinstance(kept, Proposal) else "actor"
    with pytest.raises(FrozenInstanceError):
        setattr(kept, name, "x")
    assert not hasattr(kept, "__dict__")


def test_verdicts_and_the_flag_of_what_was_forgotten_are_told_by_these_words() -> None:
    words = "approve modify second reject escalate say advise expire"
    assert [verdict.value for verdict in Verdict] == words.split()
    assert FORGOTTEN == "forgotten"
    assert (
        Message("p", 1, "t", "b", "h", Verdict.SAY, "").detail,
        Mark("p", "n", "t", "b").detail,
    ) == (
        {},
        {},
    )
