"""Which store and which knobs: said anywhere on a command line, in one form or the other."""

from __future__ import annotations

import pytest

from passdown.config.argv import Options, split
from passdown.domain.errors import Invalid


def test_options_are_taken_wherever_they_stand() -> None:
    argv = ["--store", "/a", "search", "x", "--set=a.b=1", "--limit", "3", "--set", "c=d=e"]
    options, words = split(argv)
    assert options == Options("/a", {"a.b": "1", "c": "d=e"})
    assert words == ["search", "x", "--limit", "3"]


def test_two_dashes_end_them_and_stay() -> None:
    assert split(["add", "--", "--store", "x"]) == (Options(), ["add", "--", "--store", "x"])


def test_they_survive_being_said_again() -> None:
    options, _ = split(["--store=/a b", "--set", "a.b=1", "--set", "c="])
    assert split(options.words()) == (options, [])


@pytest.mark.parametrize(
    "argv", [["--store"], ["--store="], ["--set"], ["--set", "x"], ["--set", "=x"]]
)
def test_half_an_option_is_refused_with_an_example(argv: list[str]) -> None:
    with pytest.raises(Invalid) as error:
        split(argv)
    assert error.value.next.startswith("For example: ")
