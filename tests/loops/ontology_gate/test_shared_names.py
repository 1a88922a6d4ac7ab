"""Names that a file brings are shared with claims that hold them: neither stands in the way of
taking back the other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.scope import ALL
from passdown.loops.claims import LOOP as CLAIMS
from passdown.loops.ontology import LOOP
from passdown.testing import World, faults, knowledge
from passdown.text.entities import ENTITY, record_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from passdown.contract.loop import Loop
    from passdown.domain.record import Record

NAME = "ledger_db"
LABELLED = {"id": NAME, "label": "The ledger"}
SAID = f"Never migrate `{NAME}` by hand."


@pytest.fixture
def world() -> Iterator[World]:
    loops: tuple[Loop[Any], ...] = (CLAIMS, LOOP)
    with World(*loops) as made:
        yield made


def brought(world: World, folder: Path, **more: Any) -> None:
    """A file that names it, with two others."""
    file = folder / "graph.json"
    graph = {
        "edges": [[NAME, "billing_api"], [NAME, "stock_api"]],
        "homes": {NAME: "money", "billing_api": "money"},
    }
    file.write_text(json.dumps(graph | more))
    world.clock.advance(hours=1)
    world.call("ontology.import", path=str(file))


def claimed(world: World) -> str:
    """An approved claim that holds it; the decision."""
    world.clock.advance(hours=1)
    done = world.call("add", text=SAID, scope="global")
    if done.get("state") != "executed":
        world.call("approve", id=done["proposal"], reason="so")
    return str(done["proposal"])


def record(world: World) -> Record | None:
    with world.store.read(ALL) as tx:
        return tx.knowledge.get(ENTITY, record_key(NAME, "global"))


def home(world: World) -> str:
    return str(world.call("ontology.home", concept=NAME)["ontology"])


def test_a_claim_can_be_taken_back_after_a_file_named_what_it_names(
    world: World, tmp_path: Path
) -> None:
    id = claimed(world)
    before = record(world)
    brought(world, tmp_path)
    assert record(world) == before  # the file changes nothing that the claim made
    assert world.call("impact", id=id)["dependents"] == []
    world.call("undo", id=id)
    assert record(world) == before
    assert home(world) == "money"
    assert faults(world.store) == []


def test_what_a_file_brought_stays_when_a_later_claim_is_taken_back(
    world: World, tmp_path: Path
) -> None:
    brought(world, tmp_path)
    before = knowledge(world.store)
    world.call("undo", id=claimed(world))
    assert knowledge(world.store) == before
    assert home(world) == "money"


def test_a_name_that_was_there_is_a_concept_under_the_label_of_the_file(
    world: World, tmp_path: Path
) -> None:
    id = claimed(world)
    brought(world, tmp_path, nodes=[LABELLED])
    world.call("undo", id=id)
    assert LABELLED in world.call("ontology.export")["nodes"]
    world.call("approve", id=moved(world), reason="so")
    assert home(world) == "primordial"
    assert LABELLED in world.call("ontology.export")["nodes"]


def moved(world: World) -> str:
    """The question whether it should go to the floor."""
    world.clock.advance(hours=1)
    asked = world.call("ontology.move", concept=[NAME], into="primordial")
    return str(asked["proposal"])


def test_the_same_file_again_changes_nothing(world: World, tmp_path: Path) -> None:
    claimed(world)
    brought(world, tmp_path)
    before = knowledge(world.store)
    brought(world, tmp_path)
    assert knowledge(world.store) == before
