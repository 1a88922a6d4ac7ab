"""A tree is laid over another one, whatever became a file of what was a folder."""

from __future__ import annotations

from pathlib import Path

from passdown.stages.audit.runs import laid
from tests.stages.audit.repo import change, commit, init, run
from tests.stages.audit.runs.test_lint import BASE, told


def test_a_file_that_became_a_package_and_a_folder_that_became_a_file_are_laid(
    tmp_path: Path,
) -> None:
    repo = init(tmp_path / "repo")
    before = commit(repo, {"tool": "old", "kit/deep": "old", "kit/x/y": "old", "near": "stays"})
    run(repo, "rm", "-qr", "tool", "kit")
    after = commit(repo, {"tool/__init__.py": "new", "kit": "new"})
    one = change(repo, before, after)
    assert one.before is not None
    assert one.after is not None
    place = tmp_path / "place"
    place.mkdir()
    laid.lay(one.before, place)
    laid.lay(one.after, place, ["tool/__init__.py", "kit"])
    assert (place / "tool/__init__.py").read_text() == "new"
    assert (place / "kit").read_text() == "new"
    assert (place / "near").read_text() == "stays"


def test_a_file_that_becomes_a_package_stops_no_linter(tmp_path: Path) -> None:
    repo = init(tmp_path / "repo")
    base = commit(repo, {**BASE, "shop/tool": "#!/usr/bin/env python3\n"})
    run(repo, "rm", "-q", "shop/tool")
    known = change(repo, base, commit(repo, {"shop/tool/__init__.py": "import os\n"}))
    assert [one.rule for one in told(known)] == ["lint.ruff.f401"]
