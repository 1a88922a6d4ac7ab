"""The lexical embedding is of length one, the same everywhere, and near for what is alike."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given, strategies as st

from passdown.text.vectors import DIMENSIONS, Sought, cosine, embed, features, likeness, outline


@given(st.text())
def test_a_vector_is_of_length_one_or_empty(text: str) -> None:
    vector = embed(text)
    assert all(0 <= bucket < DIMENSIONS for bucket in vector)
    length = math.sqrt(math.fsum(weight * weight for weight in vector.values()))
    assert length == pytest.approx(1) if vector else not any(map(str.isalnum, text))


@given(st.text(), st.text())
def test_a_cosine_is_the_same_both_ways_and_within_bounds(a: str, b: str) -> None:
    assert cosine(embed(a), embed(b)) == cosine(embed(b), embed(a))
    assert 0 <= cosine(embed(a), embed(b)) <= 1


@given(st.lists(st.sampled_from(["run", "the", "tests", "数据"]), min_size=1))
def test_case_form_and_spaces_do_not_matter(row: list[str]) -> None:
    assert embed(" ".join(row)) == embed("  ".join(row).upper())


def test_nothing_is_near_to_nothing() -> None:
    assert cosine(embed(""), embed("a")) == 0


def test_what_is_alike_is_near() -> None:
    asked = embed("how do I reset my password")
    assert cosine(asked, embed("how can I reset the password?")) > 0.6
    assert cosine(asked, embed("the build is green")) < 0.2


def test_it_is_the_same_in_every_process() -> None:
    code = "from passdown.text.vectors import embed; print(list(embed('one Two 三').items()))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert seen == {f"{list(embed('one Two 三').items())}\n"}


def test_features_are_what_an_embedding_weighs_and_likeness_is_near_its_cosine():
    assert features("the flaky login test") == frozenset(embed("the flaky login test"))
    assert likeness(features("login test"), features("login test")) == 1.0
    assert likeness(features("login test"), features("")) == 0.0
    near, far = features("the login tests"), features("kubernetes ingress")
    asked = features("login test")
    assert likeness(asked, near) > 0.5 > likeness(asked, far)


WORDS = st.lists(st.sampled_from(["run", "the", "tests", "again", "数据", "a" * 50]), max_size=9)


@given(WORDS.map(" ".join), WORDS.map(" ".join), st.sampled_from([0.5, 0.85, 0.92]))
def test_outlines_tell_apart_only_what_is_less_near(a: str, b: str, least: float) -> None:
    if outline(a).beyond(outline(b), least):
        assert cosine(embed(a), embed(b)) < least


def test_outlines_tell_most_texts_apart() -> None:
    one, other = outline("how do I reset my password"), outline("the build of last night is green")
    assert one.beyond(other, 0.92)
    assert not one.beyond(outline("how do I reset my password?"), 0.92)


def test_what_is_sought_is_likest_to_itself_and_to_nothing_that_shares_nothing():
    asked = Sought("the login test")
    assert asked.likeness("The login: test!") == 1.0
    assert 1.0 > asked.likeness("the logins are tested") > asked.likeness("kubernetes log") > 0.0
    assert asked.likeness("xyzzy") == asked.likeness("") == Sought("").likeness("the login") == 0.0


@given(st.text(), st.text())
def test_how_much_of_a_text_is_there_is_a_share(one: str, other: str):
    assert 0.0 <= Sought(one).likeness(other) <= 1.0
