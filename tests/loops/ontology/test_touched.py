"""What a change makes worth looking at again, and that the rest would say the same."""

from __future__ import annotations

from dataclasses import replace

from evals._blocks import blocks
from evals._shapes import shapes
from evals._verdicts import world_of
from passdown.loops.ontology.graph import World, graph, world
from passdown.loops.ontology.judge import judge
from passdown.loops.ontology.touched import digests, touched


def _settled(extra: tuple[tuple[str, str, int], ...] = ()) -> World:
    of, labels = blocks(1, 0.01)
    ties = zip(of.left.tolist(), of.right.tolist(), of.weight.tolist(), strict=True)
    told = [(of.concepts[left], of.concepts[right], weight) for left, right, weight in ties]
    again = graph([*told, *extra], of.concepts)
    return world(again, {one: f"home{at}" for one, at in labels.items()}, clock=1000)


def test_where_nothing_changed_nothing_is_looked_at() -> None:
    of = _settled()
    assert touched(of, digests(of)) == frozenset()
    assert touched(replace(of, clock=9000), digests(of)) == frozenset()


def test_all_is_looked_at_the_first_time() -> None:
    of = _settled()
    assert touched(of, {}) == {one.id for one in of.live()}


def test_a_new_tie_touches_whom_it_ties_and_the_floor() -> None:
    of = _settled()
    one, other = of.graph.concepts[0], of.graph.concepts[1]
    found = touched(_settled(((one, other, 1),)), digests(of))
    assert found == {"home0", "primordial"}


def test_what_moves_touches_both_homes_and_whom_it_is_tied_to() -> None:
    of = _settled()
    moved = replace(of, homes={**of.homes, of.graph.concepts[0]: "home1"})
    assert {"home0", "home1"} <= touched(moved, digests(of))


def test_to_freeze_one_touches_whom_it_is_tied_to() -> None:
    of = world_of(next(one for one in shapes() if one.name == "S2"))
    frozen = replace(of.ontologies["cloud"], state="frozen")
    now = replace(of, ontologies={**of.ontologies, "cloud": frozen})
    assert touched(now, digests(of)) == {"cloud", "dc"}


def test_a_verdict_on_what_is_not_touched_is_as_it_was() -> None:
    of = _settled()
    ends = of.graph.concepts[0], of.graph.concepts[1]
    now = _settled(((*ends, 3),))
    untouched = {one.id for one in of.live()} - touched(now, digests(of))
    assert untouched
    assert all(judge(now, key) == judge(of, key) for key in sorted(untouched)[:3])
