"""A verdict says what was found, weighs it by its worst, and is the same for the same change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from passdown.stages.audit import verdict as verdicts
from passdown.stages.audit.finding import Finding
from passdown.stages.audit.judge import judge
from passdown.stages.audit.said import Text
from passdown.stages.audit.verdict import Check, Subject, Verdict, unlike, written
from passdown.text.redact import Redactor
from tests.stages.audit.repo import change, commit, init

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TEST = "def test_a():\n    assert f() == 1\n\n\ndef test_b():\n    assert f() == 2\n"
SKIP = "@pytest.mark.skip"
KEY = "AKIA" + "QYLPMN5HHHFPZAM2"


def audited(
    root: Path,
    before: Mapping[str, str],
    after: Mapping[str, str | None],
    body: str = "",
    ladder: Mapping[str, str] | None = None,
) -> Verdict:
    repo = init(root / "repo")
    base = commit(repo, before)
    head = commit(repo, after)
    subject = Subject("owner/name", base, head, pr=7, title="A change")
    known = change(repo, base, head)
    texts = [Text("title", "A change"), Text("body", body)]
    return judge(subject, texts, known, Redactor(b"key"), "2026-01-02T03:04:05Z", ladder)


def rules(verdict: Verdict) -> set[str]:
    return {one.rule for one in verdict.findings}


def test_a_change_that_weakens_its_own_checks_is_blocked_with_each_way(tmp_path: Path) -> None:
    before = {"passdown.toml": "[audit]\n", "tests/test_f.py": TEST, "f.py": "def f(): ...\n",
              ".github/workflows/ci.yml": "      - run: pytest\n"}  # fmt: skip
    found = audited(tmp_path, before, {
        "passdown.toml": "[audit]\nenabled = false\n",
        "tests/test_f.py": TEST.replace("def test_b", "@pytest.mark.skip\ndef test_b"),
        ".github/workflows/ci.yml": "      - run: pytest || true\n",
    })  # fmt: skip
    assert rules(found) == {"tamper.config", "tamper.skipped", "tamper.masked"}
    assert found.overall == verdicts.BLOCKED


@pytest.mark.parametrize(
    ("path", "before", "after", "rule"),
    [
        ("tests/test_f.py", TEST, TEST.replace("assert f() == 2", "assert True"), "tamper.hollow"),
        ("tests/test_f.py", TEST, TEST[: TEST.index("def test_b")], "tamper.deleted"),
        ("a.test.ts", "it('x', f)\n", "it.only('x', f)\n", "tamper.focused"),
        ("pyproject.toml", "fail_under = 90\n", "fail_under = 40\n", "tamper.threshold"),
        ("CODEOWNERS", "* @a\n", "* @b\n", "tamper.owners"),
        ("run.sh", "pytest\n", "pytest || true\n", "tamper.masked"),
    ],
)
def test_each_way_to_weaken_a_check_is_seen(
    tmp_path: Path, path: str, before: str, after: str, rule: str
) -> None:
    assert rule in rules(audited(tmp_path, {path: before, "f.py": "x = 1\n"}, {path: after}))


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("tests/test_f.py", f"{SKIP}\n{TEST}", TEST.replace("def test_b", f"{SKIP}\ndef test_b")),
        ("pyproject.toml", "fail_under = 40\n", "fail_under = 90\n"),
        ("app.py", "x = 1\n", "threshold = 3\nskip(x)\n"),
        ("README.md", "a\n", "use `pytest || true`\n"),
        ("src/f.py", "x = 1\n", "assert True\n"),
    ],
)
def test_what_weakens_nothing_is_left_alone(
    tmp_path: Path, path: str, before: str, after: str
) -> None:
    assert audited(tmp_path, {path: before}, {path: after}).findings == ()


def test_tests_that_go_with_their_code_are_no_finding(tmp_path: Path) -> None:
    before = {"f.py": "def f(): ...\n", "tests/test_f.py": TEST}
    assert rules(audited(tmp_path, before, {"f.py": None, "tests/test_f.py": None})) == set()


def test_a_key_that_came_blocks_and_is_never_told(tmp_path: Path) -> None:
    found = audited(tmp_path, {"a.py": "x = 1\n"}, {"a.py": f'x = 1\nkey = "{KEY}"\n'})
    assert (rules(found), found.overall) == ({"secret"}, verdicts.BLOCKED)
    assert KEY not in written(found.plain()).decode()
    inside = audited(tmp_path / "t", {"a.py": "x = 1\n"}, {"tests/test_a.py": f'k = "{KEY}"\n'})
    assert [one.severity for one in inside.findings] == ["info"]


def test_false_claims_ask_for_changes_and_true_ones_do_not(tmp_path: Path) -> None:
    before = {"lib.py": "def old_thing(): ...\n", "tests/test_f.py": TEST}
    found = audited(tmp_path, before, {"lib.py": "def old_thing(): ...\nx = 1\n"},
                    "Removes `old_thing`.")  # fmt: skip
    assert found.overall == verdicts.REQUEST
    assert "old_thing" in found.one_liner
    found = audited(tmp_path / "b", before, {"lib.py": "x = 1\n"}, "Removes `old_thing`.")
    assert (found.overall, found.one_liner) == (verdicts.APPROVE, "1 of 1 claims hold")


def test_a_rule_weighs_no_more_than_it_has_earned(tmp_path: Path) -> None:
    before = {"lib.py": "def old_thing(): ...\n"}
    after: dict[str, str | None] = {"lib.py": "def old_thing(): ...\nx = 1\n"}
    found = audited(tmp_path, before, after, "Removes `old_thing`.", {"claims.removes": "info"})
    assert (found.overall, [one.severity for one in found.findings]) == ("approve", ["info"])
    shadow = audited(tmp_path / "s", before, after, "Removes `old_thing`.",
                     {"claims.removes": "shadow"})  # fmt: skip
    assert shadow.told == ()
    assert len(shadow.findings) == 1


def test_the_same_change_gives_the_same_bytes_but_for_times(tmp_path: Path) -> None:
    before, after = {"a.py": "x = 1\n"}, {"a.py": "x = 2\n"}
    one = audited(tmp_path, before, dict(after), "Adds `y_z`.").plain()
    again = replace(audited(tmp_path / "b", before, dict(after), "Adds `y_z`."))
    same = replace(again.subject, base=one["base_sha"], head=one["head_sha"])
    other = replace(again, subject=same, ms=99, at="later").plain()
    assert written(unlike(one)) == written(unlike(other))


def test_what_did_not_run_though_required_is_never_a_success(tmp_path: Path) -> None:
    found = audited(tmp_path, {"a.py": "x = 1\n"}, {"a.py": "x = 2\n"})
    broken = replace(found, checks=(*found.checks, Check("dynamic", "timeout", required=True)))
    assert (broken.status, broken.overall) == ("incomplete", "request_changes")
    assert "dynamic" in broken.one_liner
    let = replace(found, checks=(*found.checks, Check("dynamic", "skipped", reason="a fork")))
    assert (let.status, let.overall) == ("complete", "approve")


def test_the_line_is_never_too_long(tmp_path: Path) -> None:
    found = audited(tmp_path, {"a.py": "x = 1\n"}, {"a.py": "x = 2\n"})
    long = replace(found, findings=(
        Finding("r", "static", "warn", "word " * 100, "f1"),
        Finding("r", "static", "warn", "word", "f2"),
    ))  # fmt: skip
    assert len(long.one_liner) <= 140
    assert long.one_liner.endswith("… (and 1 more)")


def test_two_repositories_with_the_same_number_and_commit_are_told_apart() -> None:
    one, other = Subject("a/b", "1", "2", pr=7), Subject("a/c", "1", "2", pr=7)
    assert one.sig_hash == other.sig_hash == "pr7-2"
    assert one.audit_key != other.audit_key
