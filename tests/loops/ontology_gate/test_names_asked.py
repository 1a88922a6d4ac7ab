"""A name that says nothing of what an ontology holds is asked about, never changed unasked."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from tests.loops.ontology_gate.shelf import Shelf, told

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = [f"oauth token {word}" for word in ("login", "scope", "client", "refresh", "issuer")]
TABLES = [f"sql table {word}" for word in ("index", "column", "view", "trigger", "cursor")]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    edges = [*combinations(TOKENS, 2), *combinations(TABLES, 2)]
    homes = dict.fromkeys(TOKENS, "billing") | dict.fromkeys(TABLES, "sql things")
    found = Shelf(tmp_path, told(edges, homes))
    found.world.call("controls.set", name="ontology.min_ontology_age_epochs", value="0")
    return found


def renamings(shelf: Shelf) -> list[str]:
    return [one["title"] for one in shelf.pending() if one["action"] == "RENAME"]


def test_a_name_that_says_nothing_of_its_concepts_is_asked_about_once(shelf: Shelf) -> None:
    shelf.mine()
    (title,) = renamings(shelf)
    assert "billing" in title
    shelf.mine()
    assert renamings(shelf) == [title]
    assert shelf.members("billing") == sorted(TOKENS)


def asked(shelf: Shelf) -> str:
    shelf.mine()
    (id,) = [str(one["id"]) for one in shelf.pending() if one["action"] == "RENAME"]
    return id


def test_a_yes_gives_the_name_and_that_says_enough(shelf: Shelf) -> None:
    shelf.approve(asked(shelf))
    assert shelf.members("billing") == []
    assert sorted(TOKENS) in [shelf.members(name) for name in {*shelf.homes().values()}]
    shelf.mine()
    assert renamings(shelf) == []


def test_a_no_is_remembered(shelf: Shelf) -> None:
    shelf.world.call("reject", id=asked(shelf), reason="we say billing")
    shelf.mine()
    assert renamings(shelf) == []
    assert shelf.members("billing") == sorted(TOKENS)
