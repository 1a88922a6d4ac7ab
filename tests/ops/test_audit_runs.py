"""Tests of a change are run where both the installation and the base say so, and nowhere else."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.scope import ALL
from passdown.ops.audit import judged
from passdown.stages.audit import facts, git
from passdown.stages.audit.change import Change
from passdown.stages.audit.said import Text
from passdown.stages.audit.tree import Tree
from passdown.stages.audit.verdict import Subject
from tests.desk import ALICE, Desk
from tests.ops.audited import audited as of_topic, desks, seeded
from tests.stages.audit.repo import commit, run
from tests.stages.audit.runs.pythons import bare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

ASKS = "[audit]\ndynamic = true\n"
OFF, RIGHT = (f"def last(items):\n    return items[{n}]\n" for n in ("0", "-1"))
OLD_TEST = "from cart import last\n\n\ndef test_old():\n    assert last([1]) == 1\n"
NEW_TEST = OLD_TEST + "\n\ndef test_new():\n    assert last([1, 2]) == 2\n"
BASE = {"cart.py": OFF, "tests/test_cart.py": OLD_TEST, "passdown.toml": ASKS}
MENDED = {"cart.py": RIGHT, "tests/test_cart.py": NEW_TEST}
BODY = "Adds a regression test."


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """A desk with these settings beside those that let tests run without being shut in."""
    with desks(tmp_path, audit_dynamic="true", audit_python=bare(tmp_path)) as found:
        yield found


def based(root: Path, files: Mapping[str, str] = BASE) -> Path:
    return seeded(root, files)


def audited(desk: Desk, repo: Path, files: Mapping[str, str | None], body: str = BODY) -> Any:
    return of_topic(desk, repo, files, f"Mend it\n\n{body}")


def check(verdict: Mapping[str, Any], name: str = "dynamic") -> Any:
    return next(one for one in verdict["checks"] if one["name"] == name)


def claim(verdict: Mapping[str, Any], kind: str = "regression_test") -> str:
    return next(str(one["result"]) for one in verdict["claims"] if one["kind"] == kind)


def test_a_regression_test_is_borne_out_by_running_it_and_a_rebase_runs_nothing_again(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    desk, repo = make(), based(tmp_path)
    first = audited(desk, repo, MENDED)
    assert (claim(first), check(first)["status"], check(first)["cached"]) == (
        "verified", "pass", False
    )  # fmt: skip
    run(repo, "checkout", "-q", "main")
    commit(repo, {"README.md": "more\n"})
    run(repo, "rebase", "-q", "main", "topic")
    asked = {"range": "main..topic", "repo": str(repo), "pr": 7}
    again = desk.call("audit.range", **asked)["verdict"]
    assert again["sig_hash"] != first["sig_hash"]
    assert again["patch_id"] == first["patch_id"]
    assert (claim(again), check(again)["cached"]) == ("verified", True)
    assert again["overall"] == first["overall"]
    assert again["kb"]["gain"]["cached_checks"] == 1
    (prior,) = again["kb"]["prior_audits"]
    assert (prior["id"], "the same change" in prior["reasons"]) == (first["audit_key"], True)


def test_a_regression_test_that_passes_on_the_base_is_refuted(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    idle = NEW_TEST.replace("[1, 2]) == 2", "[2, 2]) == 2")
    found = audited(make(), based(tmp_path), {"cart.py": RIGHT, "tests/test_cart.py": idle})
    assert (claim(found), check(found)["status"], found["overall"]) == (
        "refuted", "fail", "request_changes"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "files", "why"),
    [
        ({"audit_dynamic": "false"}, BASE, "audit.dynamic is off"),
        ({}, {**BASE, "passdown.toml": "[audit]\n"}, "passdown.toml of the base does not ask"),
        ({"audit_python": ""}, BASE, "no Python to run in"),
        ({"audit_sandbox": "bwrap"}, BASE, "nothing here can shut tests in"),
    ],
)
def test_what_is_not_run_is_skipped_with_the_reason_and_never_passes(
    make: Callable[..., Desk],
    tmp_path: Path,
    settings: dict[str, str],
    files: dict[str, str],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    found = audited(make(**settings), based(tmp_path, files), MENDED)
    assert check(found)["status"] == "skipped"
    assert why in check(found)["reason"]
    assert claim(found) == "not_run"
    assert found["status"] == "complete"


def test_what_the_base_requires_and_is_not_run_leaves_the_verdict_open(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    strict = {**BASE, "passdown.toml": f"{ASKS}required = true\n"}
    found = audited(make(audit_python=""), based(tmp_path, strict), MENDED)
    assert (found["status"], found["overall"]) == ("incomplete", "request_changes")


def test_a_change_cannot_ask_for_its_own_run_nor_change_how_it_is_done(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    evil = f'[audit]\ndynamic = true\ncommand = ["touch", "{mark}"]\njunit = "x.xml"\n'
    silent = {**BASE, "passdown.toml": "[audit]\n"}
    found = audited(make(), based(tmp_path, silent), {**MENDED, "passdown.toml": evil})
    assert check(found)["status"] == "skipped"
    found = audited(make(), based(tmp_path / "b"), {**MENDED, "passdown.toml": evil})
    assert claim(found) == "verified"
    assert not mark.exists()


def test_nothing_of_a_fork_is_run_and_nothing_that_it_prints_is_told(
    make: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORGE_TOKEN", "s3cr3t-value")
    repo, desk, mark = based(tmp_path), make(), tmp_path / "ran"
    evil = f"import os, pathlib\npathlib.Path({str(mark)!r}).write_text(str(os.environ))\n"
    run(repo, "checkout", "-q", "-b", "fork", "main")
    head = commit(repo, {**MENDED, "conftest.py": evil})
    base = git.sha(repo, "main")
    change = Change(facts.read(git.diff(repo, base, head)), Tree(repo, base), Tree(repo, head))
    subject = Subject("acme/shop", base, head, pr=7, is_fork=True)
    ctx, texts = desk.app._ctx(ALICE, ALL, desk.app.settings, lambda _: None), [Text("body", BODY)]
    fork = judged(ctx, subject, texts, change).plain()
    assert not mark.exists()
    own = judged(ctx, replace(subject, is_fork=False), texts, change).plain()
    assert (check(fork)["status"], check(fork)["reason"]) == (
        "skipped", "it comes from a fork: nothing of it is run"
    )  # fmt: skip
    assert check(own)["status"] == "pass"
    assert "s3cr3t-value" not in mark.read_text()
    assert "s3cr3t-value" not in str((fork, own))


def test_a_plan_that_is_broken_is_an_error_and_no_pass(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    broken = {**BASE, "passdown.toml": "[audit\n"}
    found = audited(make(), based(tmp_path, broken), MENDED)
    assert check(found)["status"] == "error"


def test_a_path_that_is_no_text_is_audited_like_any_other(
    make: Callable[..., Desk], tmp_path: Path
) -> None:
    repo, odd = based(tmp_path), os.fsdecode(b"caf\xe9 \xff.py")
    found = audited(make(), repo, {**MENDED, odd: "import cart\n", "a\nb.py": "x = 1\n"})
    assert claim(found) == "verified"
    assert len(found["paths"]) == 4
