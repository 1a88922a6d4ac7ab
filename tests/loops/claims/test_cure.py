"""A failure is a lesson when a changed call cured it, and nothing else can have."""

from __future__ import annotations

import pytest

from passdown.domain.observation import Trust
from passdown.loops.claims.command import Change
from passdown.loops.claims.cure import LOOSE, READY, Cured, cures
from tests.loops.world import World

MISSING = "File does not exist."


def found(world: World, within: int = 6) -> list[Cured]:
    return list(cures(world.corpus(), within))


def test_a_changed_call_that_works_is_the_cure() -> None:
    world = World().session()
    world.stumbles()
    (one,) = found(world)
    assert one.change == Change("pytest", "uv run pytest")
    assert one.error == "pytest: command not found"


def test_the_receipts_are_the_call_the_error_and_the_call_that_worked() -> None:
    world = World().session()
    world.stumbles("pytest -q", "uv run pytest -q")
    (one,) = found(world)
    texts = {o.seq: o.text for o in world.observations}
    assert [texts[q.seq][q.start : q.end] for q in one.quotes()] == [
        "pytest -q",
        "pytest: command not found",
        "uv run pytest -q",
    ]


def test_of_a_long_call_only_what_changed_is_quoted() -> None:
    world = World().session()
    tests = " ".join(f"tests/test_{n}.py" for n in range(14))
    world.stumbles(f"pytest {tests}", f"uv run pytest {tests}")
    (one,) = found(world)
    call, _, worked = one.quotes()
    assert (call.start, call.end) == (0, len("pytest"))
    assert (worked.start, worked.end) == (0, len("uv run pytest"))


def test_a_cure_that_comes_too_late_is_none() -> None:
    world = World().session()
    world.runs("pytest", "bash: pytest: command not found", ok=False)
    for _ in range(6):
        world.runs("ls", "README.md")
    world.runs("uv run pytest", "1 passed")
    assert found(world, within=6) == []
    assert len(found(world, within=7)) == 1


def test_the_same_call_that_works_later_was_only_flaky() -> None:
    world = World().session()
    world.runs("npm test", "Connection refused", ok=False)
    world.runs("npm test", "12 passed")
    assert found(world) == []


@pytest.mark.parametrize(
    "between",
    [
        ("Edit", "file_path: /src/a.py\nold_string: x\nnew_string: y"),
        ("Write", "file_path: /src/a.py\ncontent: x"),
        ("Bash", "pip install pytest"),
        ("Bash", "mkdir -p build"),
    ],
)
def test_what_was_mended_in_between_may_be_the_cure(between: tuple[str, str]) -> None:
    tool, text = between
    world = World().session()
    world.runs("pytest", "bash: pytest: command not found", ok=False)
    world.runs(text, "done", tool=tool)
    world.runs("uv run pytest", "1 passed")
    assert found(world) == []


@pytest.mark.parametrize(
    "answer",
    [
        "Exit code 1\nFAILED tests/a.py::test_a - AssertionError",
        "src/a.go:3:1: undefined: x",
        "The user doesn't want to proceed with this tool use. bash: pytest: command not found",
        "[Request interrupted by user] pytest: command not found",
        "Command timed out after 2m, permission denied",
        "",
    ],
)
def test_an_error_of_the_code_or_of_a_person_is_no_lesson_about_the_call(answer: str) -> None:
    world = World().session()
    world.runs("pytest -q", answer, ok=False, signature="some error")
    world.runs("uv run pytest -q", "1 passed")
    assert found(world) == []


def test_an_edit_that_did_not_fit_is_no_lesson() -> None:
    world = World().session()
    world.runs(
        "file_path: /src/a.py\nold_string: x", "String to replace not found", ok=False, tool="Edit"
    )
    world.runs("file_path: /src/a.py\nold_string: y", "updated", tool="Edit")
    assert found(world) == []


def test_a_call_that_answers_with_the_same_sort_of_error_did_not_work() -> None:
    world = World().session()
    world.runs("pytest", "bash: pytest: command not found", ok=False)
    world.runs("uv run pytest | tail -1", "error: No module named pytest")
    assert found(world) == []


def test_a_failure_that_says_nothing_teaches_nothing() -> None:
    world = World().session()
    world.runs("pytest", "", ok=False, signature="")
    world.runs("uv run pytest", "1 passed")
    assert found(world) == []


def test_a_failure_needs_no_signature_where_its_words_say_what_it_is() -> None:
    world = World().session()
    world.runs("pytest", "bash: pytest: command not found", ok=False, signature="")
    world.runs("uv run pytest", "1 passed")
    (one,) = found(world)
    assert one.change == ("pytest", "uv run pytest")


def test_a_value_that_the_error_does_not_know_is_how_a_tool_is_called() -> None:
    world = World().session()
    world.runs("fd --extension python foo", "error: unknown language: python", ok=False)
    world.runs("fd --extension py foo", "foo.py")
    (one,) = found(world)
    assert one.of_tool
    assert one.change.worked == "fd --extension py foo"


