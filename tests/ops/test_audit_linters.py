"""A repository's linters are run where both the installation and the base say so, and one that is
not run is told as that."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.errors import PassdownError
from passdown.domain.scope import ALL
from passdown.ops.audit import judged
from passdown.stages.audit import facts, git, told
from passdown.stages.audit.change import Change
from passdown.stages.audit.runs import lint
from passdown.stages.audit.runs.sandbox import KINDS, sandbox
from passdown.stages.audit.tree import Tree
from passdown.stages.audit.verdict import Subject
from tests.desk import ALICE, Desk
from tests.ops.audited import audited as of_topic, desks, seeded
from tests.stages.audit.repo import commit, run
from tests.stages.audit.runs.test_lint import script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

ASKS = "[audit]\nlinters = true\n"
STRICT = '[tool.ruff.lint]\nselect = ["F", "E"]\n'
BASE = {"passdown.toml": ASKS, "pyproject.toml": STRICT, "cart.py": "x = 1\n"}
BAD = {"cart.py": "import os\n\nx = 1\n"}


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """A desk that may run linters, with these settings besides."""
    with desks(tmp_path, audit_linters="true", audit_python=sys.executable) as found:
        yield found


def based(root: Path, files: Mapping[str, str] = BASE) -> Path:
    return seeded(root, files)


def audited(desk: Desk, repo: Path, files: Mapping[str, str | None]) -> Any:
    return of_topic(desk, repo, files, "Mend it")


def checks(verdict: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["name"]: (one["status"], one["reason"]) for one in verdict["checks"]
            if one["name"].startswith("lint")}  # fmt: skip


def rules(verdict: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["rule"], one["severity"]) for one in verdict["findings"]]


def test_a_linter_that_the_base_configures_is_run_and_what_is_new_is_told(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    found = audited(make(), based(tmp_path), BAD)
    assert checks(found) == {"lint.ruff": ("fail", "ruff: 1 new")}
    assert rules(found) == [("lint.ruff.f401", "warn")]
    assert (found["overall"], found["status"]) == ("request_changes", "complete")
    static = next(one for one in told.four(found) if one["name"] == "static")
    assert (static["status"], static["reason"]) == ("fail", "ruff: 1 new")


@pytest.mark.parametrize(
    "after",
    [
        {"cart.py": "x = 2\n"}, {"cart.py": None}, {"README.md": "# Shop\n"},
        {"new.py": "def more(y):\n    return y\n"},
        {"cart.py": "import os\n\nx = os.sep\n"},
        {"tests/test_cart.py": "import cart\n\n\ndef test_x():\n    assert cart.x\n"},
    ],
)  # fmt: skip
def test_an_ordinary_change_has_nothing_said_against_it(
    make: Callable[..., Desk], tmp_path: Path, after: dict[str, str | None]
) -> None:
    found = audited(make(), based(tmp_path), after)
    assert (rules(found), found["overall"]) == ([], "approve")


def test_without_the_installations_leave_nothing_is_run_or_said(
    make: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lint, "run", None)
    found = audited(make(audit_linters="false"), based(tmp_path), BAD)
    assert (checks(found), rules(found)) == ({}, [])


@pytest.mark.parametrize(
    ("files", "name", "why"),
    [
        ({"passdown.toml": "[audit]\n"}, "lint", "passdown.toml of the base asks for no linters"),
        ({"pyproject.toml": ""}, "lint", "the base configures no linter that is known here"),
        ({"passdown.toml": '[audit]\nlinters = ["flake8"]\n'}, "lint.flake8",
         "flake8 is not installed"),
        ({"passdown.toml": '[audit]\nlinters = ["eslint"]\n'}, "lint.eslint",
         "eslint reads nothing that changed"),
    ],
)  # fmt: skip
def test_what_is_not_run_is_skipped_with_the_reason_and_never_passes(
    make: Callable[..., Desk],
    tmp_path: Path,
    files: dict[str, str],
    name: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    found = audited(make(audit_python=""), based(tmp_path, {**BASE, **files}), BAD)
    assert checks(found) == {name: ("skipped", why)}
    assert found["status"] == "complete"
    assert why in next(one["reason"] for one in told.four(found) if one["name"] == "static")


def test_what_the_base_requires_and_is_not_run_leaves_the_verdict_open(
    make: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    strict = {**BASE, "passdown.toml": '[audit]\nlinters = ["flake8"]\nlinters_required = true\n'}
    found = audited(make(audit_python=""), based(tmp_path, strict), BAD)
    assert (found["status"], found["overall"]) == ("incomplete", "request_changes")


def test_a_linter_that_breaks_down_or_takes_too_long_is_no_pass(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    repo = based(tmp_path, {**BASE, ".gitignore": ".venv\n"})
    script(repo / ".venv/bin/ruff", "echo out of luck >&2; exit 2\n")
    found = audited(make(), repo, BAD)
    assert checks(found) == {"lint.ruff": ("error", "ruff did not end well: out of luck")}
    script(repo / ".venv/bin/ruff", "sleep 30\n")
    commit(repo, {}, "again")
    late = {**BASE, ".gitignore": ".venv\n", "passdown.toml": f"{ASKS}seconds = 0.5\n"}
    found = audited(make(), based(tmp_path / "b", late), BAD)
    assert checks(found)["lint.ruff"][0] == "fail"
    script(tmp_path / "b/repo/.venv/bin/ruff", "sleep 30\n")
    found = audited(make(), tmp_path / "b/repo", BAD)
    assert checks(found) == {"lint.ruff": ("timeout", "ruff was not done in 0.5 s")}


def test_a_change_cannot_ask_for_linters_nor_configure_them(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    evil = (f'[[audit.linter]]\nname = "x"\ncommand = ["touch", "{mark}"]\nfiles = [".py"]\n'
            'sarif = "r"\n')  # fmt: skip
    loose = {**BAD, "passdown.toml": evil, "pyproject.toml": "[tool.ruff.lint]\nselect = []\n"}
    found = audited(make(), based(tmp_path), loose)
    assert checks(found) == {
        "lint.ruff": ("fail", "ruff: 1 new; the base's configuration was used")
    }
    silent = {**BASE, "passdown.toml": "[audit]\n"}
    found = audited(make(), based(tmp_path / "b", silent), loose)
    assert checks(found)["lint"][0] == "skipped"
    assert not mark.exists()


def test_newer_syntax_for_a_newer_python_is_only_noted(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    old = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9"\n' + STRICT
    repo = based(tmp_path, {**BASE, "pyproject.toml": old})
    new = {"pyproject.toml": old.replace("3.9", "3.12"), "cart.py": "type X = int\n"}
    found = audited(make(), repo, new)
    assert {severity for rule, severity in rules(found) if rule.startswith("lint")} == {"info"}
    assert found["overall"] == "approve"
    assert "another Python is asked for" in checks(found)["lint.ruff"][1]


def test_types_are_not_checked_against_packages_of_another_change(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    repo = based(tmp_path, {**BASE, "mypy.ini": "[mypy]\n", "requirements.txt": "netty==1\n"})
    found = audited(make(), repo, {"requirements.txt": "netty==2\n", "cart.py": "x: int = ''\n"})
    why = "mypy needs what requirements.txt asks for, and nothing is installed for a change"
    assert checks(found)["lint.mypy"] == ("skipped", why)


def test_where_something_is_not_installed_nothing_else_of_that_file_is_told(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    repo = based(tmp_path, {**BASE, "passdown.toml": '[audit]\nlinters = ["mypy"]\n'})
    found = audited(make(), repo, {"a.py": "import nothing_here\nx: int = ''\n",
                                   "b.py": "y: int = ''\n"})  # fmt: skip
    assert [one["locations"][0]["path"] for one in found["findings"]] == ["b.py"]
    assert checks(found)["lint.mypy"] == (
        "fail", "mypy: 1 new; 1 files use what is not installed here"
    )  # fmt: skip


def test_the_same_trees_are_not_looked_at_twice(
    make: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, repo = make(), based(tmp_path)
    first = audited(desk, repo, BAD)
    monkeypatch.setattr(lint, "run", None)
    again = desk.call("audit.range", range="main..HEAD", repo=str(repo), pr=8)["verdict"]
    assert rules(again)[:1] == rules(first)
    assert next(one for one in again["checks"] if one["name"] == "lint.ruff")["cached"]


def test_of_a_fork_only_what_reads_is_run_and_only_shut_in(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    repo = based(tmp_path, {**BASE, "passdown.toml": '[audit]\nlinters = ["ruff", "mypy"]\n'})
    run(repo, "checkout", "-q", "-b", "fork", "main")
    head, base = commit(repo, BAD), git.sha(repo, "main")
    change = Change(facts.read(git.diff(repo, base, head)), Tree(repo, base), Tree(repo, head))
    subject = Subject("acme/shop", base, head, pr=7, is_fork=True)

    def fork(desk: Desk, one: Subject = subject) -> dict[str, tuple[str, str]]:
        ctx = desk.app._ctx(ALICE, ALL, desk.app.settings, lambda _: None)
        return checks(judged(ctx, one, [], change).plain())

    why = "it comes from a fork: {} might run what it brings"
    loose = fork(make())
    assert loose == {f"lint.{one}": ("skipped", why.format(one)) for one in ("ruff", "mypy")}
    assert fork(make(), replace(subject, is_fork=False))["lint.ruff"][0] == "fail"
    if any(_works(kind) for kind in KINDS):
        shut = fork(make(audit_sandbox="auto"))
        assert shut["lint.ruff"] == ("fail", "ruff: 1 new")
        assert shut["lint.mypy"] == ("skipped", why.format("mypy"))


def _works(kind: str) -> bool:
    try:
        return bool(sandbox(kind))
    except PassdownError:
        return False


def test_a_plan_that_is_broken_is_an_error_and_no_pass(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    broken = {**BASE, "passdown.toml": "[audit]\nlinters = 3\n"}
    found = audited(make(), based(tmp_path, broken), BAD)
    assert checks(found)["lint"][0] == "error"


def _said(place: Path, path: str, line: int) -> str:
    at = {"artifactLocation": {"uri": path}, "region": {"startLine": line}}
    row = {"ruleId": "E1", "level": "error", "message": {"text": "bad"},
           "locations": [{"physicalLocation": at}]}  # fmt: skip
    runs = [{"tool": {"driver": {"name": "x"}}, "results": [row]}]
    place.write_text(json.dumps({"version": "2.1.0", "runs": runs}))
    return str(place)


@pytest.mark.parametrize("whole", [True, False], ids=["with the repository", "alone"])
def test_reports_of_linters_are_taken_with_a_patch_too(
    make: Callable[..., Desk], tmp_path: Path, whole: bool
) -> None:
    desk, repo, patch = make(), based(tmp_path), tmp_path / "change.patch"
    commit(repo, BAD)
    patch.write_text(run(repo, "diff", "HEAD~1", "HEAD"))
    where = {"repo": str(repo), "base": "HEAD~1"} if whole else {}
    new, old = _said(tmp_path / "new", "cart.py", 1), _said(tmp_path / "old", "cart.py", 1)
    how: dict[str, Any] = {"file": str(patch), "dry_run": True, **where}
    found = desk.call("audit.patch", sarif=[new], **how)["verdict"]
    assert ("lint.x.e1", "warn") in rules(found)
    again = desk.call("audit.patch", sarif=[new], sarif_base=[old], **how)["verdict"]
    assert ("lint.x.e1", "warn") not in rules(again)


def test_a_change_to_what_a_linter_loads_does_not_judge_itself(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    plug = "def plugin(version):\n    raise SystemExit(0)\n"
    base = {"passdown.toml": '[audit]\nlinters = ["mypy"]\nlinters_required = true\n',
            "mypy.ini": "[mypy]\nplugins = ./tools/plug.py\n", "tools/plug.py": "",
            "cart.py": "x = 1\n"}  # fmt: skip
    found = audited(
        make(), based(tmp_path, base), {"tools/plug.py": plug, "cart.py": "x: int = ''"}
    )
    why = "mypy is set up to load tools/plug.py, which the change touches"
    assert checks(found) == {"lint.mypy": ("skipped", why)}
    assert found["status"] == "incomplete"
