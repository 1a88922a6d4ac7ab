"""What lets a check pass though it failed blocks; what tidies up, or is new, does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from passdown.stages.audit.tamper import tampering
from tests.stages.audit.repo import change, commit, init

if TYPE_CHECKING:
    from pathlib import Path

CI = ".github/workflows/ci.yml"
STEPS = "jobs:\n  a:\n    steps:\n      - uses: b/c@v4\n      - run: ./ci/run.sh\n"
TESTS = "def test_a():\n    assert f()\n"


def weights(root: Path, path: str, before: str, after: str) -> list[str]:
    repo = init(root / "repo")
    base = commit(repo, {path: before} if before else {"x": ""})
    found = tampering(change(repo, base, commit(repo, {path: after})))
    return [one.severity for one in found]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (CI, STEPS, STEPS.replace("run.sh", "run.sh || true")),
        (CI, STEPS, STEPS + "        continue-on-error: true\n"),
        (CI, STEPS, STEPS + "        timeout-minutes: 5\n        continue-on-error: true\n"),
        (CI, STEPS, STEPS.replace("    steps", "    if: false\n    steps")),
        (CI, STEPS, STEPS + "      - run: pytest\n        continue-on-error: true\n"),
        (CI, STEPS, STEPS + "      - run: ./scripts/test.sh || true\n"),
        (".gitlab-ci.yml", "t:\n  script: x\n", "t:\n  script: x\n  allow_failure: true\n"),
        ("run.sh", "", "mypy src || true\n"),
        ("run.sh", "", "cd a && pytest || true\n"),
        ("Makefile", "t:\n\tpytest\n", "t:\n\tpytest || true\n"),
    ],
)
def test_a_check_that_may_fail_now_blocks(
    tmp_path: Path, path: str, before: str, after: str
) -> None:
    assert weights(tmp_path, path, before, after) == ["block"]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (CI, STEPS, STEPS + "      - run: docker rm x || true\n"),
        (CI, STEPS, STEPS + "      - run: |\n          grep -c test a || true\n"),
        ("deploy.sh", "set -e\n", "set -e\nkill $1 || true\nset +e\n"),
        ("Makefile", "c:\n\tdist\n", "c:\n\tdist || true\n"),
        ("deploy.py", "", "x = 'pytest || true'\n"),
        ("run.sh", "", "set -e; pipx uninstall ansible-lint || true; pipx install .\n"),
    ],
)
def test_what_tidies_up_may_fail(tmp_path: Path, path: str, before: str, after: str) -> None:
    assert weights(tmp_path, path, before, after) == []


@pytest.mark.parametrize(
    "more",
    [
        "      - run: ./bench\n        continue-on-error: true\n",
        "  b:\n    # slow\n    continue-on-error: true\n    steps:\n      - run: ./bench\n",
        "      - run: ./bench || true\n",
    ],
)
def test_a_new_step_that_may_fail_is_noted(tmp_path: Path, more: str) -> None:
    assert weights(tmp_path, CI, STEPS, STEPS + more) == ["info"]


def test_a_new_test_that_is_skipped_is_noted_and_an_old_one_asks_for_changes(
    tmp_path: Path,
) -> None:
    new = TESTS + "\n\n@pytest.mark.skip\ndef test_b():\n    assert g()\n"
    old = TESTS.replace("    assert", "    pytest.skip()\n    assert")
    assert weights(tmp_path / "new", "tests/test_a.py", TESTS, new) == ["info"]
    assert weights(tmp_path / "old", "tests/test_a.py", TESTS, old) == ["warn"]


def test_the_first_owners_are_noted_only(tmp_path: Path) -> None:
    assert weights(tmp_path, "CODEOWNERS", "", "* @a\n") == ["info"]


def test_the_threshold_of_an_alarm_is_no_bar_of_a_check(tmp_path: Path) -> None:
    old, new = "failureThreshold: 5\n", "failureThreshold: 3\n"
    assert weights(tmp_path / "a", "k8s/app.yaml", old, new) == []
    assert weights(tmp_path / "b", "jest.config.json", old, new) == ["warn"]


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ({"f.py": "def keep(): ...\n", "tests/test_f.py": ""}, []),
        ({"f.py": "def keep(): ...\n\n\ndef gone(): ...\n", "tests/test_f.py": ""}, ["warn"]),
        ({"tests/test_f.py": ""}, ["warn"]),
    ],
)
def test_tests_may_go_with_what_they_try_and_not_beside_it(
    tmp_path: Path, after: dict[str, str | None], found: list[str]
) -> None:
    repo = init(tmp_path / "repo")
    base = commit(repo, {
        "f.py": "def keep(): ...\n\n\ndef gone(): return 1\n",
        "tests/test_f.py": "def test_gone():\n    assert gone()\n",
    })  # fmt: skip
    assert [one.severity for one in tampering(change(repo, base, commit(repo, after)))] == found


def test_a_test_that_was_skipped_already_is_noted_only(tmp_path: Path) -> None:
    old = TESTS.replace("def", "@pytest.mark.xfail\ndef")
    assert weights(tmp_path, "tests/test_a.py", old, old.replace("xfail", "skip")) == ["info"]
