"""Files of public repositories are brought by commit, and a missing one is an error."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from evals import _public
from evals._public import DEVELOPMENT, TEST, Source, bring, sources, unpacked

NOTES = ".specstory/history/one.md"


def git(place: Path, *asked: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", "-C", str(place), *who, *asked], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A forge with one repository, which the list names."""
    home = tmp_path / "forge" / "ann" / "shop"
    (home / NOTES).parent.mkdir(parents=True)
    (home / NOTES).write_text("said")
    git(home.parent, "init", "--quiet", str(home))
    git(home, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(home, "add", ".")
    git(home, "commit", "--quiet", "-m", "Notes")
    one = Source("ann/shop", git(home, "rev-parse", "HEAD"), TEST, (NOTES,))
    monkeypatch.setattr(_public, "sources", lambda part: (one,) if part == TEST else ())
    return tmp_path / "forge"


def test_a_commit_is_brought_once_and_its_files_are_read(forge: Path, tmp_path: Path) -> None:
    folder = tmp_path / "brought"
    folder.mkdir()
    assert list(bring(folder, f"file://{forge}")) == ["ann/shop"]
    assert list(bring(folder, f"file://{forge}")) == []
    (path,) = unpacked(folder, TEST, tmp_path / "files")
    assert (path.read_text(), path.suffix, path.parent.name) == ("said", ".md", "ann+shop")


def test_a_repository_that_is_not_there_is_an_error(forge: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"has no ann\+shop with commit"):
        unpacked(tmp_path / "nowhere", TEST, tmp_path / "files")


def test_no_repository_is_in_both_parts_and_no_file_is_named_twice() -> None:
    ours, theirs = ({one.repo for one in sources(part)} for part in (DEVELOPMENT, TEST))
    assert not ours & theirs
    assert len(ours) >= 20
    assert len(theirs) >= 50
    for one in (*sources(DEVELOPMENT), *sources(TEST)):
        assert len(set(one.files)) == len(one.files) > 0
