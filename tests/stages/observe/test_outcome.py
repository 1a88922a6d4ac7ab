"""How a session went is said only where it shows, with what shows it."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from passdown.domain.observation import Observation, Seen, Trust
from passdown.stages.observe.outcome import fold, outcome


def say(text: str, **meta: str) -> Observation:
    return Observation("s", text, Seen.PROMPT, text, trust=Trust.HUMAN, meta=meta)


def reply(text: str = "Done.") -> Observation:
    return Observation("s", text, Seen.REPLY, text)


def run(command: str, output: str, ok: bool | None = True) -> list[Observation]:
    call = Observation("s", command, Seen.CALL, command, tool="Bash", call="c")
    return [call, Observation("s", output, Seen.RESULT, output, tool="Bash", call="c", ok=ok)]


INTERRUPT = Observation("s", "i", Seen.NOTE, "[Request interrupted]", meta={"kind": "interrupt"})


def went(*seen: Observation | Iterable[Observation]) -> tuple[str, tuple[int, ...]]:
    flat = [o for one in seen for o in ([one] if isinstance(one, Observation) else one)]
    return outcome(fold({}, enumerate(flat, 1)))


@pytest.mark.parametrize(
    ("command", "output", "ok", "expected"),
    [
        ("pytest -q", "3 passed in 0.1s", True, "tests-passed"),
        ("pytest -q", "1 failed, 2 passed", False, "tests-failed"),
        ("go test ./... | tail -3", "--- FAIL: TestX\nFAIL", True, "tests-failed"),
        ("go test ./...", "ok  \tshop/cart\t0.01s", True, "tests-passed"),
        ("cd app && npm run test", "Tests: 12 passed, 12 total", True, "tests-passed"),
        ("cargo test", "test result: ok. 4 passed; 0 failed", True, "tests-passed"),
        ("cargo test", "test result: FAILED. 3 passed; 1 failed", False, "tests-failed"),
        ("mise run test", "[test] ERROR task failed", False, "tests-failed"),
        ("pytest -q", "", True, ""),
        ("pytest -q", "3 passed", None, ""),
        ("cat test.py", "3 passed", True, ""),
        ("git commit -m x", "[main 1a2b3c4] x\n 1 file changed", True, "committed"),
        ("git -C /x add . && git commit -qm x", "", True, ""),
        ("git commit -m x", "nothing to commit", False, ""),
        ("git log", "[main 1a2b3c4] x", True, ""),
    ],
)
def test_a_command_shows_it_when_its_output_says_so(
    command: str, output: str, ok: bool | None, expected: str
) -> None:
    assert went(run(command, output, ok)) == (expected, (1, 2) if expected else ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thanks, that works!", "thanked"),
        ("perfect", "thanked"),
        ("lgtm", "thanked"),
        ("great, but the footer is gone", ""),
        ("No, use the other table.", "corrected"),
        ("that's not what I asked", "corrected"),
        ("you forgot the migration", "corrected"),
        ("still fails", "corrected"),
        ("it doesn't work on Windows", "corrected"),
        ("no problem, go ahead", ""),
        ("Now add a footer.", ""),
        ("notable changes go in the changelog", ""),
    ],
)
def test_a_person_s_word_shows_it(text: str, expected: str) -> None:
    assert went(say(text)) == (expected, (1,) if expected else ())


def test_the_last_sign_counts() -> None:
    tests, commit = run("pytest", "3 passed"), run("git commit -m x", "[main 1a2b3c4] x")
    assert went(tests, commit)[0] == "committed"
    assert went(commit, say("no, revert that")) == ("corrected", (3,))
    assert went(say("no, not that"), reply(), say("thanks!")) == ("thanked", (3,))


def test_a_refused_call_is_a_correction() -> None:
    assert went(say("use our logger", kind="refusal"))[0] == "corrected"


def test_a_session_that_ends_with_an_interruption_was_abandoned() -> None:
    tests = run("pytest", "3 passed")
    assert went(tests, INTERRUPT) == ("abandoned", (3,))
    assert went(tests, INTERRUPT, INTERRUPT) == ("abandoned", (4,))
    assert went(tests, INTERRUPT, say("go on")) == ("tests-passed", (1, 2))
    assert went(INTERRUPT, say("go on")) == ("", ())


def test_nothing_is_claimed_where_nothing_shows() -> None:
    assert went(say("What is this?"), reply("A shop.")) == ("", ())
    assert went() == ("", ())


def test_agents_and_the_web_do_not_thank() -> None:
    thanks = Observation("s", "t", Seen.PROMPT, "Thanks!", trust=Trust.ASSISTANT)
    assert went(thanks) == ("", ())


def test_a_sub_agent_s_tests_are_not_the_session_s() -> None:
    inside = [
        Observation(
            o.session, o.uid, o.seen, o.text, tool=o.tool, call=o.call, ok=o.ok, meta={"agent": "a"}
        )
        for o in run("pytest", "3 passed")
    ]
    assert went(inside) == ("", ())


def test_it_may_be_told_in_pieces() -> None:
    seen = [
        say("fix it"),
        *run("pytest", "1 failed", ok=False),
        *run("pytest", "3 passed"),
        INTERRUPT,
        say("go on"),
    ]
    whole = fold({}, enumerate(seen, 1))
    state: dict = {}
    for n, one in enumerate(seen, 1):
        state = json.loads(json.dumps(fold(state, [(n, one)])))
    assert state == json.loads(json.dumps(whole))


@pytest.mark.parametrize(
    "command",
    [
        *("pytest", "unittest", "tox", "nox", "jest", "vitest", "rspec", "phpunit", "ctest"),
        *("go test", "cargo test", "mvn test", "bun test", "npm run tests", "make check"),
        *("just checks", "./run test", "mise run check"),
    ],
)
def test_whoever_tests_is_known_for_it(command: str) -> None:
    assert went(run(f"cd x && {command}", "3 passed"))[0] == "tests-passed"
