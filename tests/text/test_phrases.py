"""Which phrases a message fires: the same as trying each, whatever the pattern and the text."""

import time
from random import Random

import pytest
import re2
from hypothesis import given, strategies as st

from passdown.domain.errors import Invalid
from passdown.text.needs import ways
from passdown.text.phrases import (
    LONGEST_MESSAGE,
    Phrase,
    PhraseSet,
    compiled,
    least_like,
    plain,
    prototypes,
    refusal,
    words_of,
)
from passdown.text.scan import Scanner, available

LETTERS = st.sampled_from(["a", "b", "foo", "bar", "Baz", " ", "-", "_", "é", "\u017f", "\u212a"])
PIECES = st.recursive(
    st.sampled_from(
        [
            *("a", "b", "foo", "bar", "Baz", " ", "-", "_", "é", ".", "^", "$", "k", "s"),
            *(r"\b", r"\B", r"\w", r"\W", r"\s", r"\d", "[ab]", "[^a]", "[]a]", r"\.", r"\x61"),
            *(r"\Qfoo.\E", r"\pL", "[[:alpha:]]", "(?i)"),
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "+?"])).map(
            lambda both: f"(?:{both[0]}){both[1]}"
        ),
        inner.map(lambda part: f"(?P<name>{part})" if "P<" not in part else part),
    ),
    max_leaves=8,
)
PATTERNS = PIECES.map(lambda pattern: f"(?i){pattern}")
TEXTS = st.lists(LETTERS, max_size=12).map("".join)


def test_a_message_fires_what_it_holds() -> None:
    phrases = PhraseSet(
        [
            Phrase("burn", r"(?i)\bburn\b.*\btoday\b"),
            Phrase("pay", r"(?i)\b(?:invoice|bill)s?\b"),
            Phrase("any", r"(?i)b.+n"),
        ]
    )
    assert [hit.id for hit in phrases.match("What is the BURN\n today?")] == ["burn", "any"]
    assert [hit.id for hit in phrases.match("where are my bills")] == ["pay"]
    assert phrases.match("sunburned today") != phrases.match("burn today")
    assert phrases.match("") == []


@given(pattern=PATTERNS, texts=st.lists(TEXTS, max_size=6))
def test_what_a_pattern_matches_meets_one_of_its_ways(pattern: str, texts: list[str]) -> None:
    if refusal(pattern):
        return
    for text in map(plain, texts):
        if compiled(pattern).search(text):
            folded, words = words_of(text)
            met = [all(need.met(words, folded) for need in way) for way in ways(pattern)]
            assert any(met), (pattern, text)


@given(patterns=st.lists(PATTERNS, max_size=8), texts=st.lists(TEXTS, max_size=6))
def test_a_set_of_phrases_is_each_of_them_tried(patterns: list[str], texts: list[str]) -> None:
    good = [pattern for pattern in patterns if not refusal(pattern)]
    phrases = PhraseSet(Phrase(str(n), pattern) for n, pattern in enumerate(good))
    for text in texts:
        alone = [str(n) for n, p in enumerate(good) if compiled(p).search(plain(text))]
        assert [hit.id for hit in phrases.match(text)] == alone


@pytest.mark.skipif(not available(), reason="the extra `match` is not installed")
@given(patterns=st.lists(PATTERNS, max_size=5), texts=st.lists(TEXTS, max_size=6))
def test_a_scanner_changes_nothing_but_the_time(patterns: list[str], texts: list[str]) -> None:
    good = [pattern for pattern in patterns if not refusal(pattern)]
    phrases = [Phrase(str(n), pattern) for n, pattern in enumerate(good)]
    plainly, scanner = PhraseSet(phrases), Scanner(good)
    again = PhraseSet(phrases, Scanner(good, scanner.keep()))
    for text in texts:
        assert PhraseSet(phrases, scanner).match(text) == plainly.match(text), (good, text)
        assert again.match(text) == plainly.match(text)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        (r"(a)\1", "escape"),
        ("(?=a)a", "invalid perl operator"),
        ("(?<!a)b", "invalid"),
        ("(a", "missing"),
        ("a" * 3000, "characters"),
        (r"(?:\pL{1,60}){1,10}", "too large"),
        (r"(?:ab?c?){600}", "instructions"),
        ("(((a{100}){100}){100})", "size"),
        ("a*", "every message"),
        ("(?i)x?|y", "every message"),
    ],
)
def test_what_cannot_be_quick_is_refused_with_the_reason(pattern: str, why: str) -> None:
    assert why in refusal(pattern)
    with pytest.raises(Invalid, match="refused"):
        PhraseSet([Phrase("evil", pattern)])


