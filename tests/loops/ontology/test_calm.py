"""What is in order is not looked at again while it is as it was, and nothing is missed by that."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from evals._anneal import aged, applied, chosen
from evals._blocks import blocks
from passdown.loops.ontology import judge, rules
from passdown.loops.ontology.calm import Calm
from passdown.loops.ontology.graph import Ontology, World, graph, world
from passdown.loops.ontology.judge import candidates
from passdown.loops.ontology.thresholds import DEFAULT

FEW = replace(DEFAULT, runs=3)


def lived(seed: int, steps: int = 8) -> Iterator[World]:
    """A world in which something happens again and again: ties come, concepts go elsewhere, an
    ontology is frozen, what was proposed is done."""
    chance = random.Random(seed)
    of, labels = blocks(seed, chance.choice((0.01, 0.03, 0.05)))
    now = aged(of, {one: f"home{label}" for one, label in labels.items() if chance.random() < 0.9})
    for _ in range(steps):
        yield now
        happens = chance.choice((_tied, _moved, _frozen, _done, _grown))
        now = replace(happens(now, chance), clock=now.clock + 20)


def _tied(now: World, chance: random.Random) -> World:
    of, names = now.graph, now.graph.concepts
    ends = zip(of.left.tolist(), of.right.tolist(), of.weight.tolist(), strict=True)
    old = [(names[a], names[b], w) for a, b, w in ends]
    pairs = [chance.sample(names, 2) for _ in range(3)]
    new = [(one, other, chance.choice((1, 2, 5))) for one, other in pairs]
    return replace(now, graph=graph([*old, *new], names))


def _grown(now: World, chance: random.Random) -> World:
    """Much more elsewhere: what was more than chance may be less, and the other way round."""
    for _ in range(30):
        now = _tied(now, chance)
    return now


def _moved(now: World, chance: random.Random) -> World:
    names, homes = now.graph.concepts, sorted(set(now.homes.values()))
    some = {one: chance.choice(homes) for one in chance.sample(names, 6)}
    return world(now.graph, {**now.homes, **some}, now.ontologies.values(), clock=now.clock)


def _frozen(now: World, chance: random.Random) -> World:
    key = chance.choice([one.id for one in now.live() if one.kind == "named"])
    state = "active" if now.ontologies[key].state == "frozen" else "frozen"
    one: Ontology = replace(now.ontologies[key], state=state)  # type: ignore[arg-type] # one of them
    return replace(now, ontologies={**now.ontologies, key: one})


def _done(now: World, chance: random.Random) -> World:
    for one in chosen(candidates(now, FEW))[:2]:
        now = applied(now, one)
    return now


@pytest.mark.parametrize("seed", range(12))
def test_what_is_said_is_the_same_as_if_all_were_looked_at(seed: int) -> None:
    calm = Calm()
    for seen in lived(seed):
        assert candidates(seen, FEW, calm=calm) == candidates(seen, FEW)


def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of those that are looked at from now on."""
    seen: list[int] = []
    look = rules.look

    def noted(of: object, subject: int, seed: int) -> object:
        seen.append(subject)
        return look(of, subject, seed)  # type: ignore[arg-type] # handed on

    monkeypatch.setattr(judge, "look", noted)
    return seen


def test_only_what_changed_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    of, labels = blocks(3, 0.01)
    now, calm = aged(of, {one: f"home{label}" for one, label in labels.items()}), Calm()
    seen = looked_at(monkeypatch)
    candidates(now, FEW, calm=calm)
    every = len(seen)
    assert every == 9  # and the floor, in which there is nothing
    candidates(now, FEW, calm=calm)
    again = seen[every:]
    one, other = [name for name in of.concepts if labels[name] == 2][:2]
    ends = zip(of.left.tolist(), of.right.tolist(), of.weight.tolist(), strict=True)
    ties = [(of.concepts[a], of.concepts[b], w) for a, b, w in ends]
    more = replace(now, graph=graph([*ties, (one, other, 3)], of.concepts))
    candidates(more, FEW, calm=calm)
    assert len(again) <= 1
    assert {more.live()[n].id for n in seen[every + len(again) :]} <= {"home2", "primordial"}


def test_what_went_and_what_another_store_holds_is_no_matter() -> None:
    calm = Calm()
    worlds = []
    for seed in (3, 4):
        of, labels = blocks(seed, 0.01)
        homes = {one: f"{seed}home{label}" for one, label in labels.items()}
        worlds += [aged(of, homes), aged(of, {**homes, **dict.fromkeys(list(homes)[:20], "gone")})]
    for seen in (*worlds, *reversed(worlds)):
        assert candidates(seen, FEW, calm=calm) == candidates(seen, FEW)


def test_other_thresholds_look_at_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    of, labels = blocks(3, 0.01)
    now, calm = aged(of, {one: f"home{label}" for one, label in labels.items()}), Calm()
    candidates(now, FEW, calm=calm)
    seen = looked_at(monkeypatch)
    candidates(now, replace(FEW, merge_share=0.29), calm=calm)
    assert len(seen) == 9
