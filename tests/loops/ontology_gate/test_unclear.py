"""What is unclear in the floor is a question for a person, whatever was granted."""

from __future__ import annotations

from pathlib import Path

from evals._blocks import blocks, chance
from passdown.loops.ontology.graph import Graph
from tests.loops.ontology_gate.shelf import Shelf, told

NOISY = 0.06


def held(of: Graph, folder: Path) -> Shelf:
    """A store with that graph, all of it in the floor, in which the loop may do all by itself."""
    ends = zip(of.left.tolist(), of.right.tolist(), strict=True)
    shelf = Shelf(folder, told([(of.concepts[a], of.concepts[b]) for a, b in ends], {}))
    knobs = {"level": "auto", "golden_path_confidence": "0", "stability_runs": "3"}
    for name, value in knobs.items():
        shelf.world.call("controls.set", name=f"ontology.{name}", value=value)
    return shelf


def test_unclear_pieces_are_asked_about_and_a_yes_makes_the_first_choice_so(tmp_path: Path) -> None:
    of, labels = blocks(6, NOISY)
    shelf = held(of, tmp_path)
    shelf.mine()
    found = [one for one in shelf.pending() if one["payload"]["signal"] == "R5c"]
    assert found
    assert {one["action"] for one in found} == {"ESCALATE"}
    (first, *_, last) = found[0]["payload"]["choices"]
    assert (first["action"], last["action"]) == ("SPLIT_NEW", "NO_ACTION")
    assert first["name"] not in ("", "unnamed")
    shelf.approve(found[0]["id"])
    made = shelf.members(first["name"])
    assert made == sorted(first["concepts"])
    assert max(map([labels[one] for one in made].count, range(8))) > len(made) / 2
    shelf.world.close()


def test_where_there_is_no_order_nobody_is_asked(tmp_path: Path) -> None:
    shelf = held(chance(blocks(6, NOISY)[0]), tmp_path)
    shelf.mine()
    assert shelf.pending() == []
    shelf.world.close()
