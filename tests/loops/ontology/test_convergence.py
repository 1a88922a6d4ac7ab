"""Cycle after cycle with nobody asked: planted communities are found and kept."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from sklearn.metrics import normalized_mutual_info_score

from evals._anneal import Annealed, aged, anneal, approved, numbered
from evals._blocks import BLOCKS, EACH, blocks, chance
from passdown.loops.ontology.graph import Graph
from passdown.loops.ontology.judge import candidates

NOISE = (0.005, 0.03)


def _fits(of: Graph, labels: dict[str, int], ran: Annealed) -> float:
    wanted = [labels[one] for one in of.concepts]
    return float(normalized_mutual_info_score(wanted, numbered(of, ran.homes)))


@pytest.mark.parametrize("outside", NOISE)
def test_from_the_truth_nothing_is_done(outside: float) -> None:
    of, labels = blocks(3, outside)
    ran = anneal(aged(of, {one: f"home{label}" for one, label in labels.items()}))
    assert (ran.actions, ran.rested) == (0, True)


@pytest.mark.parametrize("outside", NOISE)
def test_from_one_pool_the_communities_are_found(outside: float) -> None:
    of, labels = blocks(4, outside)
    ran = anneal(aged(of))
    assert _fits(of, labels, ran) >= 0.97
    assert ran.rested
    assert not ran.oscillated


@pytest.mark.parametrize("outside", NOISE)
def test_from_random_homes_too(outside: float) -> None:
    of, labels = blocks(5, outside)
    chance = random.Random(5)
    ran = anneal(aged(of, {one: f"home{chance.randrange(BLOCKS)}" for one in of.concepts}))
    assert _fits(of, labels, ran) >= 0.95
    assert ran.rested
    assert not ran.oscillated


NOISY = 0.06
"""More ties of each block lead out of it than stay in it."""


def test_who_says_yes_to_what_is_asked_comes_to_the_order_in_a_noisy_graph() -> None:
    of, labels = blocks(6, NOISY)
    alone, ran = anneal(aged(of)), anneal(aged(of), choose=approved)
    assert _fits(of, labels, alone) < 0.5 <= 0.9 <= _fits(of, labels, ran)
    assert ran.rested


def test_of_a_graph_without_any_order_nothing_is_asked() -> None:
    of, _ = blocks(6, NOISY)
    assert candidates(aged(of))
    assert not candidates(aged(chance(of)))


def test_what_is_large_does_not_draw_all_else() -> None:
    of, labels = blocks(7, NOISY)
    homes = {one: f"home{max(label, 4)}" for one, label in labels.items()}  # five blocks in one
    ran = anneal(aged(of, homes), choose=approved)
    assert max(Counter(ran.homes.values()).values()) <= 5 * EACH
