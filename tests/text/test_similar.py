"""Alike, a little different, and different: near, differs and the index agree."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from passdown.text.similar import Index, differs, near

SENTENCES = st.lists(
    st.sampled_from(
        ["retry", "the", "deploy", "port", "cache", "3000", "never", "before", "tests"]
    ),
    min_size=1,
    max_size=8,
).map(" ".join)


@given(SENTENCES, SENTENCES)
def test_nearness_is_the_same_both_ways_and_within_bounds(a: str, b: str) -> None:
    assert near(a, b) == near(b, a)
    assert 0 <= near(a, b) <= 1


@given(st.text())
def test_a_text_is_nearest_to_itself(text: str) -> None:
    assert near(text, text) == 1


def test_more_alike_is_nearer() -> None:
    text = "The deploy script fails when NODE_ENV is unset"
    assert (
        near(text, "the deploy script fails if NODE_ENV is not set")
        > near(text, "the build fails")
        > near(text, "数据库连接")
    )


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        ("Use Python 3.11", "Use Python 3.12", "version"),
        ("use v2 of the api", "use v1 of the api", "version"),
        ("upgrade to 1.2.3-beta", "upgrade to 1.2.3", "version"),
        ("retry 3 times", "retry 4 times", "number"),
        ("timeout is 1.5 seconds", "timeout is 2 seconds", "number"),
        ("exit code -1", "exit code 1", "number"),
        ("retry 5 times", "retry five times", ""),
        ("Port 3,000 is used.", "port 3000 is used", ""),
        ("this one works with 3 ports", "it works with 3 ports", ""),
        ("retry 5 times", "retry a few times", ""),
        ("we don't use tabs", "we use tabs", "negation"),
        ("always push", "never push", "negation"),
        ("enable the cache", "disable the cache", "negation"),
        ("run it before deploy", "run it after deploy", "negation"),
        ("the tests pass", "the tests passed", ""),
    ],
)
def test_numbers_versions_and_negations_tell_sentences_apart(a: str, b: str, why: str) -> None:
    assert differs(a, b) == differs(b, a) == why


@given(SENTENCES)
def test_a_sentence_does_not_differ_from_itself(text: str) -> None:
    assert differs(text, text) == ""


def test_the_index_finds_near_duplicates_nearest_first() -> None:
    index: Index[str] = Index()
    index.add("a", "always run the database migrations before the tests are started")
    index.add("b", "always run the database migrations before the tests are started.")
    index.add("c", "always run the database migrations before the test is started")
    index.add("d", "the flags live in a file of their own")
    found = index.lookup("Always run the database migrations before the tests are started", 0.8)
    assert [id for id, _ in found] == ["a", "b", "c"]
    assert found[0][1] == 1


def test_a_replaced_text_is_no_longer_found() -> None:
    index: Index[int] = Index()
    index.add(1, "the flags live in a file of their own")
    index.add(1, "the cache lives in memory only")
    assert len(index) == 1
    assert index.lookup("the flags live in a file of their own", 0.9) == []
    assert index.lookup("the cache lives in memory only", 0.9) == [(1, 1.0)]


@given(st.lists(SENTENCES, max_size=12), SENTENCES, st.randoms())
def test_the_order_of_insertion_does_not_matter(
    texts: list[str], asked: str, chance: object
) -> None:
    numbered = list(enumerate(texts))
    shuffled = sorted(numbered, key=lambda _: chance.random())  # type: ignore[attr-defined]
    found = []
    for order in (numbered, shuffled):
        index: Index[int] = Index()
        for id, text in order:
            index.add(id, text)
        found.append(index.lookup(asked, 0.5))
    assert found[0] == found[1]


def test_what_the_index_returns_is_what_near_says() -> None:
    texts = [f"retry the {name} call twice" for name in ("first", "second", "third", "outer")]
    index: Index[int] = Index()
    for id, text in enumerate(texts):
        index.add(id, text)
    for id, score in index.lookup(texts[0], 0.0):
        assert score == near(texts[0], texts[id])


def test_hardly_any_near_duplicate_is_missed() -> None:
    index: Index[int] = Index()
    words = [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
    ]
    texts = [" ".join([*words[n:], *words[:n], f"case number {n * 37}"]) for n in range(12)]
    for id, text in enumerate(texts):
        index.add(id, text)
    missed = [
        (a, b)
        for a in range(12)
        for b in range(12)
        if near(texts[a], texts[b]) >= 0.85
        and b not in {id for id, _ in index.lookup(texts[a], 0.85)}
    ]
    assert missed == []