def test_where_the_same_call_works_after_it_a_changed_one_was_no_other_way() -> None:
    world = World().session()
    for _ in range(2):
        world.session()
        world.runs("pnpm --filter web build", "Error: Cannot resolve @a/icons", ok=False)
        world.runs("pnpm --filter icons build", "built")
        world.runs("pnpm --filter web build", "built")
    assert {one.kind for one in found(world)} == {"ready"}


def test_what_strangers_answered_teaches_nothing() -> None:
    world = World().session()
    world.runs("pytest", "bash: pytest: command not found", ok=False, trust=Trust.WEB)
    world.runs("uv run pytest", "1 passed")
    assert found(world) == []


@pytest.mark.parametrize(
    ("asked", "got", "change"),
    [
        ("/src/.lint.yml", "/src/.lint.yaml", Change(".lint.yml", ".lint.yaml")),
        ("/src/a/x.go", "/src/b/c/x.go", Change("a/x.go", "b/c/x.go")),
        ("web/x.go", "api/x.go", Change("web/x.go", "api/x.go")),
    ],
)
def test_a_file_that_is_found_elsewhere_is_a_lesson(asked: str, got: str, change: Change) -> None:
    world = World().session()
    world.runs(f"file_path: {asked}", MISSING, ok=False, tool="Read", signature="missing")
    world.runs(f"file_path: {got}\nlimit: 20", "1 package x", tool="Read")
    (one,) = found(world)
    assert one.change == change


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("/src/client.go", "/src/telemetry.go"),
        ("/src/a.go", "/src/a.go"),
        ("/src/a.go", "a.go"),
        ("/a.go", "/b/a.go"),
    ],
)
def test_another_file_is_no_lesson(asked: str, got: str) -> None:
    world = World().session()
    world.runs(f"file_path: {asked}", MISSING, ok=False, tool="Read", signature="missing")
    world.runs(f"file_path: {got}", "1 package x", tool="Read")
    assert found(world) == []


def test_a_name_the_error_does_not_know_is_corrected() -> None:
    world = World().session()
    wrong = "Agent type 'researcher' not found. Available agents: docs:researcher"
    world.runs("subagent_type: researcher\nprompt: look", wrong, ok=False, tool="Task")
    world.runs("subagent_type: docs:researcher\nprompt: look again", "found it", tool="Task")
    (one,) = found(world)
    assert one.change == Change("researcher", "docs:researcher")


def test_calls_of_another_session_cure_nothing() -> None:
    world = World().session()
    world.runs("pytest", "bash: pytest: command not found", ok=False)
    world.session()
    world.runs("uv run pytest", "1 passed")
    assert found(world) == []


def test_of_a_long_call_whose_arguments_are_left_out_the_beginning_is_quoted() -> None:
    world = World().session()
    commit = "0123456789abcdef0123456789abcdef01234567"
    paths = " ".join(f"src/module_{n}.py" for n in range(12))
    world.runs(f"git show {commit} --no-stat {paths}", "unrecognized argument: --no-stat", ok=False)
    world.runs(f"git show {commit} {paths}", "commit 01234567")
    (one,) = found(world)
    assert one.change.failed == "git show … --no-stat"
    call, _, _ = one.quotes()
    assert (call.start, call.end) == (0, 200)


def put(*calls: tuple[str, str, bool]) -> World:
    world = World().session()
    for line, answer, ok in calls:
        world.runs(line, answer, ok=ok)
    return world


@pytest.mark.parametrize(
    ("failed", "error", "worked", "change"),
    [
        (
            "npm run build",
            "FATAL ERROR: Reached heap limit Allocation failed",
            "NODE_OPTIONS=--max-old-space-size=4096 npm run build",
            Change("npm run", "NODE_OPTIONS=--max-old-space-size=4096 npm run"),
        ),
        (
            "uv run alembic upgrade head",
            "FAILED: Multiple head revisions are present for argument 'head'",
            "uv run alembic upgrade heads",
            Change("uv run alembic upgrade head", "uv run alembic upgrade heads"),
        ),
        (
            "pip install httpx==0.28.0",
            "error: externally-managed-environment",
            "uv pip install httpx==0.28.0",
            Change("pip install", "uv pip install"),
        ),
        (
            "eslint src/[id].tsx",
            "zsh: no matches found: src/[id].tsx",
            "eslint 'src/[id].tsx'",
            Change("eslint src/[id].tsx", "eslint 'src/[id].tsx'"),
        ),
    ],
)
def test_so_slight_a_change_cures_whatever_the_error(
    failed: str, error: str, worked: str, change: Change
) -> None:
    (one,) = found(put((failed, error, False), (worked, "done", True)))
    assert one.change == change


