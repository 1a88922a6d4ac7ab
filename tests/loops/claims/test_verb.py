"""What a shell line does, in words that stay the same from task to task."""

from __future__ import annotations

import pytest

from passdown.loops.claims.verb import deeds, verbs
from tests.loops.world import World


@pytest.mark.parametrize(
    ("line", "does"),
    [
        ("uv run pytest tests/test_shop.py -q", ("uv run pytest",)),
        ("uv run --with rich python -m build .", ("uv run python -m build",)),
        ("CI=1 time mise run test 2>&1 | tail -20", ("mise run test",)),
        ("cd web && npm run build && npm test", ("npm run build", "npm test")),
        ("git -C ../web commit -qam 'Fix it; again' && git push", ("git commit", "git push")),
        ("make", ("make",)),
        ("make check -j4", ("make check",)),
        ("./scripts/release.sh 1.2", ("./scripts/release.sh",)),
        ("python3 tools/seed.py --all", ("python3 tools/seed.py",)),
        ("docker compose up -d db", ("docker compose up",)),
        (
            "docker compose run --rm web python manage.py migrate",
            ("docker compose run web python manage.py migrate",),
        ),
        ("python manage.py makemigrations shop", ("python manage.py makemigrations",)),
        ("gh pr create --title x", ("gh pr create",)),
        ("wrap git push", ("git push",)),
        ("/usr/local/bin/go test ./...", ("go test",)),
    ],
)
def test_a_command_is_named_without_what_belongs_to_one_task(
    line: str, does: tuple[str, ...]
) -> None:
    assert verbs(line) == does


@pytest.mark.parametrize(
    "line",
    [
        "ls -la && cat README.md | head",
        "git status --short; git diff",
        "gh pr view 12 --json body",
        "python -c 'import this'",
        "go test --help",
        "for f in *; do rm $f; done",
        "echo $(git push)",
        "FOO=1",
        "pytest 'unclosed",
        "# git push",
        "python3 /tmp/x.py",
        "x" * 5000,
    ],
)
def test_looking_around_and_what_cannot_be_read_is_no_step(line: str) -> None:
    assert verbs(line) == ()


def test_the_message_of_a_commit_is_no_command() -> None:
    line = (
        "git add -A && git commit -m \"$(cat <<'EOF'\nRun make check\n\nmake deploy\nEOF\n)\" "
        "&& git push"
    )
    assert verbs(line) == ("git commit", "git push")


def worked(line: str, answer: str = "", *, ok: bool = True) -> list[tuple[str, bool]]:
    world = World().session()
    world.runs(line, answer, ok=ok)
    return [(deed.verb, deed.worked) for deed in deeds(world.corpus().in_session("s1"))]


def test_of_a_list_that_goes_on_after_a_failure_only_the_last_is_known_to_have_worked() -> None:
    assert worked("make lint; make test") == [("make test", True)]
    assert worked("make lint || make test") == [("make test", True)]
    assert worked("make test; git stash pop") == []
    assert worked("make lint && make test") == [("make lint", True), ("make test", True)]


def test_a_pipe_hides_a_failure_that_the_output_tells() -> None:
    assert worked("make test | tail -3", "2 failed, 3 passed") == [("make test", False)]
    assert worked("make test | tail -3", "3 passed") == [("make test", True)]


def test_of_several_that_failed_none_is_blamed() -> None:
    assert worked("make lint && make test", "Error 1", ok=False) == []
    assert worked("make test", "Error 1", ok=False) == [("make test", False)]


def test_other_tools_do_nothing_here() -> None:
    world = World().session()
    world.runs("make test", tool="Read")
    assert deeds(world.corpus().in_session("s1")) == []


@pytest.mark.parametrize(
    "line",
    [
        'node -e "\nconst fs = require(1)\nconst data = fs.read()\n"',
        "apply_patch << 'PATCH'\n*** Begin Patch\nPATCH",
        "bd ready",
        "gt mail inbox",
        "bd gate list --json",
    ],
)
def test_a_program_in_quotes_an_edit_and_a_look_are_no_steps(line: str) -> None:
    assert verbs(line) == ()


def test_a_program_that_nobody_knows_is_told_with_two_words() -> None:
    assert verbs("bd mol squash hq-wisp-vpa") == ("bd mol squash",)


def test_a_program_without_a_name_and_a_file_that_is_opened_are_no_steps() -> None:
    assert verbs('"C:\\sdk\\adb.exe" shell dumpsys && start report.html') == ()
