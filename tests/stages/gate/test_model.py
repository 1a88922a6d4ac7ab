"""The model that classifies: what it can pick, and what it may take."""

from __future__ import annotations

from passdown.stages.gate import model


def test_that_somebody_else_decides_is_always_on_the_menu_and_last() -> None:
    assert model.menu(("ADD", "ESCALATE", "DROP")) == ("ADD", "DROP", "ESCALATE")
    assert model.menu(()) == ("ESCALATE",)


def test_it_is_asked_twice_at_most_each_time_for_two_thousand_tokens() -> None:
    assert (model.ATTEMPTS, model.TOKENS) == (2, 2000)
