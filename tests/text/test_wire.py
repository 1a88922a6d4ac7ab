"""One line of JSON, the same on every surface, that no terminal acts on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from passdown.text.wire import encode

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_what_is_sent_is_what_is_read(value: Any) -> None:
    assert json.loads(encode(value)) == value


@given(PLAIN)
def test_it_is_one_line_that_drives_no_terminal(value: Any) -> None:
    line = encode(value)
    assert len(line.splitlines()) == 1
    risky = {c for c in line if c < " " or "\x7f" <= c <= "\x9f" or "\u202a" <= c <= "\u202e"}
    assert not risky
    assert line.encode()


def test_it_is_compact_and_readable() -> None:
    assert encode({"a": [1, 2.5], "b": "grüße, 日本"}) == '{"a":[1,2.5],"b":"grüße, 日本"}'


def test_half_a_character_is_sent_as_it_was() -> None:
    assert encode("\ud800") == '"\\ud800"'


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_has_no_word_for_is_no_answer(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(value)
