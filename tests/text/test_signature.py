"""The same error has one signature in every repo; what is no error has none."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from passdown.text.signature import exit_code, signature

TRACEBACK = """Traceback (most recent call last):
  File "{file}", line {line}, in <module>
    import {module}
ModuleNotFoundError: No module named '{module}'
"""


def test_the_last_line_of_a_traceback_names_it() -> None:
    here = TRACEBACK.format(file="/home/a/app/main.py", line=3, module="httpx")
    there = TRACEBACK.format(file="/srv/b/tool.py", line=141, module="yaml")
    assert signature(here) == signature(there) == "ModuleNotFoundError: No module named <str>"


def test_of_chained_exceptions_the_last_is_the_one() -> None:
    text = "KeyError: 'a'\n\nDuring handling ...\n\nValueError: bad thing\n"
    assert signature(text) == "ValueError: bad thing"


@pytest.mark.parametrize(
    ("output", "named"),
    [
        (
            "Exit code 128\nwarning: no such remote\nfatal: pathspec 'a/b.go' did not match",
            "fatal: pathspec <str> did not match",
        ),
        (
            "Exit code 127\n/bin/bash: line 1: rg: command not found",
            "<path>: line <n>: rg: command not found",
        ),
        ("zsh: command not found: pnpm", "zsh: command not found: pnpm"),
        ("cat: /etc/x/y.conf: No such file or directory", "cat: <path>: No such file or directory"),
        (
            "src/app.ts(83,49): error TS2345: Argument of type 'a' is not assignable to 'b'.",
            "<path>: error TS2345: Argument of type <str> is not assignable to <str>.",
        ),
        ("error[E0308]: mismatched types\n --> src/main.rs:4:18", "error[E0308]: mismatched types"),
        (
            "main.c:12:5: error: expected ';' before '}' token",
            "<path>: error: expected <str> before <str> token",
        ),
        ("cmd/a/b.go:40:26: undefined: defaultAgent", "<path>: undefined: defaultAgent"),
        ("thread 'main' panicked at src/main.rs:2:5:", "thread <str> panicked at <path>:"),
        (
            "panic: runtime error: index out of range [5] with length 3",
            "panic: runtime error: index out of range [<n>] with length <n>",
        ),
        (
            "npm ERR! code ENOENT\nnpm ERR! syscall open\nnpm ERR! Error: Cannot find module 'x'",
            "Error: Cannot find module <str>",
        ),
        (
            "=== RUN TestA\n--- FAIL: TestA (0.02s)\nFAIL\texample.org/a\t0.1s",
            "--- FAIL: TestA (<n>s)",
        ),
        (
            "E   AssertionError: assert 3 == 4\n1 failed in 0.1s",
            "AssertionError: assert <n> == <n>",
        ),
        (
            "<tool_use_error>File has not been read yet.</tool_use_error>",
            "File has not been read yet.",
        ),
        (
            "Exit code 1\n[lint] ERROR task failed\n\na/b.go:1:2: string `x` has 3 occurrences",
            "<path>: string <str> has <n> occurrences",
        ),
        ("Exit code 1", "exit 1"),
        (
            'Process exited with code 1\nOutput:\nno pull requests found for branch "main"',
            "no pull requests found for branch <str>",
        ),
        (
            'java.lang.NullPointerException: Cannot invoke "a"\n\tat b.c(D.java:12)',
            "java.lang.NullPointerException: Cannot invoke <str>",
        ),
    ],
)
def test_the_line_that_names_the_error_is_the_signature(output: str, named: str) -> None:
    assert signature(output) == named


@pytest.mark.parametrize(
    "output",
    [
        "",
        "ok  \texample.org/a\t2.047s",
        "Process exited with code 0\nOutput:\ngrep: x: No such file or directory",
        "    12\traise ValueError('bad')\n    13\t    error: str,",
        "+    except KeyError:\n-        raise Error: old",
        "The user doesn't want to proceed with this tool use. STOP what you are doing.",
        "3 passed in 0.1s",
        "const error: ErrorInfo = {",
    ],
)
def test_what_is_no_error_has_no_signature(output: str) -> None:
    assert signature(output) == ""


def test_places_ids_times_and_numbers_do_not_tell_errors_apart() -> None:
    one = (
        "Error: request 7f3c2ab91d at 2026-01-05T10:00:01Z failed after 30s for https://a.io/x?y=1"
    )
    two = "Error: request 00c0ffee00d1 at 2026-02-06T23:59:59Z failed after 7s for http://b.org/"
    assert signature(one) == signature(two) != ""


def test_different_errors_have_different_signatures() -> None:
    assert signature("KeyError: 'a'") != signature("TypeError: 'a'")
    assert signature("error TS2345: x y") != signature("error TS2304: x y")


def test_colour_does_not_matter() -> None:
    assert signature("\x1b[31merror:\x1b[0m no space") == signature("error: no space") != ""


@given(st.text())
def test_a_signature_is_one_short_line(text: str) -> None:
    found = signature(text)
    assert len(found) <= 200
    assert "\n" not in found


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("Exit code 1\nboom", 1),
        ("Exit code: 2", 2),
        ("boom\n\nCommand exited with code 127", 127),
        ("Chunk ID: 1\nProcess exited with code 0\nOutput:\n", 0),
        ("[The command completed with exit code -1.]", -1),
        ('{"output": "x", "metadata": {"exit_code": 3}}', 3),
        ("<returncode>5</returncode>", 5),
        ("exitcode: 6 (execution failed)\nCode output:", 6),
        ("exit status 1", 1),
        ("make: *** [all] Error 2", None),
        ("we document exit code 3 here as well", None),
        ("", None),
    ],
)
def test_the_exit_code_is_read_where_clients_write_it(output: str, code: int | None) -> None:
    assert exit_code(output) == code
