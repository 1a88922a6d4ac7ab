"""How decisions about ontologies did later, and the way back where one did harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.loops.ontology_gate.shelf import Shelf, bitbucket, clique, names, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DC, CLOUD = {"key": "dc", "name": "dc"}, {"key": "cloud", "name": "cloud"}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path, bitbucket())
    yield made
    made.world.close()


def live_on(shelf: Shelf, days: float, events: int) -> None:
    """So many days, in which so much was decided."""
    for n in range(events):
        shelf.world.clock.advance(hours=1)
        shelf.call("add", name=f"thing {n} of {shelf.world.clock.now()}")
    shelf.world.clock.advance(days=days)


def outcomes(shelf: Shelf) -> list[dict[str, Any]]:
    return list(shelf.world.call("outcomes")["outcomes"])


def moves(donor: dict[str, str], into: dict[str, str], concepts: list[str]) -> dict[str, Any]:
    action = "SPLIT_INTO_EXISTING"
    return {"action": action, "donor": donor, "into": into, "concepts": concepts}


def test_what_ordered_things_better_did_well(shelf: Shelf) -> None:
    shelf.approve(shelf.propose(moves(DC, CLOUD, names("u", 6))))
    live_on(shelf, 1, 6)
    (row,) = outcomes(shelf)
    assert row["score"] > 0.3
    assert row["asked"] == ""


def test_where_nothing_was_decided_since_nothing_is_said_of_it(shelf: Shelf) -> None:
    shelf.approve(shelf.propose(moves(DC, CLOUD, names("u", 6))))
    live_on(shelf, 8, 2)
    assert outcomes(shelf) == []


X, Y = {"key": "x", "name": "x"}, {"key": "y", "name": "y"}
HARM = {
    "a split": {"action": "SPLIT_NEW", "donor": Y, "name": "half", "concepts": names("y", 6)},
    "a move": moves(Y, X, names("y", 6)),
    "a merge": {
        "action": "MERGE",
        "donors": [Y],
        "into": X,
        "held": [{"into": Y, "concepts": names("y", 12)}],
    },
}


@pytest.mark.parametrize("payload", HARM.values(), ids=HARM.keys())
def test_what_did_harm_asks_for_the_way_back(tmp_path: Path, payload: dict[str, Any]) -> None:
    homes = dict.fromkeys(names("x", 12), "x") | dict.fromkeys(names("y", 12), "y")
    shelf = Shelf(tmp_path, told([*clique("x", 12), *clique("y", 12), ("x0", "y0")], homes))
    before = shelf.homes()
    shelf.approve(shelf.propose(payload))
    assert shelf.homes() != before
    live_on(shelf, 1, 6)
    (row,) = outcomes(shelf)
    assert row["score"] < 0
    (back,) = [p for p in shelf.pending() if p["id"].startswith(row["asked"])]
    assert back["payload"]["signal"] == "REGRESSED"
    shelf.approve(back["id"])
    assert shelf.homes() == before
    shelf.world.close()


def test_what_was_put_back_since_was_wrong(shelf: Shelf) -> None:
    shelf.approve(shelf.propose(moves(DC, CLOUD, names("u", 6))))
    shelf.world.clock.advance(hours=1)
    shelf.approve(shelf.propose(moves(CLOUD, DC, names("u", 6))))
    live_on(shelf, 1, 6)
    assert outcomes(shelf)[0]["score"] == -1.0


def test_to_leave_what_should_have_changed_costs_something(shelf: Shelf) -> None:
    shelf.approve(shelf.propose({"action": "NO_ACTION", "ontology": DC}))
    live_on(shelf, 1, 6)
    (row,) = outcomes(shelf)
    assert row["score"] < 0
    assert row["asked"] == ""
