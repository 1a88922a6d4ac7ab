"""What is looked at in a checkout: files below it, and nothing else; nothing is run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from passdown.contract.check import Check
from passdown.ops.checking import FAILS, HOLDS, LARGEST, SKIPPED, look

WEB = "repo:web"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "web"
    (made / ".git").mkdir(parents=True)
    (made / "Makefile").write_text("check:\n\truff check\n")
    return made


def result(asked: Check, root: Path | None, scope: str = WEB, *, run: bool = False) -> str:
    return look(asked, scope, root, run=run).result


def test_a_path_exists_or_does_not(root: Path):
    assert result(Check("exists", "Makefile"), root) == HOLDS
    assert look(Check("exists", "Justfile"), WEB, root) == (FAILS, "there is no Justfile")


def test_a_file_says_something_on_one_line_or_does_not(root: Path):
    assert result(Check("contains", "Makefile", "check:"), root) == HOLDS
    assert result(Check("contains", "Makefile", "lint:"), root) == FAILS
    assert result(Check("contains", "Makefile", "check:\n\truff"), root) == FAILS
    assert result(Check("contains", "Justfile", "check:"), root) == FAILS


def test_a_file_has_these_bytes_or_has_changed(root: Path):
    there = hashlib.sha256((root / "Makefile").read_bytes()).hexdigest()
    assert result(Check("sha256", "Makefile", there), root) == HOLDS
    (root / "Makefile").write_text("all:\n")
    assert look(Check("sha256", "Makefile", there), WEB, root) == (FAILS, "Makefile has changed")


def test_what_leads_out_of_the_checkout_is_not_looked_at(root: Path):
    (root.parent / "secret").write_text("x")
    (root / "out").symlink_to(root.parent / "secret")
    assert result(Check("exists", "out"), root) == SKIPPED
    assert result(Check("exists", "../secret"), root) == SKIPPED


def test_another_repo_and_no_checkout_say_nothing(root: Path):
    assert result(Check("exists", "Makefile"), root, "repo:api") == SKIPPED
    assert result(Check("exists", "Makefile"), root, "global") == SKIPPED
    assert result(Check("exists", "Makefile"), None) == SKIPPED


def test_a_huge_file_is_not_read(root: Path):
    with (root / "huge").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert result(Check("contains", "huge", "x"), root) == SKIPPED


@pytest.mark.parametrize(
    ("program", "value", "expected"),
    [("sh", "0", HOLDS), ("sh", "1", FAILS), ("no-such-program", "1", HOLDS)],
)
def test_a_program_is_looked_for_only_when_a_person_asks(program, value, expected, root: Path):
    asked = Check("exits", program, value)
    assert result(asked, root) == SKIPPED
    assert result(asked, None, run=True) == expected
