"""Patterns from examples: never wrong on what was shown, escaped, bounded, in RE2's syntax."""

import re
from random import Random

import pytest
from hypothesis import given, strategies as st

from passdown.text.pattern import LONGEST, Bar, derive, derive_in, firing
from passdown.text.phrases import plain, refusal
from passdown.text.worded import Messages

WORDS = st.sampled_from(
    [
        *("burn", "burned", "Burns", "today", "what", "is", "the", "c++", "a.b", "x|y", "(why"),
        *("été", "naïve", "\u65e5\u672c\u8a9e\u3067\u3059", "foo_bar", "don't", "7", "\u017fun"),
    ]
)
MESSAGES = st.lists(st.lists(WORDS, max_size=7).map(" ".join), max_size=14)

BURN = [
    "what is my burn today",
    "burn today?",
    "how high is the burn today please",
    "today's burn rate?",
    "what did we burn today",
]
OTHER = ["what is the weather today", "the burn on my hand hurts", "how high is the sky", "please"]


def test_words_that_tell_one_thing_from_all_others_make_the_pattern() -> None:
    found = derive(BURN, OTHER)
    assert found is not None
    fires = firing(found.source)
    assert found.wrong == 0
    assert found.recall == pytest.approx(sum(map(fires, BURN)) / len(BURN))
    assert found.recall >= 0.8
    assert found.source.startswith("(?i)")
    assert fires("and the burn of today?")
    assert not any(map(fires, OTHER))
    assert found.near


def test_nothing_is_derived_where_nothing_tells_them_apart() -> None:
    assert derive(["the", "the", "the of"], ["the", "of"]) is None
    assert derive(["7", "7", "7"], []) is None
    assert derive([], ["a"]) is None
    assert derive(BURN, [*BURN]) is None


def test_what_was_seen_twice_alone_is_chance() -> None:
    assert derive(["burn today", "burn today"], OTHER) is None
    assert derive(["burn today", "burn today"], OTHER, bar=Bar(support=2)) is not None


@given(inside=MESSAGES, outside=MESSAGES)
def test_a_pattern_never_fires_on_what_it_was_shown_as_other(
    inside: list[str], outside: list[str]
) -> None:
    found = derive(inside, outside)
    if found is None:
        return
    fires = firing(found.source)
    assert found.wrong == 0
    assert not any(fires(plain(text)) for text in outside)
    assert found.recall == sum(fires(plain(text)) for text in inside) / len(inside)
    assert refusal(found.source) == ""
    assert len(found.source) <= LONGEST


@given(inside=MESSAGES, outside=MESSAGES, seed=st.randoms())
def test_the_order_of_messages_does_not_matter(
    inside: list[str], outside: list[str], seed: Random
) -> None:
    found = derive(inside, outside)
    mixed = list(outside)
    seed.shuffle(mixed)
    again = derive(list(reversed(inside)), mixed)
    assert (found and found.source) == (again and again.source)


@given(inside=st.lists(st.text(max_size=30), min_size=3, max_size=8))
def test_literals_are_escaped_whatever_they_are(inside: list[str]) -> None:
    found = derive([*inside, *inside, *inside], [])
    if found:
        assert refusal(found.source) == ""
        literal = re.sub(r"\\b|\\W\+|\.\*|\(\?:|\(\?i\)|[|)]", "", found.source)
        assert not re.search(r"(?<!\\)[.*+?()\[\]{}^$]", literal)


def test_rows_that_may_belong_are_neither_inside_nor_outside() -> None:
    messages = Messages([*BURN, *OTHER, "the burn today again"])
    with_it = derive_in(messages, range(len(BURN)))
    without = derive_in(messages, range(len(BURN)), spare=[len(messages.texts) - 1])
    assert without is not None
    assert with_it is None or with_it.recall <= without.recall
