"""Many outlines at once tell apart what each by itself does, with arrays and without."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, strategies as st

from passdown.text.outlines import Outlines
from passdown.text.vectors import outline

WORDS = st.lists(
    st.sampled_from(["tea", "milk", "at", "four", "o'clock,", "please", "75%", "Grüße"]), max_size=6
)
TEXTS = st.lists(WORDS.map(" ".join), max_size=12)


@given(TEXTS, WORDS.map(" ".join), st.floats(0, 1))
def test_those_are_left_that_are_not_beyond_it(texts: list[str], text: str, least: float) -> None:
    own = outline(text)
    expected = [one for one in texts if not outline(one).beyond(own, least)]
    assert list(Outlines(texts).not_beyond(own, least)) == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "passdown.text.arrays", None)
        without = Outlines(texts)
    assert list(without.not_beyond(own, least)) == expected
