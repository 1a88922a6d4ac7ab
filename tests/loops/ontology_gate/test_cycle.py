"""Whole cycles: what is asked of a graph, when, and what of it is remembered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from passdown.domain.errors import Conflict
from passdown.loops.ontology import LOOP
from passdown.loops.ontology.payload import Payload
from passdown.loops.ontology.view import hesitates
from tests.bench import Scripted
from tests.loops.ontology_gate.shelf import Shelf, bitbucket, clique, names, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def shelve(tmp_path: Path) -> Iterator[Callable[..., Shelf]]:
    made: list[Shelf] = []

    def make(graph: dict[str, Any]) -> Shelf:
        made.append(Shelf(tmp_path, graph))
        return made[-1]

    yield make
    for one in made:
        one.world.close()


def asks(shelf: Shelf) -> list[tuple[str, str]]:
    return sorted((p["action"], p["title"]) for p in shelf.pending())


def two_pools() -> dict[str, Any]:
    return told([*clique("a", 8), *clique("b", 8), ("a0", "b0")], {})


def test_what_is_drawn_to_one_that_is_there_goes_there_and_makes_no_second_one(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(bitbucket())
    shelf.mine()
    (asked,) = shelf.pending()
    assert asked["action"] == "SPLIT_INTO_EXISTING"
    assert asked["payload"]["into"]["name"] == "cloud"
    assert asked["payload"]["concepts"] == names("u", 6)
    assert asked["confidence"] >= 0.9
    shelf.approve(asked["id"])
    assert len(shelf.members("cloud")) == 16
    shelf.mine()
    assert shelf.pending() == []


@pytest.mark.parametrize("name", ["Cloud", "cloud ", "CLOUD."])
def test_a_new_one_of_a_name_there_is_is_refused_before_any_write(
    shelve: Callable[..., Shelf], name: str
) -> None:
    shelf = shelve(bitbucket())
    payload = {"action": "SPLIT_NEW", "donor": {"name": "dc"}, "concepts": names("u", 6)}
    id = shelf.propose({**payload, "name": name})
    before = shelf.state()
    with pytest.raises(Conflict, match="NAME_TAKEN"):
        shelf.approve(id)
    assert shelf.state() == before


def failed(shelf: Shelf) -> str:
    """Ask, and fail at the yes, because the target was frozen in between."""
    shelf.mine()
    (asked,) = shelf.pending()
    shelf.call("freeze", name="cloud")
    with pytest.raises(Conflict, match="TARGET_FROZEN"):
        shelf.approve(asked["id"])
    shelf.call("activate", name="cloud")
    return str(asked["id"])


def test_what_failed_is_not_asked_again_for_some_decisions_and_then_is(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(bitbucket())
    failed(shelf)
    for _ in range(2):
        shelf.mine()
        assert shelf.pending() == []
    for n in range(5):
        shelf.call("add", name=f"other {n}")
    shelf.mine()
    assert [action for action, _ in asks(shelf)] == ["SPLIT_INTO_EXISTING"]


def test_another_action_on_what_failed_is_still_asked(shelve: Callable[..., Shelf]) -> None:
    shelf = shelve(bitbucket())
    failed(shelf)
    merge = {"action": "MERGE", "donors": [{"name": "dc"}], "into": {"name": "cloud"}}
    shelf.approve(shelf.propose(merge))
    assert len(shelf.members("cloud")) == 26


def arbitrated(shelf: Shelf, *answers: Any, level: str = "auto") -> Scripted:
    """An arbiter that gives these answers to what is asked."""
    writer = Scripted(list(answers))
    setattr(shelf.world.app, "_make_writer", lambda: writer)  # noqa: B010 - mypy forbids it
    knobs = {"ontology.level": level, "gate.chain": "arbiter,human"}
    knobs["ontology.golden_path_confidence"] = "1"
    for name, value in knobs.items():
        shelf.world.call("controls.set", name=name, value=value)
    return writer


def says(verdict: str, payload: Any = None) -> dict[str, Any]:
    text = json.dumps(payload) if payload else ""
    return {"verdict": verdict, "confidence": 0.95, "defense": "the ties show it", "payload": text}


def test_the_arbiter_sees_what_there_is_what_failed_and_what_else_is_found(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(bitbucket())
    failed(shelf)
    writer = arbitrated(shelf, says("ESCALATE_HUMAN"))
    shelf.propose({"action": "MERGE", "donors": [{"name": "dc"}], "into": {"name": "cloud"}})
    shelf.world.call("arbitrate", loop="ontology")
    (prompt,) = writer.asked
    assert "Questions of this loop are about ontologies" in prompt
    for part in ('"inventory"', '"failures"', '"candidates"', "TARGET_FROZEN", '"name":"cloud"'):
        assert part in prompt.replace('": ', '":').replace(", ", ",")


def test_an_arbiter_within_a_grant_does_what_the_rules_find(shelve: Callable[..., Shelf]) -> None:
    shelf = shelve(bitbucket())
    arbitrated(shelf, says("APPROVE"))
    shelf.mine()
    assert len(shelf.members("cloud")) == 16
    assert shelf.pending() == []


def test_what_an_arbiter_makes_up_is_left_to_a_person(shelve: Callable[..., Shelf]) -> None:
    shelf = shelve(bitbucket())
    mine = {"action": "MERGE", "donors": [{"name": "dc"}], "into": {"name": "cloud"}}
    arbitrated(shelf, says("MODIFY", mine))
    before = shelf.homes()
    shelf.mine()
    assert shelf.homes() == before
    (asked,) = shelf.pending()
    assert asked["state"] == "human"


def test_an_arbiter_that_names_what_cannot_be_is_asked_once_more_with_the_code(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(bitbucket())
    bad = {"action": "SPLIT_NEW", "donor": {"name": "dc"}, "concepts": names("u", 6)}
    writer = arbitrated(shelf, says("MODIFY", {**bad, "name": "Cloud"}), says("ESCALATE_HUMAN"))
    shelf.mine()
    assert len(writer.asked) == 2
    assert "NAME_TAKEN" in writer.asked[1]
    assert "NAME_TAKEN" not in writer.asked[0]


def test_the_floor_is_split_until_it_is_empty_and_newborns_are_left_alone(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(two_pools())
    for _ in range(4):
        shelf.mine()
        for asked in shelf.pending():
            assert asked["action"] == "SPLIT_NEW"
            shelf.approve(asked["id"])
    sizes = {row["name"]: row["concepts"] for row in shelf.call("list")["ontologies"]}
    assert sizes["primordial"] == 0
    assert sorted(sizes.values()) == [0, 8, 8]
    shelf.mine()
    assert shelf.pending() == []


def scattered() -> dict[str, Any]:
    """Five that are tied to two others alone, three to the one and two to the other."""
    edges = [*clique("y", 8), *clique("z", 8)]
    edges += [(f"x{i}", f"y{j}") for i in range(3) for j in (i, i + 1, i + 2)]
    edges += [(f"x{i}", f"z{j}") for i in (3, 4) for j in (i, i + 1, i + 2)]
    homes = {f"{letter}{i}": letter for letter in "yz" for i in range(8)}
    return told(edges, homes | {f"x{i}": "x" for i in range(5)})


def test_one_that_is_tied_to_others_alone_goes_each_concept_where_it_belongs(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(scattered())
    shelf.mine()
    (asked,) = shelf.pending()
    assert asked["action"] == "DECOMPOSE_TO_PRIMORDIAL"
    shelf.approve(asked["id"])
    assert shelf.homes()["x0"] == "y"
    assert shelf.homes()["x4"] == "z"


def test_two_that_are_one_are_merged_and_the_other_name_is_kept(
    shelve: Callable[..., Shelf],
) -> None:
    edges = [*clique("a", 6), *clique("b", 6), *clique("z", 12)]
    edges += [(f"a{i}", f"b{j}") for i in range(6) for j in range(6) if (i + j) % 3]
    homes = {f"{letter}{i}": letter for letter in "ab" for i in range(6)}
    shelf = shelve(told(edges, homes | dict.fromkeys(names("z", 12), "z")))
    shelf.mine()
    (asked,) = shelf.pending()
    assert asked["action"] == "MERGE"
    shelf.approve(asked["id"])
    (row,) = [
        row
        for row in shelf.call("list")["ontologies"]
        if row["concepts"] == 12 and row["name"] in ("a", "b")
    ]
    other = {"a": "b", "b": "a"}[row["name"]]
    assert shelf.call("show", name=other)["name"] == row["name"]


def test_an_empty_one_is_asked_to_go(shelve: Callable[..., Shelf]) -> None:
    shelf = shelve(bitbucket())
    shelf.call("add", name="shell")
    shelf.call("activate", name="shell")
    shelf.world.clock.advance(hours=1)
    shelf.mine()
    empty = [p for p in shelf.pending() if "shell" in p["title"]]
    assert [p["action"] for p in empty] == ["DECOMPOSE_TO_PRIMORDIAL"]
    shelf.approve(empty[0]["id"])
    assert "shell" not in {row["name"] for row in shelf.call("list")["ontologies"]}


def test_a_best_target_that_is_frozen_makes_it_a_question_for_a_person(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(bitbucket())
    shelf.call("freeze", name="cloud")
    shelf.world.call("controls.set", name="ontology.level", value="auto")
    before = shelf.homes()
    shelf.mine()
    (asked,) = shelf.pending()
    assert asked["action"] == "ESCALATE"
    assert asked["state"] == "human"
    assert shelf.homes() == before


def test_nothing_is_looked_at_until_something_was_decided(shelve: Callable[..., Shelf]) -> None:
    shelf = shelve(two_pools())
    assert shelf.mine()["idle"] == ""
    quiet = shelf.mine()
    assert quiet["idle"]
    assert quiet["found"] == 0
    shelf.call("add", name="something")
    assert shelf.mine()["idle"] == ""


def test_a_cycle_waits_for_as_many_decisions_as_it_is_told_to(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(two_pools())
    shelf.mine()
    shelf.world.call("controls.set", name="ontology.min_activity_for_cycle", value="3")
    for n in range(3):
        assert shelf.mine()["idle"]
        shelf.call("add", name=f"one more {n}")
    assert shelf.mine()["idle"] == ""


def test_a_cycle_asks_no_more_than_it_may(shelve: Callable[..., Shelf]) -> None:
    shelf = shelve(two_pools())
    shelf.world.call("controls.set", name="ontology.max_proposals_per_cycle", value="1")
    done = shelf.mine()
    assert len(shelf.pending()) == done["found"] == 1
    assert done["dropped"]["beyond max_proposals_per_cycle"] == 1


def test_a_person_may_have_it_looked_at_at_once_and_a_preview_writes_nothing(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(two_pools())
    before = shelf.state()
    shown = shelf.call("preview")["questions"]
    assert [row["action"] for row in shown] == ["SPLIT_NEW", "SPLIT_NEW"]
    assert shelf.state() == before
    assert shelf.pending() == []
    shelf.call("cycle")
    assert len(shelf.pending()) == 2


def test_what_was_exported_is_the_same_when_it_is_taken_in_elsewhere(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(bitbucket())
    shelf.call("pin", name="cloud")
    written = shelf.call("export")
    other = shelve(written)
    again = other.call("export")
    for part in ("nodes", "edges", "homes"):
        assert again[part] == written[part]
    assert [one["name"] for one in again["ontologies"]] == ["cloud", "dc", "primordial"]
    assert other.call("show", name="cloud")["state"] == "pinned"


@pytest.mark.parametrize(
    ("level", "why"), [("auto", ""), ("auto_safe", "more than 5% of all names")]
)
def test_what_moves_much_at_once_is_left_to_a_person_where_a_grant_is_for_what_is_safe(
    shelve: Callable[..., Shelf], level: str, why: str
) -> None:
    shelf = shelve(bitbucket())
    shelf.mine()
    (asked,) = shelf.pending()
    shelf.world.call("controls.set", name="ontology.level", value=level)
    payload = msgspec.convert(asked["payload"], Payload)
    said = hesitates(payload, shelf.world.corpus(), shelf.world.app.settings)
    assert said.startswith(why)
    assert bool(said) == bool(why)


def test_a_model_that_classifies_is_told_the_same_and_may_choose_among_the_menu(
    shelve: Callable[..., Shelf],
) -> None:
    shelf = shelve(bitbucket())
    answer = {"action": "SPLIT_INTO_EXISTING", "confidence": 0.95, "defense": "so", "payload": ""}
    writer = arbitrated(shelf, answer)
    for name, value in (("gate.classifier", "model"), ("ontology.golden_path_confidence", "0.9")):
        shelf.world.call("controls.set", name=name, value=value)
    shelf.mine()
    (prompt,) = writer.asked
    assert "Questions of this loop are about ontologies" in prompt
    assert '"inventory"' in prompt
    assert all(action in prompt for action in LOOP.actions)
    assert len(shelf.members("cloud")) == 16
