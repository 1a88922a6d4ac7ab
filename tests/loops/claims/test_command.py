"""The least that changed between a command that failed and one that worked."""

from __future__ import annotations

import pytest

from passdown.loops.claims.command import Change, blamed, cured, steps
from passdown.text.calls import repeats

NO_MODULE = "No module named pytest"

CURES = [
    ("pytest", "uv run pytest -q 2>&1 | tail -5", NO_MODULE, "pytest", "uv run pytest"),
    ("pytest tests/a.py -v", "uv run pytest tests/a.py -q", NO_MODULE, "pytest", "uv run pytest"),
    (
        "python -m pytest tests",
        "uv run python -m pytest tests",
        NO_MODULE,
        "python -m pytest",
        "uv run python -m pytest",
    ),
    ("python -m pytest x", "uv run pytest x", NO_MODULE, "python -m pytest", "uv run pytest"),
    ("rtk bun run test 2>&1", "bun run test", "unrecognized subcommand 'bun'", "rtk bun", "bun"),
    (
        "rtk bun run test",
        "rtk test bun run test",
        "unrecognized subcommand 'bun'",
        "rtk bun",
        "rtk test bun",
    ),
    (
        "git show 8312232 --no-stat",
        "git show 8312232",
        "unrecognized argument: --no-stat",
        "git show … --no-stat",
        "git show",
    ),
    ("npm run tests", "npm run test", 'Missing script: "tests"', "npm run tests", "npm run test"),
    ("npm test", "cd web && npm test", 'Missing script: "test"', "npm test", "cd web && npm test"),
    ("python x.py", "python3 x.py", "python: command not found", "python", "python3"),
    (
        "docker-compose up -d",
        "docker compose up -d",
        "docker-compose: command not found",
        "docker-compose up",
        "docker compose up",
    ),
    (
        "psql -h localhost web",
        "psql -h localhost -p 5433 web",
        "Connection refused",
        "psql -h localhost web",
        "psql -h localhost -p 5433 web",
    ),
    (
        "cat .golangci.yml",
        "cat .golangci.yaml",
        "No such file or directory",
        "cat .golangci.yml",
        "cat .golangci.yaml",
    ),
    (
        "cat src/a.py",
        "cat lib/a.py",
        "No such file or directory",
        "cat src/a.py",
        "cat lib/a.py",
    ),
    (
        "git log -1 && rg foo src | head",
        "git log -1 && grep -r foo src",
        "rg: command not found",
        "rg foo",
        "grep -r foo",
    ),
]

NO_CURES = [
    ("pytest -q", "pytest -q", NO_MODULE),
    ("pytest -q", "pytest -x", NO_MODULE),
    ("pytest -q", "npm test", NO_MODULE),
    ("cat src/a.py", "cat lib/b.py", "No such file or directory"),
    ("cat src/client.py", "cat src/telemetry.py", "No such file or directory"),
    ("pytest -q", "uv run pytest -q || true", NO_MODULE),
    ("pytest -q", "/home/mira/.venv/bin/pytest -q", NO_MODULE),
    ("npm test", "cd /home/mira/web && npm test", "Missing script"),
    ("psql web", "psql [secret:password:1f2e] web", "Connection refused"),
    ("go build ./... && go vet ./...", "go build ./...", "unknown command"),
    ("pytest -q", "uv run pytest -q\necho done", NO_MODULE),
    ("pytest 'unbalanced", "uv run pytest 'unbalanced", NO_MODULE),
    ("a b c d e f g", "h i j k l m n", "a: command not found"),
    ("git push", "git push origin mira/topic", "no upstream branch"),
]


@pytest.mark.parametrize(("line", "other", "error", "failed", "worked"), CURES)
def test_a_cure_is_the_least_that_changed(
    line: str, other: str, error: str, failed: str, worked: str
) -> None:
    step = blamed(line, error)
    assert step is not None
    assert cured(step, other, error) == Change(failed, worked)


@pytest.mark.parametrize(("line", "other", "error"), NO_CURES)
def test_what_is_no_answer_to_the_error_is_no_cure(line: str, other: str, error: str) -> None:
    step = blamed(line, error)
    assert step is None or cured(step, other, error) is None


def test_pipes_redirections_and_quotes_are_understood() -> None:
    found = steps("cd web && npm test 2>&1 | grep 'a && b' > out.txt; echo 'x; y'")
    assert [step.words for step in found] == [
        ("cd", "web"),
        ("npm", "test"),
        ("echo", "x; y"),
    ]


@pytest.mark.parametrize(
    "line", ["", "a\nb", "cat <<EOF", "echo $(date)", "x" * 500, "a;b;c;d;e;f;g", "'"]
)
def test_a_script_is_not_taken_apart(line: str) -> None:
    assert steps(line) == ()


def test_the_error_names_the_step_it_is_about() -> None:
    found = blamed("npm ci && rg foo && make", "bash: rg: command not found")
    assert found is not None
    assert found.words == ("rg", "foo")
    assert blamed("npm ci && make", "something went wrong") is None


@pytest.mark.parametrize(
    ("line", "failed", "again"),
    [
        ("pytest -q", "pytest", True),
        ("cd web && pytest tests", "pytest", True),
        ("/usr/bin/pytest -q", "pytest", True),
        ("uv run pytest", "pytest", True),
        ("pytest-watch", "pytest", False),
        ("git show abc --no-stat", "git show … --no-stat", True),
        ("git show --stat", "git show … --no-stat", False),
    ],
)
def test_a_call_is_made_again_when_its_words_stand_in_the_line(
    line: str, failed: str, again: bool
) -> None:
    assert repeats(line, failed) is again
