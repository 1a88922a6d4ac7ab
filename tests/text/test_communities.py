"""Communities are found the same way in any order of nodes, edges and texts, on any machine."""

from __future__ import annotations

import os
import random
import subprocess
import sys

from hypothesis import given, settings, strategies as st

from passdown.text.communities import intents, leiden

ASKED = {
    "reset": "how do i reset my {} password|i forgot the {} password|{} password reset please",
    "order": "where is my {} order|track the {} order|when will the {} order arrive",
    "cancel": "cancel my {} plan|i want to cancel the {} plan|stop the {} plan subscription",
}
THINGS = ["work", "home", "school", "office", "bank", "phone", "mail", "shop", "game", "music"]
SENTENCES = [
    (intent, form.format(thing))
    for intent, forms in ASKED.items()
    for form in forms.split("|")
    for thing in THINGS
]


def ring(groups: int, size: int) -> list[tuple[int, int]]:
    """Cliques in a ring, one edge between two that stand side by side."""
    inside = [
        (g * size + a, g * size + b) for g in range(groups) for a in range(size) for b in range(a)
    ]
    between = [(g * size, (g + 1) % groups * size + 1) for g in range(groups)]
    return inside + between


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_the_order_and_direction_of_edges_do_not_matter(chance: random.Random, cpm: bool) -> None:
    edges = ring(6, 5)
    weights = [1.0 + n % 3 for n in range(len(edges))]
    mixed = list(zip(edges, weights, strict=True))
    chance.shuffle(mixed)
    turned = [(b, a) if chance.random() < 0.5 else (a, b) for (a, b), _ in mixed]
    first = leiden(edges, weights, nodes=30, resolution=0.5, modularity=not cpm)
    again = leiden(turned, [w for _, w in mixed], nodes=30, resolution=0.5, modularity=not cpm)
    assert first == again


def test_cliques_are_communities_and_a_node_alone_is_one() -> None:
    edges = ring(6, 5)
    found = leiden(edges, [1.0] * len(edges), nodes=31)
    assert found == [node // 5 for node in range(31)]


def test_without_edges_every_node_is_alone() -> None:
    assert leiden([], [], nodes=3) == [0, 1, 2]
    assert leiden([(1, 1)], [2.0], nodes=2) == [0, 1]
    assert leiden([], [], nodes=0) == []


def test_what_asks_for_the_same_is_one_community() -> None:
    found = intents([text for _, text in SENTENCES], resolution=1.0)
    told: dict[int, set[str]] = {}
    for (intent, _), number in zip(SENTENCES, found, strict=True):
        told.setdefault(number, set()).add(intent)
    assert all(len(of) == 1 for of in told.values())
    assert len(told) <= 9


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_texts_does_not_matter(chance: random.Random) -> None:
    texts = [text for _, text in SENTENCES]
    mixed = texts + [text.upper() for text in texts[:5]]
    chance.shuffle(mixed)
    of = dict(zip(texts, intents(texts), strict=True))
    assert intents(mixed) == [of[text.lower()] for text in mixed]


def test_texts_that_share_nothing_are_each_alone() -> None:
    assert intents(["alpha beta", "gamma delta", "???", ""]) == [2, 3, 1, 0]


def test_the_number_of_threads_and_the_hash_seed_do_not_matter() -> None:
    code = (
        "from passdown.text.communities import intents; from passdown.text.near import near\n"
        "texts = [f'{a} the {b} {c}' for a in ('open', 'close', 'restart') for b in ('big', 'old')"
        " for c in ('door', 'server', 'ticket', 'window')] * 2\n"
        "print(near(texts, cohesion=0.7), intents(texts))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": threads, "OMP_NUM_THREADS": threads,
                 "OPENBLAS_NUM_THREADS": threads, "RAYON_NUM_THREADS": threads},
            capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2", "4")
    }  # fmt: skip
    assert len(seen) == 1
