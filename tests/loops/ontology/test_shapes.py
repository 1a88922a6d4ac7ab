"""The eighteen shapes of which it is known what is to be done, and the same under other names."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals._shapes import Shape, shapes, varied
from evals._verdicts import agrees, world_of
from passdown.loops.ontology.files import dump, load
from passdown.loops.ontology.graph import World
from passdown.loops.ontology.judge import candidates, judge
from passdown.loops.ontology.thresholds import DEFAULT

EVERY = {one.name: one for one in shapes()}
SURE = [one for one in shapes() if not one.verdict.base]
VARIANTS = 5


@pytest.mark.parametrize("shape", SURE, ids=lambda one: one.name)
def test_what_is_to_be_done_is_found_and_sure(shape: Shape) -> None:
    found = judge(world_of(shape), shape.subject)
    assert agrees(found, shape, {}, least=1.0)
    assert found.confidence >= DEFAULT.stability


def test_what_is_found_in_too_few_like_graphs_is_escalated() -> None:
    found = judge(world_of(EVERY["S11"]), "m")
    assert found.action == "ESCALATE"
    assert [one.action for one in found.alternatives] == ["SPLIT_NEW", "NO_ACTION"]
    assert found.confidence < DEFAULT.stability
    assert not found.moved


def test_a_piece_goes_to_the_ontology_that_draws_it() -> None:
    found = judge(world_of(EVERY["S2"]), "dc")
    assert found.features["pull"] == pytest.approx(0.857, abs=0.001)
    assert found.features["q"] == pytest.approx(0.351, abs=0.001)
    assert {target for _, target in found.routes} == {"cloud"}
    assert found.anchor in {"u0", "u1", "u2", "u3", "u4", "u5"}


def test_each_concept_of_a_starving_ontology_goes_its_own_way() -> None:
    found = judge(world_of(EVERY["S5"]), "x")
    assert dict(found.routes) == {**{f"x{n}": "y" for n in range(5)}, "x5": "primordial"}


def test_of_two_that_are_one_the_larger_id_stays() -> None:
    found = judge(world_of(EVERY["S6"]), "A")
    assert (found.subject, found.target) == ("A", "B")
    assert judge(world_of(EVERY["S6"]), "B").action == "NO_ACTION"


def test_what_belongs_to_a_frozen_one_waits_for_a_person() -> None:
    found = judge(world_of(EVERY["S14"]), "dc")
    assert found.rule == "R2f"
    first = found.alternatives[0]
    assert (first.action, first.target) == ("SPLIT_INTO_EXISTING", "cloud")
    assert "SPLIT_NEW" not in {one.action for one in found.alternatives}


@pytest.mark.parametrize("name", ["S7", "S8"])
def test_why_nothing_is_asked_is_said(name: str) -> None:
    found = judge(world_of(EVERY[name]), EVERY[name].subject)
    assert found.reasons in (("It is frozen.",), ("Something is being ingested into it.",))


@pytest.mark.parametrize("shape", SURE, ids=lambda one: one.name)
def test_names_order_and_a_few_missing_ties_change_no_stable_verdict(shape: Shape) -> None:
    for seed in range(VARIANTS):
        one = varied(shape, seed)
        found = judge(world_of(one.shape), one.shape.subject)
        if found.action == "NO_ACTION" and shape.verdict.action == "MERGE":
            continue  # Which of two equals goes is told by their ids: it is said of the other.
        if found.confidence >= DEFAULT.stability:
            assert agrees(found, shape, one.was)


@pytest.mark.parametrize("name", ["S1", "S2", "S4", "S6", "S11"])
def test_in_any_order_the_candidates_are_the_same_to_the_last_digit(name: str) -> None:
    shape = EVERY[name]
    again = replace(
        shape,
        homes=dict(reversed(list(shape.homes.items()))),
        edges=[(b, a) for a, b in reversed(shape.edges)],
    )
    assert candidates(world_of(again)) == candidates(world_of(shape))


def test_the_shapes_are_read_from_a_file_as_they_are_told() -> None:
    told = json.loads((Path(__file__).parent / "shapes.json").read_text())
    for one in told["scenarios"]:
        found = judge(_read(one), one["subject"])
        assert (found.action, found.target) == (one["expect"]["action"], one["expect"]["target"])
        assert list(found.moved) == one["expect"]["moved"]


@pytest.mark.parametrize("shape", shapes(), ids=lambda one: one.name)
def test_a_world_written_to_a_file_is_read_as_the_same_one(shape: Shape) -> None:
    of = world_of(shape)
    again = load(dump(of))
    assert dump(again) == dump(of)
    assert candidates(again) == candidates(of)


def _read(one: dict[str, object]) -> World:
    told = {key: one[key] for key in ("home", "edges", "flags", "clock")}
    return load(json.dumps({**told, "named": [one["subject"]]}))
