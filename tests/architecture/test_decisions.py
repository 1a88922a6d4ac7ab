"""Each decision is on record in full, and what is on record is what the code does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from passdown.domain.settings import KNOBS
from tools import decisions

FOLDER = Path(__file__).parents[2] / "docs/decisions"
CLOSED = FOLDER / "0006-seven-closed-actions.md"


def test_every_decision_is_numbered_listed_and_complete() -> None:
    assert decisions.faults(FOLDER) == []


def test_the_closed_actions_are_seven() -> None:
    assert decisions.actions(CLOSED) == [
        "SPLIT_NEW",
        "SPLIT_INTO_EXISTING",
        "MERGE",
        "DECOMPOSE_TO_PRIMORDIAL",
        "RENAME",
        "NO_ACTION",
        "ESCALATE",
    ]


@pytest.mark.parametrize("about", ["outcome", "cost", "while a cycle runs"])
def test_its_open_questions_are_answered(about: str) -> None:
    asked = [one for one in decisions.questions(CLOSED.read_text()) if about in one]
    assert len(asked) == 1


@pytest.mark.parametrize("name", ["arbiter_budget", "arbiter_day_budget", "arbiter_calls"])
def test_what_asking_may_cost_is_a_rail_as_it_says(name: str) -> None:
    assert f"`gate.{name}`" in CLOSED.read_text()
    assert KNOBS[f"gate.{name}"].safety
    assert not KNOBS[f"gate.{name}"].step


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The decisions, to be spoiled."""
    return Path(shutil.copytree(FOLDER, tmp_path / "decisions"))


def test_a_gap_in_the_numbers_is_noticed(copy: Path) -> None:
    (copy / "0002-hashed-locks.md").unlink()
    said = decisions.faults(copy)
    assert (
        "0003-real-postgresql-in-tests.md: is number 2 of the records, its name says otherwise"
        in said
    )
    assert "README.md: lists 0002-hashed-locks.md, which is not so" in said


def test_a_decision_under_another_title_is_noticed(copy: Path) -> None:
    path = copy / "0001-plain-sql.md"
    path.write_text(path.read_text().replace("# Plain SQL", "# Simple SQL"))
    assert any("does not list 0001-plain-sql.md" in said for said in decisions.faults(copy))


@pytest.mark.parametrize("part", decisions.PARTS)
def test_a_part_that_is_missing_is_noticed(copy: Path, part: str) -> None:
    path = copy / "0004-processes-that-draw.md"
    path.write_text(path.read_text().replace(part, ""))
    assert [said.partition(":")[0] for said in decisions.faults(copy)] == [path.name]


def test_a_question_without_an_answer_is_noticed(copy: Path) -> None:
    path = copy / CLOSED.name
    text = path.read_text()
    asked, said = next(iter(decisions.questions(text).items()))
    rest = text.partition(f"**{asked}**")[2].partition("\n\n")[0]
    path.write_text(text.replace(rest, " Later."))
    assert decisions.faults(copy) == [f"{path.name}: no answer to {asked!r}"]
    assert said not in path.read_text()
