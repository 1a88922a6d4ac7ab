"""Who is at home where after each decision: what later ones moved is put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.loops.ontology.bench import Bench, bench
from tests.loops.ontology.machine import told

DONOR, INTO = {"key": "A", "name": "A"}, {"key": "B", "name": "B"}


@pytest.fixture
def at() -> Iterator[Bench]:
    made = bench()
    made.read(told(["A"] * 12 + ["B"] * 6))
    made.quick()
    yield made
    made.close()


def decide(at: Bench, raw: Mapping[str, Any]) -> str:
    at.clock.advance(seconds=1)
    asked = at.ask(raw)
    assert asked is not None
    at.call("approve", id=asked.id)
    return asked.id


def sizes(at: Bench, step: int = -1) -> dict[str, int]:
    found = at.call("ontology.regions", step=step)
    return {one["name"]: one["concepts"] for one in found["ontologies"]}


def test_each_decision_is_a_step_and_earlier_homes_are_told(at: Bench) -> None:
    first = ["c00", "c01", "c02", "c03", "c04", "c05"]
    decide(at, {"action": "SPLIT_NEW", "donor": DONOR, "concepts": first, "name": "C"})
    move = {"action": "SPLIT_INTO_EXISTING", "donor": DONOR, "concepts": ["c06"], "into": INTO}
    id = decide(at, move)
    assert sizes(at) == {"A": 5, "B": 7, "C": 6}
    assert sizes(at, 1) == {"A": 6, "B": 6, "C": 6}
    assert sizes(at, 0) == {"A": 12, "B": 6}
    at.call("undo", id=id)
    assert sizes(at) == {"A": 6, "B": 6, "C": 6}
    assert sizes(at, 0) == {"A": 12, "B": 6}


def test_what_came_later_was_not_there(at: Bench) -> None:
    move = {"action": "SPLIT_INTO_EXISTING", "donor": DONOR, "concepts": ["c06"], "into": INTO}
    decide(at, move)
    at.read(told(["B"] * 3, first=30))
    assert sizes(at) == {"A": 11, "B": 10}
    assert sizes(at, 0) == {"A": 12, "B": 6}


def test_the_concepts_with_most_ties_are_drawn_with_the_ties_among_them(at: Bench) -> None:
    found = at.call("ontology.regions", limit=4)
    shown = {node["name"] for node in found["nodes"]}
    assert len(shown) == 4
    assert all({edge["from"], edge["to"]} <= shown for edge in found["edges"])
    assert (found["concepts"], found["steps"], found["title"]) == (18, 0, "")
