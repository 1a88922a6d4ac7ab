"""Graphs with communities planted in them, small and large."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations

from passdown.loops.ontology.graph import Graph, graph

BLOCKS, EACH, INSIDE = 8, 20, 0.4
OUTSIDE = (0.005, 0.01, 0.02, 0.03)


def name(node: int) -> str:
    """What the node of this number is called."""
    return f"c{node:07}"


def blocks(seed: int, outside: float) -> tuple[Graph, dict[str, int]]:
    """Eight blocks of twenty, two of a block tied by a chance of 0.4, two others by `outside`; and
    the block of each."""
    chance = random.Random(f"{seed} {outside}")
    labels = {name(n): n // EACH for n in range(BLOCKS * EACH)}
    pairs = combinations(sorted(labels), 2)
    ties = [
        (a, b, 1)
        for a, b in pairs
        if chance.random() < (INSIDE if labels[a] == labels[b] else outside)
    ]
    return graph(ties, labels), labels


def chance(of: Graph, seed: int = 1) -> Graph:
    """The same concepts with as many ties each, but to whom is drawn: there is no order in it."""
    ends = [of.concepts[at] for at in (*of.left.tolist(), *of.right.tolist())]
    random.Random(seed).shuffle(ends)
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return graph(((one, other, 1) for one, other in pairs if one != other), of.concepts)


def large(concepts: int, ties: int, each: int = 50, seed: int = 1) -> tuple[Graph, dict[str, int]]:
    """So many concepts in communities of about `each`, with so many ties: nine of ten inside one.
    Weights are one to three, as few claims name two together more often."""
    chance = random.Random(seed)
    labels = {name(n): n // each for n in range(concepts)}
    return graph(_ties(chance, concepts, ties, each), labels), labels


def _ties(
    chance: random.Random, concepts: int, ties: int, each: int
) -> Iterator[tuple[str, str, int]]:
    seen = set[tuple[int, int]]()
    while len(seen) < ties:
        a = chance.randrange(concepts)
        first = a - a % each
        near = chance.random() < 0.9
        b = chance.randrange(first, min(first + each, concepts)) if near else _any(chance, concepts)
        pair = (min(a, b), max(a, b))
        if a != b and pair not in seen:
            seen.add(pair)
            yield name(pair[0]), name(pair[1]), chance.choice((1, 1, 1, 2, 3))


def _any(chance: random.Random, concepts: int) -> int:
    return chance.randrange(concepts)
