"""Whether the rules say of every shape what there is to do, under any names and in any order."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

from evals._anneal import STILL
from evals._shapes import FLOOR, NEW, Shape, shapes, varied
from passdown.loops.ontology.graph import Candidate, Ontology, State, World, graph, world
from passdown.loops.ontology.judge import candidates, judge
from passdown.loops.ontology.thresholds import DEFAULT

VARIANTS, ORDERS = 200, 20
ALIKE = 0.75
"""Two pieces or routes as alike as this are one: so the rules tell it themselves."""


def verdicts(variants: int = VARIANTS) -> tuple[dict[str, float], dict[str, float | str]]:
    """The shapes as they are, each in many variants, and each in many orders."""
    every = shapes()
    right = {one.name: _is_right(one) for one in every}
    told = {one.name: _varied(one, variants) for one in every}
    # Of a shape that is escalated for being unstable, a stable variant is another shape.
    sure = [told[one.name] for one in every if not one.verdict.base]
    stable, same = (sum(of[n] for of in sure) for n in (0, 1))
    figures = {
        "shapes_right": float(sum(right.values())),
        "shapes": float(len(every)),
        "variants_same": round(same / max(stable, 1), 5),
        "variants_stable": round(stable / max(variants * len(sure), 1), 4),
        "orders_identical": float(all(map(_is_one, every))),
    }
    wrong = ", ".join(name for name, well in right.items() if not well)
    each = ", ".join(f"{name} {same} of {stable}" for name, (stable, same) in told.items())
    return figures, {"shapes_wrong": wrong or "none", "variants_each": each}


def world_of(shape: Shape) -> World:
    """The shape as the rules see it; no ontology in it is new."""
    states: dict[str, State] = {one: "pinned" for one in shape.pinned}
    states |= {one: "frozen" for one in shape.frozen}
    known = [
        Ontology(one, one, "floor" if one == FLOOR else "named", states.get(one, "active"))
        for one in shape.ontologies
    ]
    ties = graph(((a, b, 1) for a, b in shape.edges), shape.homes)
    return world(ties, shape.homes, known, clock=1000, inflight=shape.busy)


def _is_right(shape: Shape) -> bool:
    """Said exactly, and with a stability that tells."""
    found = judge(world_of(shape), shape.subject)
    if shape.verdict.base:
        first = found.alternatives[0] if found.alternatives else found
        unsure = found.confidence < DEFAULT.stability
        return found.action == "ESCALATE" and unsure and first.action == shape.verdict.base
    alike = agrees(found, shape, {}, least=1.0)
    return alike and found.confidence >= DEFAULT.stability


def _varied(shape: Shape, variants: int) -> tuple[int, int]:
    """Of how many variants the verdict is stable, and how many of those say the same."""
    stable = same = 0
    for seed in range(variants):
        one = varied(shape, seed)
        found = _verdict(one.shape, shape.verdict.action)
        if found.confidence >= DEFAULT.stability:
            stable += 1
            same += agrees(found, shape, one.was)
    return stable, same


def _verdict(shape: Shape, action: str) -> Candidate:
    """On its subject; where that of two as large as each other stays, on the one that goes: which
    of the two that is, ids decide."""
    of = world_of(shape)
    found = judge(of, shape.subject)
    if action == "MERGE" and found.action == "NO_ACTION":
        said = (one for one in candidates(of) if one.action == action)
        return next((one for one in said if one.target == shape.subject), found)
    return found


def agrees(found: Candidate, shape: Shape, was: Mapping[str, str], least: float = ALIKE) -> bool:
    """Whether it is the verdict on this shape, whatever concepts and ontologies are called now. Of
    two that are one, either may go into the other."""
    wanted = shape.verdict
    if found.action != wanted.action:
        return False
    moved = {was.get(one, one) for one in found.moved}
    target = NEW if found.action == "SPLIT_NEW" else was.get(found.target, found.target)
    if found.action == "MERGE":
        return {was.get(found.subject, found.subject), target} == {shape.subject, wanted.target}
    if found.action in STILL:
        return True
    if wanted.piece:
        alike = max(_jaccard(moved, one) for one in (wanted.piece, wanted.twin))
        return target == wanted.target and alike >= least
    routes = {was.get(one, one): was.get(to, to) for one, to in found.routes}
    agreed = sum(routes.get(one) == to for one, to in wanted.route.items())
    return agreed >= least * len(wanted.route) and len(routes) == len(wanted.route)


def _jaccard(one: set[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _is_one(shape: Shape) -> bool:
    """Whether concepts, ties and homes in any order give the same candidates to the last digit."""
    first = candidates(world_of(shape))
    return all(candidates(world_of(_shuffled(shape, seed))) == first for seed in range(ORDERS))


def _shuffled(shape: Shape, seed: int) -> Shape:
    chance = random.Random(seed)
    edges = [(b, a) if chance.random() < 0.5 else (a, b) for a, b in shape.edges]
    where = list(shape.homes.items())
    chance.shuffle(edges)
    chance.shuffle(where)
    return replace(shape, edges=edges, homes=dict(where))
