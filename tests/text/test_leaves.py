"""Texts inside of JSON are rewritten; quotes move with their text, and go with it."""

from __future__ import annotations

from hypothesis import given, strategies as st

from passdown.text.leaves import each, elsewhere, shifted, without
from passdown.text.redact import Found, Redacted, Redactor, moved


def test_every_text_is_rewritten_names_too():
    value = {"a": ["b", 1, None, True, {"c": 2.5}]}
    assert each(value, str.upper) == {"A": ["B", 1, None, True, {"C": 2.5}]}


def test_the_key_of_a_record_is_what_it_is_found_by():
    value = {"record": {"kind": "a", "key": "b", "text": "c", "version": 1}, "key": "d"}
    assert each(value, str.upper) == {
        "RECORD": {"KIND": "A", "KEY": "B", "TEXT": "C", "VERSION": 1, "key": "b"},
        "KEY": "D",
    }


def test_quotes_of_these_texts_move_and_others_do_not():
    moves = {7: lambda place, is_end: place + (10 if is_end else 1)}
    value = [{"seq": 7, "start": 1, "end": 2, "why": "x"}, {"seq": 8, "start": 1, "end": 2}]
    assert shifted({"quotes": value}, moves) == {
        "quotes": [{"seq": 7, "start": 2, "end": 12, "why": "x"}, value[1]]
    }
    assert shifted({"seq": 7, "start": "1", "end": 2}, moves)["start"] == "1"
    assert shifted({"seq": "7", "start": 1, "end": 2}, moves)["end"] == 2


def test_what_is_forgotten_is_no_longer_cited():
    value = {
        "quotes": [{"seq": 7, "start": 0}, {"seq": 8, "start": 0}],
        "evidence": [7, 8, 9],
        "sessions": ["s", "t"],
        "inner": {"by": {"seq": 7}, "evidence": "7", "sessions": None},
        "numbers": [7, 8],
    }
    assert without(value, {7, 9}, "s") == {
        "quotes": [{"seq": 8, "start": 0}],
        "evidence": [8],
        "sessions": ["t"],
        "inner": {"by": {"seq": 7}, "evidence": "7", "sessions": None},
        "numbers": [7, 8],
    }


NAMES = st.sampled_from(["ann.lee", "jane", "x.y.z"])
PIECES = st.lists(
    st.builds("{}@corp-mail.com".format, NAMES)
    | st.builds("AKIA{}".format, st.text("QRZLABWX2347", min_size=16, max_size=16))
    | st.text("äö word, ", min_size=1, max_size=12).map(" {} ".format),
    max_size=8,
)
REDACTOR = Redactor(b"a key")


@given(PIECES)
def test_whatever_is_redacted_every_place_between_finds_stays_where_it_was(pieces: list[str]):
    text = "".join(pieces)
    done = REDACTOR.redact(text)
    inside = {n for found in done.found for n in range(found.start, found.end)}
    for place in range(len(text)):
        new = moved(done, place)
        if place not in inside:
            assert done.text[new] == text[place]
        else:
            assert done.text[new] == "["
    assert moved(done, len(text)) == moved(done, len(text), is_end=True) == len(done.text)
    places = [moved(done, place) for place in range(len(text) + 1)]
    ends = [moved(done, place, is_end=True) for place in range(len(text) + 1)]
    assert places == sorted(places)
    assert ends == sorted(ends)
    assert all(start <= end for start, end in zip(places, ends, strict=True))


def test_a_text_gives_way_where_it_is_told_of_what_had_it():
    value = [
        {"key": "k", "text": "t"},
        {"text": "t"},
        {"of": {"id": "i", "in": ["t"], "text": "t"}},
    ]
    assert elsewhere(value, {"k", "i"}, "t", "<{}>".format) == [
        {"key": "k", "text": "<t>"},
        {"text": "t"},
        {"of": {"id": "i", "in": ["t"], "text": "<t>"}},
    ]
    assert elsewhere({"text": "t"}, {"t"}, "t", "<{}>".format) == {"text": "t"}


def test_a_place_moves_with_what_was_replaced_before_it():
    # "ab SECRET cd XY" with both replaced by what is longer and shorter.
    done = Redacted("ab [k:1] cd [email:22]", (Found("k", 3, 9), Found("e", 13, 15)))
    starts = [moved(done, place) for place in (0, 2, 3, 5, 9, 10, 13, 14, 15)]
    assert starts == [0, 2, 3, 3, 8, 9, 12, 12, 22]
    ends = [moved(done, place, is_end=True) for place in (3, 4, 9, 12, 13, 14, 15)]
    assert ends == [3, 8, 8, 11, 12, 22, 22]
