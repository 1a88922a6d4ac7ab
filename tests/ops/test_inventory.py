"""Where an inventory is written: below the folder, whatever links a repository brings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from passdown.domain.errors import Unreadable
from tests.desk import Desk, desk

REPORT = "docs/PYTHON_INVENTORY.md"


@pytest.fixture
def at() -> Iterator[Desk]:
    made = desk()
    yield made
    made.close()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "repo" / "docs").mkdir(parents=True)
    (tmp_path / "repo" / "old.py").write_text("x = 1\n")
    (tmp_path / "mine").write_text("precious")
    return tmp_path / "repo"


@pytest.mark.parametrize("name", ["PYTHON_INVENTORY.md", ".PYTHON_INVENTORY.md.new"])
def test_a_link_in_the_report_s_place_is_replaced_and_never_followed(
    name: str, at: Desk, repo: Path
) -> None:
    (repo / "docs" / name).symlink_to(repo.parent / "mine")
    at.call("inventory", path=str(repo))
    assert (repo.parent / "mine").read_text() == "precious"
    assert not (repo / REPORT).is_symlink()
    assert "old.py" in (repo / REPORT).read_text()


def test_a_folder_that_is_a_link_out_of_the_repository_is_not_written_to(
    at: Desk, repo: Path, tmp_path: Path
) -> None:
    (repo / "docs").rmdir()
    (tmp_path / "elsewhere").mkdir()
    (repo / "docs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unreadable, match="leads out") as refused:
        at.call("inventory", path=str(repo))
    assert "--out" in refused.value.next
    assert not [*(tmp_path / "elsewhere").iterdir()]


def test_the_second_inventory_says_what_the_first_did(at: Desk, repo: Path) -> None:
    first, second = (at.call("inventory", path=str(repo)) for _ in range(2))
    assert first == second
    assert first["dead"] == 1


def test_one_file_that_is_nested_too_deep_to_follow_stops_no_inventory(
    at: Desk, repo: Path
) -> None:
    long = "+".join(["x"] * 1200)
    body = "\n".join(f"    y{n} = {long}" for n in range(12))
    (repo / "deep.py").write_text(f"y = {long}\nimport old\ndef f(x):\n{body}\n")
    (repo / "again.py").write_text((repo / "deep.py").read_text())
    told = {one["path"]: one for one in at.call("inventory", path=str(repo))["files"]}
    assert set(told) == {"again.py", "deep.py", "old.py"}
    assert told["old.py"]["importers"] == ["again.py", "deep.py"]


def test_a_name_that_is_no_text_is_counted_as_left_out(at: Desk, repo: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(repo) + b"/\xff.py")).write_text("x = 1\n")
    except OSError:
        pytest.skip("this disk takes no such name")
    told = at.call("inventory", path=str(repo))
    assert [one["path"] for one in told["files"]] == ["old.py"]
    assert told["left_out"] == 1


def test_a_name_of_two_lines_stays_in_its_row_of_the_report(at: Desk, repo: Path) -> None:
    (repo / "a\n|b`.py").write_text("x = 1\n")
    at.call("inventory", path=str(repo))
    assert "| `a \\|b'.py` |" in (repo / REPORT).read_text()
