"""Whether a call is one that failed before: its words in a row, whatever stands in the gaps."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, strategies as st

from passdown.text.calls import GAP, keys, repeats


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("python -m pytest", "python"),
        ("cd web && python x.py", "python"),
        ("/usr/bin/python x.py", "python"),
        ("npm   run\ttypecheck --fix", "npm run typecheck"),
        ("git push origin main --force", "git push … --force"),
        ("git push origin main", "git push …"),
        ("time make deploy", "… deploy"),
        ("npm test; make", "npm test"),
        ("(cd web; npm test)", "npm test"),
        ("echo $(/usr/bin/python x.py)", "python x.py"),
    ],
)
def test_the_same_call_is_known_again(line: str, shape: str):
    assert repeats(line, shape)


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("python3 -m pytest", "python"),
        ("npm run types", "npm run typecheck"),
        ("npm run", "npm run typecheck"),
        ("git push --force", "git push … --force"),
        ("git push", "git push …"),
        ("deploy", "… deploy"),
        ("git bin/push", "git push"),
        ("", "python"),
        ("npm; test", "npm test"),
        ("npm (test", "npm test"),
        ("python", ""),
    ],
)
def test_another_call_is_not(line: str, shape: str):
    assert not repeats(line, shape)


def test_what_is_beyond_the_longest_line_is_not_looked_at():
    assert not repeats("x " * 1000 + "python", "python")


def slowly(line: str, shape: str) -> bool:
    """The same as one pattern over the line."""
    words = (r"\S+(?:\s+\S+)*?" if word == GAP else re.escape(word) for word in shape.split())
    form = r"\s+".join(words)
    return bool(re.search(rf"(?<!\S)(?:\S*/)?{form}(?!\S)", line))


WORDS = st.lists(st.sampled_from(["a", "b", "x/a", "c"]), max_size=7).map(" ".join)
SHAPES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).flatmap(
    lambda words: st.sampled_from([" ".join(words), f" {GAP} ".join(words)])
)


@given(WORDS, SHAPES)
def test_it_says_what_a_pattern_says(line: str, shape: str):
    assert repeats(line, shape) == slowly(line, shape)


@given(WORDS, SHAPES)
def test_whatever_is_repeated_is_found_by_any_of_its_words(line: str, shape: str):
    line = f"({line};)"
    if repeats(line, shape):
        assert {word for word in shape.split() if word != GAP} <= keys(line)


def test_no_shape_makes_it_slow():
    began = time.process_time()
    assert not repeats("a " * 1000, f"a {GAP} " * 150 + "b")
    assert time.process_time() - began < 0.5
