"""What holds of every verdict on any world whatever: no rule asks for what may not be done."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings, strategies as st

from evals._anneal import aged, anneal
from passdown.loops.ontology.after import after
from passdown.loops.ontology.graph import Candidate, Ontology, State, World, graph, world
from passdown.loops.ontology.judge import candidates, judge
from passdown.loops.ontology.quality import score
from passdown.loops.ontology.thresholds import DEFAULT

FEW_RUNS = replace(DEFAULT, runs=5)
STATES: tuple[State, ...] = ("active", "active", "active", "pinned", "frozen")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Some groups of concepts, more or less tied, at home more or less where their ties are."""
    chance = random.Random(draw(st.integers(0, 10**9)))
    groups, size = draw(st.integers(1, 5)), draw(st.integers(1, 12))
    inside, outside = draw(st.sampled_from([0.2, 0.5, 1.0])), draw(st.sampled_from([0, 0.02, 0.2]))
    concepts = [f"c{group}_{n}" for group in range(groups) for n in range(size)]
    ties = [
        (one, other, chance.randint(1, 3))
        for one, other in combinations(concepts, 2)
        if chance.random() < (inside if one[1] == other[1] else outside)
    ]
    names = ["primordial", *(f"o{n}" for n in range(draw(st.integers(0, 5))))]
    homes = {one: chance.choice([*names, f"o{one[1]}"]) for one in concepts}
    every = sorted({*names, *homes.values()} - {"primordial"})
    known = [Ontology(key, key, "named", chance.choice(STATES)) for key in every]
    busy = [key for key in every if chance.random() < 0.1]
    return world(graph(ties, concepts), homes, known, clock=1000, inflight=busy)


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_no_candidate_asks_for_what_may_not_be_done(of: World) -> None:
    members = of.members()
    for one in candidates(of, FEW_RUNS):
        for each in (one, *one.alternatives):
            _is_lawful(of, each, members[each.subject])


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_every_concept_has_one_live_home_after_whatever_is_asked(of: World) -> None:
    for one in candidates(of, FEW_RUNS):
        now = after(of, one)
        assert now.homes.keys() == of.homes.keys()
        assert all(now.ontologies[home].retired is None for home in now.homes.values())
        assert now.graph is of.graph
        frozen = {key for key, each in of.ontologies.items() if each.state == "frozen"}
        assert all(now.homes[key] == home for key, home in of.homes.items() if home in frozen)
        assert not {now.homes[key] for key in one.moved} & frozen
        assert -0.5 <= score(now).modularity <= 1


@given(worlds())
@settings(max_examples=30, deadline=None)
def test_the_verdict_on_one_is_the_same_beside_the_others(of: World) -> None:
    said = {one.subject: one for one in reversed(candidates(of, FEW_RUNS, most=99))}
    for one in of.live():
        found = judge(of, one.id, FEW_RUNS)
        assert (found.action != "NO_ACTION") == (one.id in said)
        if one.id in said:
            assert said[one.id] == found


@given(worlds())
@settings(max_examples=15, deadline=None)
def test_left_to_itself_any_world_comes_to_rest_and_to_no_state_twice(of: World) -> None:
    ran = anneal(aged(of.graph, of.homes), thresholds=FEW_RUNS)
    assert ran.rested
    assert not ran.oscillated


def test_of_nothing_nothing_is_asked() -> None:
    assert candidates(world(graph([]))) == ()
    assert candidates(world(graph([], ["alone"]))) == ()
    assert judge(world(graph([])), "primordial").action == "NO_ACTION"


def _is_lawful(of: World, one: Candidate, members: list[str]) -> None:
    subject = of.ontologies[one.subject]
    assert set(one.moved) <= set(members)
    assert [concept for concept, _ in one.routes] == list(one.moved)
    assert list(one.moved) == sorted(one.moved)
    assert subject.state != "frozen" or one.action == "NO_ACTION"
    assert one.subject not in {target for _, target in one.routes}
    assert 0 <= one.confidence <= 1
    if one.action in ("MERGE", "DECOMPOSE_TO_PRIMORDIAL"):
        assert (subject.kind, subject.state) == ("named", "active")
        assert list(one.moved) == members
    if one.action in ("SPLIT_NEW", "SPLIT_INTO_EXISTING") and subject.kind == "named":
        assert len(one.moved) < len(members)
    if one.action == "SPLIT_NEW":
        assert one.name
        assert len(one.moved) >= DEFAULT.min_piece
