"""Words: identifiers whole and in parts, stems, trigrams where no spaces are written."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, strategies as st

from passdown.text.tokens import STOP_WORDS, content_words, normalise, shingles, stem, words


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_forms_cases_and_spaces_are_one() -> None:
    assert normalise("  \uff26\uff49\uff4c\uff45\t STRASSE\n") == normalise("file stra\u00dfe")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fooBarBaz", ["foobarbaz", "foo", "bar", "baz"]),
        ("HTTPServer2", ["httpserver2", "http", "server2"]),
        ("my_snake_case", ["my_snake_case", "my", "snake", "case"]),
        ("src/app/main.py", ["src/app/main.py", "src", "app", "main", "py"]),
        ("Don\u2019t", ["don't"]),
        ("v1.2.3 on 2026-01-05", ["v1.2.3", "on", "2026-01-05"]),
        ("--no-verify!", ["no-verify", "no", "verify"]),
        ("数据库连接", ["数据库", "据库连", "库连接"]),
        ("PostgreSQL数据库", ["postgresql", "数据库"]),
        ("", []),
        ("... !?", []),
    ],
)
def test_a_compound_is_kept_whole_and_split(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text())
def test_words_are_folded_and_never_empty(text: str) -> None:
    for word in words(text):
        assert word
        assert word == word.casefold()


# From Porter's paper, one for each of its rules.
STEMS = """caresses caress ponies poni ties ti caress caress cats cat feed feed agreed agre
plastered plaster bled bled motoring motor sing sing conflated conflat troubled troubl sized size
hopping hop tanned tan falling fall hissing hiss fizzed fizz failing fail filing file happy happi
sky sky relational relat conditional condit rational ration valenci valenc hesitanci hesit
digitizer digit conformabli conform radicalli radic differentli differ vileli vile analogousli
analog vietnamization vietnam predication predic operator oper feudalism feudal decisiveness decis
hopefulness hope callousness callous formaliti formal sensitiviti sensit sensibiliti sensibl
triplicate triplic formative form formalize formal electriciti electr electrical electr hopeful hope
goodness good revival reviv allowance allow inference infer airliner airlin gyroscopic gyroscop
adjustable adjust defensible defens irritant irrit replacement replac adjustment adjust dependent
depend adoption adopt homologou homolog communism commun activate activ angulariti angular
homologous homolog effective effect bowdlerize bowdler probate probat rate rate cease ceas
controll control roll roll yes ye at at"""


@pytest.mark.parametrize("pair", list(zip(STEMS.split()[::2], STEMS.split()[1::2], strict=True)))
def test_stems_are_those_of_the_paper(pair: tuple[str, str]) -> None:
    assert stem(pair[0]) == pair[1]


def test_accents_are_dropped_and_other_scripts_left() -> None:
    assert stem("r\u00e9sum\u00e9s") == stem("resumes")
    assert stem("数据库") == "数据库"
    assert stem("my_var") == "my_var"


@given(st.from_regex(r"[a-z]{1,30}", fullmatch=True))
def test_a_stem_is_no_longer_than_its_word(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word) + 1


def test_content_words_carry_meaning_in_order() -> None:
    said = "You should always run the migrations before the tests are running"
    assert content_words(said) == ["alwai", "run", "migrat", "test", "run"]
    assert not set(content_words(" ".join(STOP_WORDS)))


def test_a_blob_is_no_content_word() -> None:
    assert content_words("see " + "a" * 500) == ["see"]


def test_shingles_are_of_k_words_or_of_all_when_there_are_fewer() -> None:
    assert len(shingles("one two three four five six")) == 2
    assert len(shingles("one two")) == 1
    assert shingles("") == frozenset()
    assert shingles("One,  two THREE four five!") == shingles("one two three four five")


@given(st.lists(st.sampled_from(["ab", "cd", "ef", "gh", "ij", "kl"]), min_size=8, max_size=20))
def test_a_quoted_part_shares_its_shingles(row: list[str]) -> None:
    assert shingles(" ".join(row[2:])) <= shingles(" ".join(row))


def test_shingles_are_the_same_in_every_process() -> None:
    code = "from passdown.text.tokens import shingles; print(sorted(shingles('a b c d e f')))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert seen == {f"{sorted(shingles('a b c d e f'))}\n"}


@given(
    text=st.text(max_size=120)
    | st.lists(
        st.sampled_from(
            (
                "don't",
                "going",
                "fooBar",
                "x::y",
                "12.3",
                "Über",
                "a",
                "7",
                "w" * 81,
                "\u6f22\u5b57\u4ed6\u4e5f",
            )
        )
    ).map(" ".join)
)
def test_content_words_are_the_stems_of_the_words_that_carry_meaning(text: str) -> None:
    carry = (w for w in words(text) if 1 < len(w) <= 80 or w.isdigit() or not w.isascii())
    assert content_words(text) == [stem(w) for w in carry if w not in STOP_WORDS]
    assert content_words(text) == content_words(text)
