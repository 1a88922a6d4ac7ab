"""Near-duplicates: as the naive algorithm groups them, whatever the order, never in chains."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings, strategies as st

from passdown.text.near import COHESION, near
from passdown.text.tokens import normalise
from passdown.text.vectors import cosine, embed

_SAID = "deploy build the failed on main branch please restart server now again today"
WORDS = _SAID.split()
TEXTS = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=4, max_size=9).map(" ".join), max_size=24
)


def naive(texts: list[str]) -> tuple[list[str], dict[str, str]]:
    """Who leads, and behind whom the others stand, by comparing one after the other."""
    unique = sorted({normalise(text) for text in texts})
    leads: list[str] = []
    for text in unique:
        if all(alike(text, leader) < COHESION for leader in leads):
            leads.append(text)
    behind = {text: max(leads, key=lambda leader: alike(text, leader)) for text in unique}
    return leads, behind


def alike(a: str, b: str) -> float:
    return cosine(embed(a), embed(b))


def clear(texts: list[str]) -> bool:
    """No two are so near to the threshold that rounding decides."""
    unique = sorted({normalise(text) for text in texts})
    return all(abs(alike(a, b) - COHESION) > 1e-5 for n, a in enumerate(unique) for b in unique[:n])


def varied(many: int, seed: int) -> list[str]:
    """Messages of which some are copies of others but for a word."""
    chance = random.Random(seed)
    made = []
    for n in range(many):
        words = [f"{chance.choice(WORDS)}{chance.randrange(40)}" for _ in range(9)]
        made.append(" ".join(words))
        if n % 2:
            words = made[chance.randrange(len(made))].split()
            words[chance.randrange(len(words))] = chance.choice(WORDS)
            made[-1] = " ".join(words)
    return made


@settings(deadline=None)
@given(TEXTS)
def test_all_compared_with_all_is_the_naive_algorithm(texts: list[str]) -> None:
    assume(clear(texts))
    leads, behind = naive(texts)
    found = [normalise(texts[leader]) for leader in near(texts, exact=True)]
    assert sorted(set(found)) == leads
    for text, leader in zip(texts, found, strict=True):
        best = alike(normalise(text), behind[normalise(text)])
        assert alike(normalise(text), leader) == pytest.approx(best, abs=1e-5)


@settings(deadline=None)
@given(TEXTS, st.booleans())
def test_every_text_is_near_to_its_leader_and_a_leader_leads_itself(
    texts: list[str], exact: bool
) -> None:
    found = near(texts, exact=exact)
    for text, leader in zip(texts, found, strict=True):
        same = normalise(text) == normalise(texts[leader])
        assert same or alike(text, texts[leader]) >= COHESION - 1e-5
        assert found[leader] == leader


@settings(deadline=None)
@given(TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_the_texts_does_not_matter(texts: list[str], chance: random.Random) -> None:
    other = list(texts)
    chance.shuffle(other)
    groups = [
        {normalise(text): normalise(order[leader]) for text, leader in zip(order, of, strict=True)}
        for order in (texts, other)
        for of in [near(order)]
    ]
    assert groups[0] == groups[1]


def test_the_fast_way_finds_what_the_naive_one_finds() -> None:
    texts = varied(1500, seed=3)
    fast, slow = near(texts), near(texts, exact=True)
    equal = sum(a == b for a, b in zip(fast, slow, strict=True))
    assert len(set(slow)) < 0.9 * len(texts)
    assert equal >= 0.99 * len(texts)


def test_many_that_read_alike_stand_behind_one() -> None:
    texts = [f"the nightly report of the billing service is ready, number {n}" for n in range(3000)]
    assert len(set(near(texts))) <= 2


def test_texts_each_like_the_next_do_not_become_one_group() -> None:
    words = [f"word{n}" for n in range(60)]
    texts = [" ".join(words[n : n + 20]) for n in range(40)]
    found = near(texts)
    assert len(set(found)) > 3
    assert all(alike(a, b) > COHESION for a, b in pairwise(texts))


def test_texts_without_words_are_near_to_nothing_but_themselves() -> None:
    assert near(["?", "!", "?", ""]) == [0, 1, 0, 3]
    assert near([]) == []
