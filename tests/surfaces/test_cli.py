"""The command line is what the operations declare: arguments, answers, errors, exit codes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from passdown.domain.errors import ERRORS
from passdown.domain.settings import Settings
from passdown.ops.catalogue import everything
from passdown.surfaces import cli
from passdown.surfaces.exits import EXIT, GONE, INTERRUPTED
from passdown.text.draw import Hints, Look, result
from passdown.text.wire import encode
from tests.surfaces.shells import Run, ShellApp, run, toy

__all__ = ["run", "toy"]

REAL = everything()
PROGRAM = Path(sys.executable).with_name("passdown")


# ---- parameters


def test_a_required_parameter_is_an_argument_and_a_default_an_option(
    run: Run, toy: ShellApp
) -> None:
    assert run("note", "idea", "Buy milk", "--sure").code == 0
    assert toy.calls == [("note", {"kind": "idea", "text": "Buy milk", "sure": True})]


def test_only_what_was_said_is_sent_so_that_defaults_are_the_operations_own(
    run: Run, toy: ShellApp
) -> None:
    run("echo")
    run("echo", "--count", "0")
    assert toy.calls == [("echo", {}), ("echo", {"count": 0})]


def test_every_kind_of_parameter_arrives_in_its_type(run: Run, toy: ShellApp) -> None:
    words = '--text hi --count 3 --share .5 --really --tags a --tags b --payload {"a":1}'
    assert run("echo", *words.split(), "--shade", "dark").code == 0
    assert toy.calls[0][1] == {
        "text": "hi",
        "count": 3,
        "share": 0.5,
        "really": True,
        "tags": ["a", "b"],
        "payload": {"a": 1},
        "shade": "dark",
    }


def test_a_required_list_takes_all_words_that_are_left(run: Run, toy: ShellApp) -> None:
    assert run("read", "file", "a", "b", "c", "--note", "three").code == 0
    assert toy.calls == [("read.file", {"paths": ["a", "b", "c"], "note": "three"})]


@pytest.mark.parametrize("words", [("thing", "show"), ("thing.show",)])
def test_a_dotted_name_is_two_words_or_one(run: Run, words: tuple[str, ...]) -> None:
    assert json.loads(run(*words, "aa11", "--json").out)["id"] == "aa11"


@pytest.mark.parametrize("words", [("kb", "echo"), ("kb.echo",)])
def test_an_alias_is_answered(run: Run, words: tuple[str, ...]) -> None:
    assert json.loads(run(*words, "--text", "hi", "--json").out)["text"] == "hi"


def test_a_pipe_is_told_beside_it_that_nothing_was_found(run: Run) -> None:
    ran = run("seek")
    assert (ran.out, ran.err) == ("mode  words\n", "passdown: none is there\n")
    assert run("seek", "--json").err == ""


def test_a_payload_may_stand_in_a_file(run: Run, toy: ShellApp, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"a": "ä"}')
    assert run("echo", "--payload", f"@{tmp_path}/p.json").code == 0
    assert toy.calls[0][1] == {"payload": {"a": "ä"}}


def test_a_payload_may_come_from_standard_input(run: Run, toy: ShellApp) -> None:
    assert run("echo", "--payload", "-", stdin=b'{"a": 1}').code == 0
    assert toy.calls[0][1] == {"payload": {"a": 1}}


def test_a_text_may_stand_in_a_file(run: Run, toy: ShellApp, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("On\ntwo lines.\n")
    assert run("note", "idea", f"@{tmp_path}/a.md").code == 0
    assert toy.calls == [("note", {"kind": "idea", "text": "On\ntwo lines."})]


def test_a_text_file_that_is_not_there_is_refused_and_not_taken_for_the_text(
    run: Run, toy: ShellApp
) -> None:
    ran = run("note", "idea", "@nowhere.md")
    assert (ran.code, toy.calls) == (8, [])
    assert "cannot read it: No such file or directory" in ran.err


def test_a_text_of_several_words_may_begin_with_an_at_sign(run: Run, toy: ShellApp) -> None:
    assert run("note", "idea", "@ada asks for it").code == 0
    assert toy.calls == [("note", {"kind": "idea", "text": "@ada asks for it"})]


@pytest.mark.parametrize(
    ("words", "stdin"),
    [(("say", "-"), b"piped\n"), (("say",), b"piped\n"), (("say", "piped"), b"")],
)
def test_a_text_may_be_piped_in(run: Run, words: tuple[str, ...], stdin: bytes) -> None:
    assert run(*words, stdin=stdin) == (0, "piped\n", "")


@pytest.mark.parametrize(
    ("payload", "stdin", "code", "said"),
    [
        ("{", b"", 2, "payload is not JSON"),
        ("[" * 100_000, b"", 2, "payload is not JSON"),
        ("@/nowhere/p.json", b"", 8, "cannot read it: No such file or directory"),
        ("-", b"\xff\xfe", 8, "not UTF-8 at byte 0"),
        ("-", b"1" * 1_100_000, 7, "longer than 1048576 bytes"),
        ("[1]", b"", 2, "Expected `object`, got `array`"),
    ],
)
def test_a_payload_that_cannot_be_read_is_refused(
    run: Run, payload: str, stdin: bytes, code: int, said: str
) -> None:
    ran = run("echo", "--payload", payload, stdin=stdin)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_words_after_two_dashes_are_no_options(run: Run, toy: ShellApp) -> None:
    assert run("note", "idea", "--", "--sure").code == 0
    assert toy.calls == [("note", {"kind": "idea", "text": "--sure"})]


@pytest.mark.parametrize(
    "words",
    [
        ("--store", "/a", "--set", "x.y=1", "echo"),
        ("echo", "--store=/a", "--set=x.y=1"),
        ("echo", "--set", "x.y=1", "--store", "/a"),
    ],
)
def test_the_store_and_knobs_may_be_named_anywhere(
    run: Run, toy: ShellApp, words: tuple[str, ...]
) -> None:
    assert run(*words).code == 0
    assert toy.opened == [{"store": "/a", "flags": {"x.y": "1"}, "stands_here": True}]


def test_a_malformed_setting_is_told_and_the_answer_given(run: Run, toy: ShellApp) -> None:
    toy.settings = Settings(warnings=("brief.budget (flag): not a number; using 2000 (default)",))
    ran = run("things", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)
    assert ran.err == "warning: brief.budget (flag): not a number; using 2000 (default)\n"


# ---- answers


def test_json_is_the_plain_result_as_every_surface_sends_it(run: Run, toy: ShellApp) -> None:
    ran = run("echo", "--text", "grüße \x1b[0m \x9b", "--json")
    plain = toy.call("echo", {"text": "grüße \x1b[0m \x9b"}, toy.actor)
    assert ran.out == encode(plain) + "\n"
    assert "\x9b" not in ran.out
    assert json.loads(ran.out) == plain


def test_what_the_store_holds_cannot_drive_the_terminal(run: Run) -> None:
    ran = run("sly")
    assert not set(ran.out) & set("\x1b\x07\x9b\u202e\u200b")
    assert "red" in ran.out


def test_a_pipe_gets_each_row_on_one_line_without_colour(run: Run) -> None:
    assert run("things").out.splitlines() == [
        "id    kind   scope       text",
        "aa11  claim  global      Tea is at four.",
        "bb22  claim  repo:web    Deploy on Mondays.",
        "cc33  claim  repo:other  Not for web.",
    ]


def test_a_check_that_found_something_exits_13(run: Run) -> None:
    assert run("check").code == 0
    assert run("check", "--no-sound").code == cli.FAILED_CHECK == 13
    checks = {name for name, op in REAL.items() if op.cli.check}
    assert checks == {"audit.patch", "audit.pr", "audit.range", "doctor", "ledger.verify", "redact"}


def test_what_tells_of_a_failure_did_not_fail(run: Run) -> None:
    assert run("told") == (0, "ok  no\n", "")


def test_a_decision_is_told_in_a_few_lines() -> None:
    made = {"id": "ab12", "kind": "claim", "scope": "global", "life": "active", "text": "Tea."}
    decided = {
        "id": "0f",
        "state": "executed",
        "title": "Tea.",
        "flags": [],
        "reason": "",
        "decided_by": "ann",
        "payload": {"text": "Tea."},
        "replay": {},
        "records": [made],
    }
    hints = Hints(**{name: getattr(REAL["approve"].cli, name) for name in Hints._fields})
    assert list(result(decided, Look(), hints)) == [
        "state       executed",
        "title       Tea.",
        "id          0f",
        "decided by  ann",
        "",
        "id    kind   scope   life    text",
        "ab12  claim  global  active  Tea.",
    ]


def test_a_long_operation_says_nothing_of_its_progress_to_a_pipe(run: Run) -> None:
    assert run("count", "3") == (0, "3\n", "")


# ---- errors


def test_every_error_has_an_exit_code_of_its_own() -> None:
    assert set(EXIT) == {e.code for e in ERRORS}
    reserved = {0, cli.FAILED_CHECK, INTERRUPTED, GONE}
    assert len({*EXIT.values()} | reserved) == len(EXIT) + len(reserved)


@pytest.mark.parametrize("code", EXIT)
def test_an_error_is_told_with_its_place_and_what_to_do_next(run: Run, code: str) -> None:
    ran = run("fail", code)
    assert ran.out == ""
    assert ran.code == EXIT[code]
    assert ran.err == f"error[{code}]: this is {code} (here)\nnext: do that\n"


@pytest.mark.parametrize("code", EXIT)
def test_an_error_is_told_as_json_on_request(run: Run, code: str) -> None:
    ran = run("fail", code, "--json")
    assert (ran.code, ran.out) == (EXIT[code], "")
    said = {"code": code, "what": f"this is {code}", "where": "here", "next": "do that"}
    assert json.loads(ran.err) == {"error": said}


def test_a_fault_of_ours_is_told_without_the_text_it_happened_on(run: Run) -> None:
    ran = run("fail", "surprise")
    assert ran.code == EXIT["internal"]
    assert "error[internal]: fail failed: KeyError" in ran.err
    assert "secret" not in ran.err


def test_a_fault_outside_an_operation_is_told_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "command", lambda op: 1 / 0)
    ran = run("echo")
    assert ran.code == EXIT["internal"]
    assert "error[internal]: passdown failed: ZeroDivisionError" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("note", "idea"), "Missing argument 'TEXT'"),
        (("echo", "--count", "many"), "Invalid value for '--count'"),
        (("echo", "--loud"), "No such option"),
        (("echo", "one", "two"), "Got unexpected extra arguments (one two)"),
        (("--store",), "--store needs a folder or a database address"),
        (("echo", "--set", "loud"), "--set needs NAME=VALUE, not 'loud'"),
    ],
)
def test_a_wrong_call_exits_2_and_says_how_it_goes(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert f"error[invalid]: {said}" in ran.err
    assert "\nnext: " in ran.err


def test_a_missing_text_is_not_waited_for_at_a_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "is_terminal", lambda stream: True)
    assert "error[invalid]: text is missing (passdown say)" in run("say").err


@pytest.mark.parametrize(
    ("word", "near"), [("thinks", "things"), ("reviw", "review"), ("thing.shw", "thing show")]
)
def test_an_unknown_command_names_near_ones(run: Run, word: str, near: str) -> None:
    ran = run(word)
    assert ran.code == 2
    assert f"error[invalid]: no command '{word}'" in ran.err
    assert near in ran.err


def test_a_word_that_is_like_no_command_is_not_guessed_at(run: Run) -> None:
    ran = run("bogus")
    assert "Did you mean" not in ran.err
    assert "--help" in ran.err


def test_an_unknown_word_of_a_group_names_those_there_are(run: Run) -> None:
    ran = run("thing", "hide")
    assert ran.err.splitlines() == [
        "error[invalid]: no command 'thing hide'",
        "next: There are: thing show.",
    ]


def test_an_unknown_command_is_told_without_its_escapes(run: Run) -> None:
    assert "\x1b" not in run("\x1b[31mred").err


def test_ctrl_c_ends_with_130_and_no_trace(run: Run) -> None:
    assert run("stop") == (130, "", "")


# ---- the process


def _process(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload,no-any-return]


def test_a_reader_that_went_away_ends_the_command_quietly() -> None:
    source, target = os.pipe()
    os.close(source)
    done = subprocess.run(
        [PROGRAM, "--help"], stdout=target, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(target)
    assert (done.returncode, done.stderr) == (GONE, "")


def test_a_full_disk_behind_the_output_is_told_once() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == EXIT["internal"]
    assert done.stderr.splitlines() == ["error[internal]: No space left on device (output)"]


@pytest.mark.parametrize("words", ["--help", "jsonl", "review", "hook stop", "echo --payload -"])
def test_closed_streams_end_a_command_without_a_trace(words: str) -> None:
    done = _process_in_shell(f"{shlex.quote(str(PROGRAM))} {words} <&- 2>&1")
    assert "Traceback" not in done.stdout
    silent = _process_in_shell(f"{shlex.quote(str(PROGRAM))} {words} <&- >&- 2>&-")
    assert silent.returncode == done.returncode


def _process_in_shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)


def test_a_caller_without_a_utf_8_locale_gets_utf_8_json_and_readable_lines(run: Run) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = _process("capabilities", "--json", env=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["operations"]
