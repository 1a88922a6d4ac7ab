"""A check is a line of a closed grammar that changes nothing and never leaves the repo."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from passdown.loops.claims.check import Check, of_commands, of_missing, of_text, parse, said


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ("exists docs/rules.md", Check("exists", "docs/rules.md")),
        ("contains Makefile check:", Check("contains", "Makefile", "check:")),
        (f"sha256 go.sum {'a' * 64}", Check("sha256", "go.sum", "a" * 64)),
        ("exits 1 command -v pytest", Check("exits", "pytest", "1")),
    ],
)
def test_every_form_is_read(line: str, check: Check) -> None:
    assert parse(line) == check
    assert said(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "",
        "exists /etc/passwd",
        "exists ../secrets",
        "exists a/../../b",
        "exists ~/x",
        "exists -rf",
        "exists $HOME",
        "contains Makefile",
        "sha256 go.sum abc",
        "exits 0 rm -rf .",
        "exits 2 command -v git",
        "exits 0 command -v git; rm x",
        "exists a\nexists b",
        "run make test",
    ],
)
def test_nothing_else_is_a_check(line: str) -> None:
    assert parse(line) is None
    assert said(line) == ""


@given(st.text(max_size=60))
def test_whatever_is_derived_is_a_check_or_nothing(text: str) -> None:
    for line in (
        of_text(f"It lives in `{text}`."),
        of_missing(text),
        of_commands([f"make {text}"]),
    ):
        assert line == "" or parse(line) is not None


def test_what_a_sentence_places_is_looked_for_there() -> None:
    assert of_text("The flags live in `config/flags.toml`.") == "exists config/flags.toml"
    assert of_text("Migrations are kept in `db/migrations/`.") == "exists db/migrations"
    assert of_text("Pages are defined in `routes`.") == ""
    assert of_text("Use `a/b.py`.") == ""


def test_a_target_is_looked_for_where_it_is_defined() -> None:
    assert of_commands(["git pull", "make check"]) == "contains Makefile check:"
    assert of_commands(["pnpm run lint"]) == 'contains package.json "lint":'
    assert of_commands(["./tools/release.sh"]) == "exists tools/release.sh"
    assert of_commands(["go test", "git push"]) == ""
