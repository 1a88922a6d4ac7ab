"""The scenarios of the contract that a whole store and its gate have to keep: controls that may not
be turned, and a budget that is used up. (A process killed between two statements is in
`tests/loops/ontology/test_contract.py`, a merge with an empty one in `test_actions.py`.)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from passdown.contract.loop import Finding, Replay
from passdown.domain.errors import Conflict, Invalid, PassdownError
from passdown.domain.scope import ALL
from passdown.loops.ontology import LOOP
from passdown.loops.tuning import LOOP as TUNING
from passdown.loops.tuning.payload import AdjustControl
from passdown.stages.propose.file import file
from passdown.testing import World, knowledge, person, transcript
from tests.bench import Engine, pays, says
from tests.loops.ontology_gate.shelf import Shelf, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from passdown.contract.loop import Loop

GOLDEN = "ontology.golden_path_confidence"


# ---- S17: a control is turned within its bounds or not at all


@pytest.fixture
def world() -> Iterator[World]:
    loops: tuple[Loop[Any], ...] = (TUNING, LOOP)
    with World(*loops) as made:
        made.read(transcript("s1", person("turn it")))
        yield made


def asked(world: World, knob: str, was: float, value: float) -> str:
    """The same as a tier below would ask it; the question's id."""
    finding = Finding(AdjustControl(knob, was, value, "so"), (1,), knob, f"Set {knob}?", 0.9)
    with world.store.write(ALL) as tx:
        past, settings = Replay("It would be so."), world.app.settings
        kept = file(tx, TUNING, finding, past, by="system:tuning", settings=settings)
    assert kept.proposal is not None
    return kept.proposal.id


def controls(world: World) -> dict[str, Any]:
    """What every knob is set to."""
    rows = world.call("controls.list")["controls"]
    return {row["name"]: row["value"] for row in rows}


@pytest.mark.parametrize(
    ("knob", "was", "value", "error"),
    [
        ("ontology.level", 0, 1, Invalid),
        ("ontology.no_such_knob", 0, 1, Invalid),
        (GOLDEN, 0.5, 0.6, Conflict),
        (GOLDEN, 0.8, 1.5, Invalid),
    ],
    ids=["automation_level", "unknown", "stale", "out_of_range"],
)
def test_a_control_is_not_turned_and_nothing_is_written(
    world: World, knob: str, was: float, value: float, error: type[PassdownError]
) -> None:
    id = asked(world, knob, was, value)
    before, known = controls(world), knowledge(world.store)
    with pytest.raises(error):
        world.call("approve", id=id, reason="so")
    assert controls(world) == before
    assert knowledge(world.store) == known


def test_a_valid_one_is_in_force_from_the_next_cycle_on(world: World) -> None:
    def ran_with() -> float:
        with world.store.read(ALL) as tx:
            detail = tx.ledger.entries(name="cycle.finished")[-1].detail
        assert detail is not None
        found: float = detail["knobs"][GOLDEN]
        return found

    world.mine("ontology")
    before = ran_with()
    world.call("approve", id=asked(world, GOLDEN, 0.8, 0.85), reason="so")
    assert (before, ran_with()) == (0.8, 0.8)
    world.mine("ontology")
    assert ran_with() == 0.85


# ---- S18: nothing is done because nobody could be paid to look


def three_unsure() -> dict[str, Any]:
    """Three ontologies, each of two groups of eight that so many ties join that it is not clear
    whether they are one."""
    edges: list[tuple[str, str]] = []
    homes: dict[str, str] = {}
    for letter in "xyz":
        one, other = ([f"{letter}{side}{n}" for n in range(8)] for side in ("left", "right"))
        for group in (one, other):
            edges += [(group[a], group[b]) for a in range(8) for b in range(a) if (a + b) % 3]
        edges += [(one[n], other[(3 * n + k) % 8]) for n in range(8) for k in (0, 1)][:10]
        homes |= dict.fromkeys((*one, *other), f"the {letter}")
    return told(edges, homes)


def paid(folder: Path, budget: int) -> tuple[Shelf, Engine]:
    """A store with three questions to come, an arbiter for them, and so much to pay it with."""
    shelf, engine = Shelf(folder, three_unsure()), Engine(says("ESCALATE_HUMAN"))
    pays(shelf.world.app, shelf.world.clock, engine)
    knobs = {"ontology.level": "auto", "gate.chain": "arbiter,human"}
    for name, value in {**knobs, "gate.arbiter_budget": str(budget)}.items():
        shelf.world.call("controls.set", name=name, value=value)
    return shelf, engine


def test_without_a_budget_all_that_is_unsure_goes_to_people_and_no_model_is_asked(
    tmp_path: Path,
) -> None:
    shelf, engine = paid(tmp_path, budget=0)
    before = shelf.homes()
    shelf.mine()
    found = shelf.pending()
    assert [one["action"] for one in found] == ["ESCALATE"] * 3
    assert [one["state"] for one in found] == ["human"] * 3
    assert engine.asked == 0
    assert shelf.homes() == before
    shelf.world.close()


def test_with_a_budget_a_model_is_asked_of_each(tmp_path: Path) -> None:
    shelf, engine = paid(tmp_path, budget=10_000)
    shelf.mine()
    assert engine.asked == 3
    shelf.world.close()
