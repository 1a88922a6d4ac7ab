"""Values as lines: aligned, fitting, and safe to print whatever the store holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from passdown.text.draw import (
    Hints,
    Look,
    card,
    cell,
    error,
    facts,
    likelihood,
    result,
    table,
    wrap,
)
from passdown.text.safe import columns

PIPE = Look()
NARROW = Look(40, color=False, fit=True)
COLOR = Look(80, color=True, fit=True)
SLY = "\x1b[31mred\x1b]0;title\x07 \x9b2J\u202etxt.exe\u200b"
LISTED = Hints(columns=("id", "confidence", "title"), rows="rows", facts=("found",))
ROWS = [
    {"id": "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b", "confidence": 0.824, "title": "Staging sleeps"},
    {"id": "0193a1b2c3d47e5f8b9b0c1d2e3f4a5b", "confidence": 1.0, "title": "日本語のテキスト"},
]
CARD = {
    "question": "Is this true, and worth telling every later session?",
    "blocks": [
        {"type": "text", "text": "Staging is read-only on Fridays."},
        {
            "type": "quote",
            "text": "No, staging is read-only on Fridays. Deploy on Thursday, or wait.",
            "speaker": "human",
            "at": "2026-11-20T14:02:11.000Z",
            "session": "s1",
            "file": "/t/a.jsonl",
            "offset": 41,
        },
        {"type": "diff", "title": "claim · repo:api", "before": "old", "after": "new"},
        {"type": "table", "head": ["n", "what"], "rows": [["1", "a"], ["22", "b"]]},
        {"type": "facts", "facts": [["replay", "seen again in 3 later sessions"]]},
    ],
}


def lines(value: Any, look: Look = PIPE, hints: Hints = LISTED) -> list[str]:
    return list(result(value, look, hints))


def test_a_pipe_gets_each_row_whole_under_its_head() -> None:
    assert lines({"found": 2, "rows": ROWS}) == [
        "found  2",
        "",
        "id                                confidence  title",
        "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b        0.82  Staging sleeps",
        "0193a1b2c3d47e5f8b9b0c1d2e3f4a5b        1.00  日本語のテキスト",
    ]


def test_a_column_that_no_row_has_is_left_out() -> None:
    hints = Hints(rows="rows", columns=("id", "why"))
    assert lines({"rows": [{"id": "a"}]}, hints=hints) == ["id", "a"]
    told = lines({"rows": [{"id": "a"}, {"id": "b", "why": {"n": 1}}]}, hints=hints)
    assert told == ["id  why", "a", 'b   {"n":1}']


def test_a_terminal_gets_ids_no_longer_than_it_takes_to_tell_them_apart() -> None:
    assert lines({"found": 2, "rows": ROWS}, NARROW)[2:] == [
        "id                  confidence  title",
        "0193a1b2c3d47e5f8a        0.82  Staging",
        "                                sleeps",
        "0193a1b2c3d47e5f8b        1.00  日本語の",
        "                                テキスト",
    ]


def test_a_row_takes_few_lines_however_long_its_text_is() -> None:
    rows = [["a", "word " * 200]]
    drawn = list(table(("id", "text"), rows, NARROW))
    assert len(drawn) == 1 + 4
    assert drawn[-1].endswith("…")


@pytest.mark.parametrize(("look", "said"), [(NARROW, ["nothing"]), (PIPE, [])])
def test_no_rows_are_said_to_a_person_and_not_to_a_pipe(look: Look, said: list[str]) -> None:
    assert lines({"rows": []}, look, Hints(rows="rows")) == said


def test_an_empty_text_says_at_a_terminal_what_to_do_and_nothing_in_a_pipe() -> None:
    hints = Hints(card="text", empty="nothing is approved yet")
    assert lines({"text": ""}, NARROW, hints) == ["nothing is approved yet"]
    assert lines({"text": ""}, PIPE, hints) == []


def test_no_rows_need_no_word_where_facts_stand() -> None:
    assert lines({"found": 0, "rows": []}, NARROW) == ["found  0"]


@pytest.mark.parametrize("look", [NARROW, PIPE])
def test_an_answer_with_nothing_in_any_table_says_so_instead_of_its_zeros(look: Look) -> None:
    also = (("more", ("id",)),)
    hints = Hints(rows="rows", facts=("asked", "mode", "notes"), also=also, empty="all stand")
    nothing = {"asked": 0, "mode": "words", "rows": [], "more": [], "notes": []}
    assert lines(nothing, look, hints) == ["mode  words", *(["all stand"] if look.fit else [])]
    assert lines({**nothing, "more": [{"id": "a"}]}, look, hints)[-1] == "a"
    assert "asked  0" in lines({**nothing, "more": [{"id": "a"}]}, look, hints)


def test_a_card_is_drawn_block_by_block() -> None:
    assert list(card(CARD, NARROW)) == [
        "Is this true, and worth telling every",
        "later session?",
        "",
        "Staging is read-only on Fridays.",
        "",
        "│ No, staging is read-only on Fridays.",
        "│ Deploy on Thursday, or wait.",
        "  human · 2026-11-20 14:02 ·",
        "  /t/a.jsonl:41",
        "",
        "claim · repo:api",
        "- old",
        "+ new",
        "",
        " n  what",
        " 1  a",
        "22  b",
        "",
        "replay  seen again in 3 later sessions",
    ]


def test_a_card_may_have_facts_below_it() -> None:
    shown = lines({"card": CARD, "id": "a1", "none": ""}, PIPE, Hints(card="card", facts=("id",)))
    assert shown[-2:] == ["", "id  a1"]


def test_a_text_to_read_is_printed_as_it_is() -> None:
    value = {"text": "# Brief\n\n- a\n  - b\n"}
    assert lines(value, PIPE, Hints(card="text")) == ["# Brief", "", "- a", "  - b"]
    assert lines({"text": ""}, PIPE, Hints(card="text")) == []


def test_a_result_without_hints_is_facts_then_what_is_nested() -> None:
    value = {"ok": True, "when": "2026-11-20T14:02:11.000Z", "by_loop": {"claims": 3}, "rows": ROWS}
    assert lines(value, PIPE, Hints())[:6] == [
        "ok    yes",
        "when  2026-11-20 14:02",
        "",
        "by loop",
        "  claims  3",
        "",
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (True, "yes"),
        (3, "3"),
        (0.5, "0.50"),
        (["a", 1], "a, 1"),
        ({"a": 1}, '{"a":1}'),
        ("2026-11-20T14:02:11.000Z", "2026-11-20 14:02"),
    ],
)
def test_a_value_is_said_shortly(value: Any, said: str) -> None:
    assert cell(value) == said


def test_a_list_of_values_is_one_to_a_line() -> None:
    assert lines(["a", 2], PIPE, Hints()) == ["a", "2"]


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.95, "very likely (0.95)"), (0.7, "likely (0.70)"), (0.1, "uncertain (0.10)")],
)
def test_a_confidence_is_said_in_words(confidence: float, words: str) -> None:
    assert likelihood(confidence) == words


def test_an_error_says_what_where_and_next() -> None:
    plain = {"code": "conflict", "what": "it\nmoved", "where": "a", "next": "look"}
    assert list(error(plain, PIPE)) == ["error[conflict]: it moved (a)", "next: look"]
    bare = {"code": "conflict", "what": "it moved", "where": "", "next": ""}
    assert list(error(bare, PIPE)) == ["error[conflict]: it moved"]


def test_a_long_word_is_broken_and_indents_are_kept() -> None:
    assert wrap("x" * 45, NARROW) == ["x" * 40, "x" * 5]
    assert wrap("  - item", NARROW) == ["  - item"]


def test_facts_hang_below_their_value() -> None:
    assert list(facts([("a", "one two " * 6)], NARROW)) == [
        "a  one two one two one two one two one",
        "   two one two",
    ]


TEXT = st.text(st.characters(codec="utf-8"), max_size=120) | st.just(SLY)
VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUE, st.booleans())
def test_nothing_in_a_value_drives_the_terminal(value: Any, fit: bool) -> None:
    for line in result(value, Look(60, color=False, fit=fit)):
        assert not [c for c in line if (c < " " and c != "\t") or "\x7f" <= c <= "\x9f"]
        assert not set(line) & set("\u202e\u2066\u200b")


@given(VALUE, st.integers(30, 120))
def test_a_terminal_line_is_no_wider_than_the_terminal(value: Any, width: int) -> None:
    for line in result({"a": value}, Look(width, color=False, fit=True)):
        assert columns(line.expandtabs(1)) <= width


@given(TEXT, TEXT)
def test_a_card_of_anything_is_drawn(question: str, text: str) -> None:
    blocks = [{"type": "quote", "text": text, "speaker": text}, {"type": "text", "text": text}]
    drawn = list(card({"question": question, "blocks": blocks}, NARROW))
    assert all(columns(line.expandtabs(1)) <= 40 for line in drawn)


def test_colour_is_the_only_escape() -> None:
    drawn = "".join(card({**CARD, "question": SLY}, COLOR))
    assert "\x1b[1m" in drawn
    assert "\x1b[31mred" not in drawn
