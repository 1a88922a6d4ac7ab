"""A budget is over when its seconds are used up, and not before."""

from __future__ import annotations

from passdown.stages.mine.budget import Budget


def test_a_budget_runs_from_when_it_was_made() -> None:
    ticks = iter([100.0, 100.0, 101.5, 102.0, 103.0])
    budget = Budget(2, tick=lambda: next(ticks))
    assert not budget.over
    assert budget.spent == 1.5
    assert budget.over
    assert budget.spent == 3.0


def test_a_budget_of_nothing_is_over_at_once() -> None:
    assert Budget(0).over


def test_the_clock_of_a_budget_is_the_machines_own() -> None:
    assert not Budget(3600).over