@pytest.mark.parametrize(
    "pattern",
    [
        "(?i)(a+)+$",
        "(?i)(a|b)*a(a|b){20}c",
        "(?i)[ab]*a[ab]{200}c",
        "(?i)a.{100}c",
        "(?i)(.*)(.*)(.*)(.*)z",
    ],
)
@pytest.mark.parametrize("size", [LONGEST_MESSAGE, 100_000])
def test_no_pattern_makes_a_long_message_slow(pattern: str, size: int) -> None:
    phrases = PhraseSet([Phrase("evil", pattern)])
    text = "".join(Random(5).choices("ab", k=size))
    spent = []
    for _ in range(5):
        began = time.process_time()
        phrases.match(text)
        spent.append(time.process_time() - began)
    # The promise is 10 ms; a machine that does other things must not make the test a liar.
    assert min(spent) < 0.05


def test_a_message_that_is_too_long_fires_nothing() -> None:
    phrases = PhraseSet([Phrase("a", "(?i)a")])
    assert phrases.match("a" * LONGEST_MESSAGE)
    assert not phrases.match("a" * (LONGEST_MESSAGE + 1))


def test_a_message_unlike_the_prototypes_is_told_from_one_that_is_like_them() -> None:
    phrases = PhraseSet(
        [Phrase("burn", r"(?i)\bburn\b", 0.5, ("what is the burn today", "burn today?"))]
    )
    (like,) = phrases.match("what is our burn today")
    (unlike,) = phrases.match("I told him that I would burn down the bridge behind the house")
    assert like.enough
    assert not unlike.enough
    assert phrases.best("burn today") == phrases.match("burn today")[0]
    assert phrases.best("I told him that I would burn down the bridge behind the house") is None


def test_two_phrases_as_near_as_each_other_are_no_answer() -> None:
    one = Phrase("one", r"(?i)\bburn\b", 0.2, ("the burn today",))
    two = Phrase("two", r"(?i)\btoday\b", 0.2, ("today the burn",))
    far = Phrase("far", r"(?i)\bthe\b", 0.2, ("the weather in the north tomorrow",))
    assert PhraseSet([one, two, far]).best("the burn today") is None
    best = PhraseSet([one, far]).best("the burn today")
    assert best is not None
    assert best.id == "one"


def test_prototypes_are_unlike_each_other_and_few() -> None:
    texts = ["burn today", "burn  today", "burn today?", "what did all of it cost", ""]
    assert prototypes(texts, 2) == ("burn today", "what did all of it cost")
    assert prototypes(reversed(texts), 2) == prototypes(texts, 2)
    assert len(prototypes(texts)) == 3


def test_the_more_examples_there_are_the_more_alike_a_message_must_be() -> None:
    texts = [f"what is the burn of project {n} today" for n in range(100)]
    assert least_like(texts[:8]) < least_like(texts[:40]) < least_like(texts) == 0.65
    assert least_like(["burn today"]) == 0.47
    assert least_like([]) == 0.47


def test_examples_unlike_each_other_ask_for_no_more_than_half_of_them_offer() -> None:
    unlike = ["black screen at boot", "grub will not start", "stuck in a purple image after login"]
    assert least_like(unlike) < 0.3


def test_case_folding_beyond_ascii_is_that_of_the_engine() -> None:
    phrases = PhraseSet([Phrase("sun", r"(?i)sun\b"), Phrase("un", r"(?i)\bun\b")])
    for text in ("\u017fun", "x\u017fun", "\u212aun", "sun"):
        alone = [p.id for p in phrases.phrases if re2.search(p.pattern, plain(text))]
        assert [hit.id for hit in phrases.match(text)] == alone
