"""What is printed cannot act on a terminal, hide, or fail to be encoded."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from passdown.text.safe import one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mX", "X"),
        ("\x1bP1;2|q\x1b\\y", "y"),
        ("a\x1b[2Jb\x08c\x7f", "abc"),
        ("ab\u202edc\u2066", "abdc"),
        ("pass\u200bword\ufeff", "password"),
        ("tab\tand\r\nnew\rline", "tab\tand\nnew\nline"),
        ("\ud800", "\ufffd"),
        ("\U000e0041x", "x"),
        ("na\u00efve \u2764\ufe0f 数据", "na\u00efve \u2764\ufe0f 数据"),
    ],
)
def test_escapes_controls_and_the_unseen_are_taken_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters() | st.sampled_from("\x1b[]\x07\x9bm\ud800\u202e\u200b")))
def test_the_result_is_encodable_visible_and_final(text: str) -> None:
    shown = printable(text)
    shown.encode()
    assert printable(shown) == shown
    controls = {char for char in shown if unicodedata.category(char) == "Cc"}
    assert controls <= {"\n", "\t"}


@given(st.text(), st.integers(0, 60))
def test_one_line_stays_within_its_width(text: str, width: int) -> None:
    line = one_line(text, width)
    assert "\n" not in line
    assert sum(map(drawn, line)) <= width


def drawn(char: str) -> int:
    """Columns a terminal gives the character."""
    if unicodedata.combining(char) or "\ufe00" <= char <= "\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def test_a_line_that_is_cut_says_so() -> None:
    assert one_line("one\n two   three", 9) == "one two…"
    assert one_line("one two", 7) == "one two"
    assert one_line("数据库连接", 6) == "数据…"
    assert one_line("abc", 0) == ""