def test_what_had_to_be_run_first_is_the_cure_of_a_call_that_then_works_unchanged() -> None:
    world = put(
        ("terraform plan", 'Error: Backend initialization required, run "terraform init"', False),
        ("terraform init -backend-config=env/prod.hcl", "ok", True),
        ("terraform plan", "ok", True),
    )
    (one,) = found(world)
    assert one.kind == READY
    assert one.change.worked == "terraform init -backend-config=… && terraform plan"


def test_a_push_that_others_were_faster_than_is_no_lesson() -> None:
    world = put(
        ("git push origin main", "error: failed to push some refs to 'origin'", False),
        ("git pull --rebase origin main", "ok", True),
        ("git push origin main", "ok", True),
    )
    assert found(world) == []


def test_what_was_edited_before_it_worked_is_no_cure() -> None:
    world = put(("terraform plan", "Error: Backend initialization required", False))
    world.runs("file_path: main.tf", "ok", tool="Edit")
    world.runs("terraform plan", "ok")
    assert found(world) == []


@pytest.mark.parametrize(
    ("failed", "worked"),
    [
        ("make test a b", "make test c b"),
        ("docker compose exec web check", "docker compose exec --verbose web check"),
        ("git pull origin main", "git push origin main"),
    ],
)
def test_what_a_call_was_made_for_is_no_way_to_make_it(failed: str, worked: str) -> None:
    world = put((failed, "something is not as it should be", False), (worked, "ok", True))
    assert all(one.kind == LOOSE for one in found(world))


def test_any_change_that_worked_is_told_in_words_that_hold_for_other_tasks() -> None:
    error = "error: push the branch first, or use the --head flag"
    world = put(
        ("gh pr create --fill", error, False),
        ("gh pr create --fill --head ada/one", "ok", True),
        ("gh pr create --draft", error, False),
        ("gh pr create --draft --head ada/two", "ok", True),
    )
    every = found(world)
    assert len({one.gist for one in every}) == 1


@pytest.mark.parametrize(
    ("failed", "error", "worked"),
    [
        ("gt context --usage", 'unknown command "context" for "gt"', "gt deacon heartbeat"),
        ("gt witness list", 'unknown command "list" for "gt witness"', "bd list"),
    ],
)
def test_another_subcommand_is_believed_when_two_sessions_took_it(
    failed: str, error: str, worked: str
) -> None:
    (one,) = found(put((failed, error, False), (worked, "done", True)))
    assert one.kind == LOOSE


def test_a_subcommand_under_its_full_name_is_believed_at_once() -> None:
    error = 'unknown command "pending" for "gt deacon"'
    calls = (("gt deacon pending", error, False), ("gt deacon trigger-pending", "none", True))
    (one,) = found(put(*calls))
    assert one.kind == "usage"


@pytest.mark.parametrize(
    ("failed", "error", "worked"),
    [
        # The scene is the one in which it failed.
        (
            "cd rs && cargo clippy -p core --fix",
            "Operation not permitted",
            "cd rs && cargo clippy -p core",
        ),
        # What is told of both is the same.
        ("sed -n 1,20p /a/b/plan.h", "No such file or directory", "sed -n 1,20p /a/c/plan.h"),
        # To show a file is not what the other program would have done with it.
        ("file bin/tool", "bash: file: command not found", "head -50 bin/tool"),
        ("cargo run", "error[E0603]: module `web` is private", "A=1 cargo run"),
        ("cargo run", "error: it stopped here again", "RUST_LOG=debug cargo run"),
    ],
)
def test_what_was_no_cure_of_that_error_is_none(failed: str, error: str, worked: str) -> None:
    assert found(put((failed, error, False), (worked, "done", True))) == []


def test_texts_and_names_of_one_task_are_left_out() -> None:
    failed = 'bd close cr-wisp-e3y --comment "Patrol one is complete"'
    worked = 'bd close cr-wisp-e3y --reason "Patrol one is over now"'
    (one,) = found(put((failed, "unknown flag: --comment", False), (worked, "closed", True)))
    assert one.change == ("bd close … --comment", "bd close … --reason")


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("/w/.claude/worktrees/bold-fox/src/routes.go", "/w/src/routes.go"),
        ("d:\\work\\okki\\knowledge\\DESIGN.md", "d:\\work\\okki\\knowledge\\system-prompt.md"),
    ],
)
def test_a_file_of_a_passing_work_tree_or_of_another_name_is_no_lesson(
    asked: str, got: str
) -> None:
    world = World().session()
    world.runs(f"file_path: {asked}", "File does not exist.", ok=False, tool="Read")
    world.runs(f"file_path: {got}", "package main", tool="Read")
    assert found(world) == []


def test_what_a_guard_refused_is_no_lesson_in_how_to_get_around_it() -> None:
    refused = "PreToolUse:Bash hook error: [HOOK BLOCKED] rm -rf build"
    assert found(put(("rm -rf build", refused, False), ("rm -r build", "", True))) == []
