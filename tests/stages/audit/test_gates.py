"""A check that no longer runs on changes is noted, and one that only moved is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.stages.audit.tamper import tampering
from tests.stages.audit.repo import change, commit, init

if TYPE_CHECKING:
    from pathlib import Path

    from passdown.stages.audit.finding import Finding

CI = ".github/workflows/ci.yml"
STEPS = "name: ci\njobs:\n  a:\n    steps:\n      - run: ruff check .\n      - run: pytest -q\n"
NONE = STEPS.replace("      - run: pytest -q\n", "")


def noted(
    root: Path, after: dict[str, str | None], before: dict[str, str] | None = None
) -> list[Finding]:
    repo = init(root / "repo")
    base = commit(repo, {CI: STEPS, "a.py": "x = 1\n", **(before or {})})
    found = tampering(change(repo, base, commit(repo, after)))
    return [one for one in found if one.rule == "tamper.gate"]


def test_a_check_that_went_is_noted(tmp_path: Path) -> None:
    (one,) = noted(tmp_path, {CI: NONE})
    assert (one.message, one.severity) == ("`pytest` no longer checks changes", "info")
    assert (one.locations[0].path, one.locations[0].text) == (CI, "- run: pytest -q")


def test_a_check_that_is_named_everywhere_still_runs_where_a_workflow_runs_it(
    tmp_path: Path,
) -> None:
    many = {".ahead.txt": "pytest\n" * 300}
    assert noted(tmp_path, {CI: NONE}, {**many, ".github/workflows/z.yml": "run: pytest\n"}) == []


def test_a_workflow_that_went_takes_its_checks_with_it(tmp_path: Path) -> None:
    assert [one.message for one in noted(tmp_path, {CI: None})] == [
        "`pytest` no longer checks changes", "`ruff` no longer checks changes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("after", "before"),
    [
        ({CI: STEPS.replace("pytest -q", "pytest -x")}, {}),
        ({CI: STEPS.replace("pytest -q", "tox")}, {}),
        ({CI: NONE.replace("ruff check .", "ruff check src")}, {}),
        ({CI: NONE, ".github/workflows/tests.yml": "      - run: pytest -q\n"}, {}),
        ({CI: NONE}, {".github/workflows/tests.yml": "      - run: uv run pytest\n"}),
        ({CI: NONE, "Makefile": "test:\n\tpytest -q\n"}, {}),
        ({CI: None, ".github/workflows/main.yml": STEPS}, {}),
        ({CI: STEPS + "  # pytest\n"}, {}),
        ({CI: STEPS.replace("name: ci", "name: all")}, {}),
        ({"tox.ini": "[testenv]\ndeps = coverage\n"},
         {"tox.ini": "[testenv]\ndeps =\n    pytest-cov\n    pytest>=8\n"}),
        ({"README.md": "x\n"}, {"README.md": "Run\n\n    pytest -q\n"}),
        ({"run.sh": None}, {"run.sh": "pytest -q\n"}),
    ],
)  # fmt: skip
def test_checks_that_moved_or_go_by_another_name_are_not_noted(
    tmp_path: Path, after: dict[str, str | None], before: dict[str, str]
) -> None:
    assert noted(tmp_path, after, before) == []
