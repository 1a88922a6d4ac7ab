"""The folder an agent worked in names the repo its session belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown.stages.observe.repo import fit, repo_of


@pytest.mark.parametrize(
    ("folder", "repo"),
    [
        ("/nowhere/ada/shop", "shop"),
        ("/nowhere/ada/shop/", "shop"),
        (r"D:\oh-my-posh", "oh-my-posh"),
        ("D:\\code\\shop\\", "shop"),
        ("C:/code/shop", "shop"),
        (r"\\server\share\shop", "shop"),
        ("/nowhere/cli/.worktrees/ada/fix-dates", "cli"),
        (r"D:\shop\.claude\worktrees\brave-lion-12", "shop"),
        ("/nowhere/shop/.claude/worktrees/brave-lion-12", "shop"),
        ("", ""),
        ("/", ""),
        ("C:\\", ""),
        ("..", ""),
        ("/nowhere/a\nb", ""),
        ("/nowhere/a\0b", ""),
    ],
)
def test_a_folder_that_is_not_here_is_named_by_its_path(folder: str, repo: str) -> None:
    assert repo_of(folder) == repo


def test_a_folder_that_is_here_is_named_by_its_repo(tmp_path: Path) -> None:
    (tmp_path / "shop/.git").mkdir(parents=True)
    (tmp_path / "shop/src/deep").mkdir(parents=True)
    assert repo_of(str(tmp_path / "shop/src/deep")) == "shop"


def test_a_linked_worktree_belongs_to_the_main_one(tmp_path: Path) -> None:
    (tmp_path / "shop/.git/worktrees/fix").mkdir(parents=True)
    (tmp_path / "fix").mkdir()
    (tmp_path / "fix/.git").write_text(f"gitdir: {tmp_path}/shop/.git/worktrees/fix\n")
    assert repo_of(str(tmp_path / "fix")) == "shop"


def test_a_submodule_is_a_repo_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "shop/.git/modules/lib").mkdir(parents=True)
    (tmp_path / "shop/lib").mkdir()
    (tmp_path / "shop/lib/.git").write_text("gitdir: ../.git/modules/lib\n")
    assert repo_of(str(tmp_path / "shop/lib")) == "lib"


def test_a_name_that_no_scope_can_have_is_none() -> None:
    assert fit("shop") == "shop"
    assert fit("..") == ""
    assert fit("x" * 300) == ""
    assert fit("") == ""
