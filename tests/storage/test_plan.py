"""A question to a large full-text index asks for its rarest words."""

from __future__ import annotations

from passdown.storage.plan import MOST, planned


def ask(**having: int) -> str:
    return planned([*having], having, str)


def test_where_there_is_room_every_word_is_asked_for():
    assert ask(a=5, b=3, c=4) == "b OR c OR a"


def test_a_word_that_nothing_has_is_not_asked_for():
    assert ask(a=0, b=1) == "b"
    assert ask(a=0) == ask() == ""


def test_frequent_words_are_left_out_once_there_is_no_room_for_them():
    assert ask(rare=10, often=MOST - 10, more=MOST) == "rare OR often"
    assert ask(rare=10, often=MOST) == "rare"


def test_where_even_the_rarest_is_frequent_it_is_asked_for_together_with_the_next():
    assert ask(a=MOST + 2, b=MOST + 1, c=MOST * 9) == "b AND a"
    assert ask(a=MOST + 1) == "a"
