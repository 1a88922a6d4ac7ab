"""Cycle after cycle with nobody asked: planted communities are found and kept."""

from __future__ import annotations

import random

import pytest
from sklearn.metrics import normalized_mutual_info_score

from evals._anneal import Annealed, aged, anneal, numbered
from evals._blocks import BLOCKS, blocks
from passdown.loops.ontology.graph import Graph

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
