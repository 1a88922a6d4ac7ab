"""The model that classifies: what it can pick, and what it may take."""

from __future__ import annotations

from passdown.domain.proposal import Proposal
from passdown.stages.gate import model
from passdown.stages.gate.arbiter import Bundle


def test_that_somebody_else_decides_is_always_on_the_menu_and_last() -> None:
    assert model.menu(("ADD", "ESCALATE", "DROP")) == ("ADD", "DROP", "ESCALATE")
    assert model.menu(()) == ("ESCALATE",)


def test_it_is_asked_twice_at_most_each_time_for_two_thousand_tokens() -> None:
    assert (model.ATTEMPTS, model.TOKENS) == (2, 2000)


def test_a_fault_is_told_only_where_there_was_one() -> None:
    asked = Proposal("p", "notes", "ADD", {"action": "ADD"}, (1,), "system:notes", "t", "d")
    bundle = Bundle(asked, [], {}, [], {}, {})
    assert '"fault">' not in model.prompt(bundle, "b" * 24, ("ADD",))
    assert '"fault">' in model.prompt(bundle, "b" * 24, ("ADD",), "no object")
