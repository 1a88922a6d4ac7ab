"""Where an inventory is written: below the folder, whatever links a repository brings."""

from __future__ import annotations

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
