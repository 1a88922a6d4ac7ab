"""What a change or a config says of how lines are shown hides none of them from an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.stages.audit import git
from tests.stages.audit.repo import change, commit, init, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("attributes", ["* -diff\n", "* binary\n", "*.py diff=x\n"])
def test_attributes_that_a_change_brings_hide_none_of_its_lines(
    tmp_path: Path, attributes: str
) -> None:
    repo = init(tmp_path / "repo")
    base = commit(repo, {"a.py": "x = 1\n"})
    head = commit(repo, {"a.py": "x = 1\nkept_name = 2\n", ".gitattributes": attributes})
    known = change(repo, base, head)
    assert ("1", "0", "a.py") in known.facts.numstat()
    assert known.after is not None
    assert known.after.find(["kept_name"]) == [("a.py", 2, "kept_name = 2")]
    assert run(repo, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("i18n.logOutputEncoding", "UTF-16"), ("diff.orderFile", "/nowhere"),
        ("diff.relative", "true"), ("diff.suppressBlankEmpty", "true"), ("color.ui", "always"),
        ("grep.column", "true"), ("diff.algorithm", "patience"), ("diff.context", "0"),
        ("log.showSignature", "true"), ("diff.noprefix", "true"), ("core.quotePath", "false"),
    ],
)  # fmt: skip
def test_how_somebody_likes_git_to_answer_changes_nothing(
    tmp_path: Path, name: str, value: str
) -> None:
    repo = init(tmp_path / "repo")
    base = commit(repo, {"sub/\u00e4.py": "x = 1\n\n\nold_name = 2\n", "b.py": "y = 1\n"})
    head = commit(
        repo, {"sub/\u00e4.py": "x = 1\n\n\nold_name = 3\n", "b.py": "y = 2\n"}, "S\u00e4tze"
    )
    plain = git.diff(repo, base, head)
    run(repo, "config", name, value)
    known = change(repo, base, head)
    assert git.diff(repo / "sub", base, head) == plain
    assert known.after is not None
    assert known.after.find(["old_name"]) == [("sub/\u00e4.py", 4, "old_name = 3")]
    assert [one.subject for one in git.commits(repo, base, head)] == ["S\u00e4tze"]
