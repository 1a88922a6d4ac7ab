"""How good a partition is: what a right decision gains at once, and a wrong one loses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals._shapes import shapes
from evals._verdicts import world_of
from passdown.loops.ontology.after import after
from passdown.loops.ontology.graph import Candidate, World
from passdown.loops.ontology.judge import judge
from passdown.loops.ontology.quality import (
    Term,
    blended,
    foreseen,
    gained,
    otherwise,
    regret,
    reversed_by,
    score,
    stickiness,
    uptake,
)

EVERY = {one.name: one for one in shapes()}
AT_ONCE = {"S1": 0.65, "S1b": 0.20, "S2": 0.66, "S4": 0.79, "S5": 0.60, "S6": 0.77}


def _judged(name: str) -> tuple[World, Candidate]:
    of = world_of(EVERY[name])
    return of, judge(of, EVERY[name].subject)


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_the_rules_would_do_gains(name: str) -> None:
    assert foreseen(*_judged(name)) == pytest.approx(AT_ONCE[name], abs=0.01)


@pytest.mark.parametrize("name", ["S1", "S2", "S6"])
def test_half_of_it_is_worse_than_all_of_it(name: str) -> None:
    of, best = _judged(name)
    half = replace(best, routes=best.routes[::2], moved=best.moved[::2])
    if half.action == "MERGE":
        half = replace(half, action="SPLIT_INTO_EXISTING")
    assert foreseen(of, half) < foreseen(of, best)


@pytest.mark.parametrize("name", AT_ONCE)
def test_put_back_it_is_as_it_was(name: str) -> None:
    of, best = _judged(name)
    now = after(of, best)
    back = otherwise(now, dict.fromkeys(best.moved, best.subject))
    assert back.homes == of.homes
    assert gained(score(now), score(back)) == pytest.approx(foreseen(of, best))


def test_who_came_later_to_what_would_not_be_there_is_where_that_came_from() -> None:
    of, best = _judged("S1")
    now = after(of, best, id="new")
    later = replace(now, homes={**now.homes, "b7": "new"})
    back = otherwise(later, dict.fromkeys(best.moved, "primordial"), ("new",), "primordial")
    assert set(back.homes.values()) == {"primordial"}


def test_to_wait_costs_what_could_have_been_gained_and_no_more() -> None:
    of, best = _judged("S2")
    assert regret(of, best) == pytest.approx(-0.66, abs=0.01)
    assert regret(of, None) == 0
    bad = replace(
        best, action="SPLIT_INTO_EXISTING", routes=tuple((f"d{n}", "cloud") for n in range(5))
    )
    assert regret(of, bad) == 0


def test_who_stayed_is_counted_of_those_who_are_still_there() -> None:
    of, best = _judged("S2")
    now = after(of, best)
    moved = dict(best.routes)
    assert stickiness(now, moved) == Term("stickiness", 1.0, 6)
    left = replace(now, homes={**now.homes, "u0": "dc", "u1": "dc", "u2": "dc"})
    assert stickiness(left, moved).value == 0.5


def test_what_came_later_speaks_by_its_ties() -> None:
    of, best = _judged("S2")
    found = uptake(after(of, best), ("u4", "u5"), "cloud", "dc")
    assert found.value == pytest.approx(1.0)
    assert found.n == 13


def test_a_decision_is_reversed_when_half_of_it_is_back() -> None:
    moved = {"a": "x", "b": "x", "c": "y"}
    assert reversed_by(moved, {"a": "x", "c": "y"})
    assert not reversed_by(moved, {"a": "x", "c": "x"})
    assert not reversed_by({}, {})


def test_few_occasions_count_for_nothing() -> None:
    assert blended(0.5, [Term("stickiness", -1.0, 4)]) == 0.5
    assert blended(0.5, [Term("stickiness", 1.0, 5)]) == pytest.approx(0.7)
