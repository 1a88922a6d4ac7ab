"""A question to a large index asks for its rarest words, and for frequent ones together."""

from __future__ import annotations

from hypothesis import given, strategies as st

from passdown.storage.plan import MOST, STEPS, choose, planned

MANY = 100_000


def ask(**having: int) -> str:
    return planned([*having], having, MANY)


def test_where_there_is_room_every_word_is_asked_for():
    assert ask(a=5, b=3, c=4) == "(b) OR (c) OR (a)"


def test_a_word_that_nothing_has_is_not_asked_for():
    assert ask(a=0, b=1) == "(b)"
    assert ask(a=0) == ask() == ""


def test_frequent_words_are_asked_for_together_once_there_is_no_room_for_each():
    assert ask(rare=10, often=MOST - 10, more=MOST) == "(rare) OR (often)"
    assert ask(rare=10, often=2000, more=3000) == "(rare) OR (often AND more)"
    assert ask(rare=10, often=2000) == "(rare)"


def test_where_every_word_is_frequent_the_rarest_are_asked_for_together():
    assert ask(a=MOST + 2, b=MOST + 1, c=MOST * 9) == "(b AND a) OR (b AND c) OR (a AND c)"
    assert ask(a=MOST + 1) == "(a)"
    assert ask(a=50_000, b=60_000, c=70_000) == "(a AND b AND c)"


def test_a_database_that_says_it_otherwise_is_asked_its_own_way():
    having = {"a": 10, "b": 2000, "c": 3000}
    assert planned([*having], having, MANY, repr, " | ") == "('a') | ('b' & 'c')"


@given(st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, MANY), max_size=12))
def test_what_is_asked_for_is_never_expected_too_often(having: dict[str, int]):
    groups = choose([*having], having, MANY)
    expected = 0.0
    for group in groups:
        each = float(MANY)
        for word in group:
            each *= having[word] / MANY
        expected += each
    assert len(groups) == 1 or expected <= MOST
    assert sum(having[group[0]] for group in groups if len(group) == 2) <= STEPS or len(groups) == 1
    assert bool(groups) == any(having.values())
