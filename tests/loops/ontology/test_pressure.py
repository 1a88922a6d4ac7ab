"""Too few and large or too many and small, and what gives way."""

from __future__ import annotations

import pytest

from passdown.loops.ontology.features import features
from passdown.loops.ontology.graph import World, graph, world
from passdown.loops.ontology.pressure import eased, pressure, steady
from passdown.loops.ontology.thresholds import DEFAULT


def _sized(*sizes: int, pool: int = 0) -> World:
    homes = {f"c{at}_{n}": f"o{at}" for at, size in enumerate(sizes) for n in range(size)}
    homes |= {f"p{n}": "" for n in range(pool)}
    return world(graph([], homes), homes, clock=50)


def test_sizes_that_are_easy_to_know_are_a_comfort() -> None:
    found = pressure(_sized(10, 20, 80))
    assert (found.median, found.p95, found.score, found.zone, found.need) == (
        20,
        80,
        0,
        "comfort",
        "",
    )


def test_one_huge_one_among_small_ones_is_no_comfort() -> None:
    found = pressure(_sized(1000, *(12,) * 10))
    assert (found.p95, found.zone, found.need) == (1000, "emergency", "splits")


def test_many_small_ones_are_to_be_merged() -> None:
    found = pressure(_sized(*(2,) * 20, 1))
    assert (found.median, found.single, found.need) == (2, 1, "merges")


def test_a_floor_that_holds_everything_is_to_be_split() -> None:
    assert pressure(_sized(20, 20, pool=600)).need == "splits"
    assert pressure(_sized(20, 20, pool=16)).need == ""


@pytest.mark.parametrize("sizes", [(1000, 12), (2,) * 20])
def test_what_gives_way_is_never_both(sizes: tuple[int, ...]) -> None:
    found = eased(DEFAULT, pressure(_sized(*sizes)))
    assert found != DEFAULT
    assert found.split_conductance < found.merge_share
    assert (found.split_conductance, found.merge_share) != (
        DEFAULT.split_conductance + 0.02,
        DEFAULT.merge_share - 0.02,
    )


def test_no_pressure_makes_one_rule_undo_another() -> None:
    assert steady(DEFAULT)


def test_nothing_gives_way_in_comfort() -> None:
    assert eased(DEFAULT, pressure(_sized(20, 30))) == DEFAULT


def test_a_clique_holds_together_and_what_has_no_ties_does_not() -> None:
    ties = [(f"a{i}", f"a{j}", 1) for i in range(6) for j in range(i)]
    homes = {**{f"a{n}": "clique" for n in range(6)}, **{f"b{n}": "loose" for n in range(6)}}
    told = {one.id: one for one in features(world(graph(ties, homes), homes, clock=50))}
    assert told["clique"].coherence == pytest.approx(1.0)
    assert told["loose"].coherence == 0
    assert told["clique"].mass > told["loose"].mass > 0
    assert told["clique"].exposure == 0.5
