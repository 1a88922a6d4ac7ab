"""A store that somebody named: who only reads makes none, and is told where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from passdown.surfaces.exits import EXIT
from tests.surfaces.shells import Run, ShellApp, run, toy

__all__ = ["run", "toy"]

PROGRAM = Path(sys.executable).with_name("passdown")


def test_who_only_reads_is_told_before_where_there_is_no_store(run: Run, toy: ShellApp) -> None:
    run("echo")
    assert toy.looked == 1
    run("note", "idea", "Buy milk")
    assert toy.looked == 1


@pytest.mark.parametrize("words", [("search", "x"), ("brief",), ("pending",), ("audit", "list")])
@pytest.mark.parametrize("by", ["flag", "environment"])
def test_reading_a_store_that_was_named_and_is_not_there_makes_none(
    tmp_path: Path, words: tuple[str, ...], by: str
) -> None:
    typo = tmp_path / "tpyo"
    named = {"PASSDOWN_STORE": str(typo)} if by == "environment" else {}
    flag = ("--store", str(typo)) if by == "flag" else ()
    done = subprocess.run(
        [PROGRAM, *words, *flag], env={**os.environ, **named}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (EXIT["not_found"], "")
    assert done.stderr.startswith(f"error[not_found]: there is no store ({typo})\nnext: ")
    assert not typo.exists()


def test_what_writes_makes_the_store_that_it_names_and_nobody_names_the_usual_one(
    tmp_path: Path,
) -> None:
    fresh = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    for words in (("search", "x"), ("add", "Tea is at four.", "--store", str(tmp_path / "new"))):
        done = subprocess.run([PROGRAM, *words], env=fresh, cwd=tmp_path, capture_output=True)
        assert done.returncode == 0
    assert (tmp_path / "data/passdown/store.db").exists()
    assert (tmp_path / "new/store.db").exists()


@pytest.mark.parametrize("words", [("discover",), ("capabilities",), ("config", "show")])
def test_what_needs_no_store_answers_whichever_is_named(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [PROGRAM, *words, "--store", str(tmp_path / "none")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
