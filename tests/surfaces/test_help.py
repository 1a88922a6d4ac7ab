"""What the command line says of itself: the first page, each command's help, completion."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from passdown.__main__ import COMMANDS
from passdown._manifest import OPERATIONS
from passdown.ops.catalogue import everything
from passdown.ops.operation import Operation
from passdown.ops.params import parameters
from passdown.surfaces import cli
from passdown.surfaces.help import GROUPS, NAME, lines
from tests.surfaces.shells import Run, ShellApp, run, toy

__all__ = ["run", "toy"]

REAL = everything()
PROGRAM = Path(sys.executable).with_name("passdown")


@pytest.mark.parametrize("op", REAL.values(), ids=lambda op: op.name)
def test_the_help_of_an_operation_says_what_it_does_with_an_example(op: Operation) -> None:
    with click.Context(cli.command(op), info_name=f"passdown {op.name}") as context:
        page = cli.command(op).get_help(context)
    flat = " ".join(page.split())
    assert " ".join(cli.told(op).split()) in flat
    assert cli.told(op).split()[:3] == op.summary.split()[:3]
    assert op.example
    assert f"Example:\n    {op.example}" in page


@pytest.mark.parametrize("op", REAL.values(), ids=lambda op: op.name)
def test_the_example_of_an_operation_is_a_call_of_it(op: Operation) -> None:
    program, *words = shlex.split(op.example)
    found = cli.find(ShellApp(), words)  # type: ignore[arg-type]
    assert program == "passdown"
    assert found is not None
    assert found.name == op.name
    with cli.command(op).make_context("passdown", found.rest):
        pass


@pytest.mark.parametrize("op", REAL.values(), ids=lambda op: op.name)
def test_no_parameter_hides_an_option_that_every_command_has(op: Operation) -> None:
    assert not {p.name for p in parameters(op)} & {"store", "set", "json", "as_json", "help"}


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",), ("--store", "/a")])
def test_the_first_page_names_every_command_under_its_group(
    run: Run, words: tuple[str, ...]
) -> None:
    page = run(*words).out
    names = {line[2 : 2 + NAME].strip() for line in page.splitlines() if line.startswith("  ")}
    assert {name.replace(".", " ") for name in OPERATIONS} | set(COMMANDS) <= names
    assert [title for title, _, _ in GROUPS] == [
        line.rstrip(":") for line in page.splitlines() if line.endswith(":")
    ]


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        ("Short enough to stay as it is.", "Short enough to stay as it is."),
        (
            "A clause that is long enough, and another that is too much",
            "A clause that is long enough",
        ),
        ("word " * 20, "word word word word word word word wo…"),
    ],
)
def test_a_summary_is_shown_so_far_as_it_fits(summary: str, shown: str) -> None:
    (line,) = [line for line in lines({"up": summary}, {}, 40 + NAME) if line.startswith("  up")]
    assert line.split(maxsplit=1)[1] == shown


@pytest.mark.parametrize("example", [example for _, _, example in GROUPS])
def test_the_examples_of_the_first_page_are_calls(example: str) -> None:
    _, *words = shlex.split(example)
    assert words[0] in {*COMMANDS, *OPERATIONS}


@pytest.mark.parametrize(("place", "_"), COMMANDS.values(), ids=[*COMMANDS])
def test_every_command_leads_to_a_function(place: str, _: str) -> None:
    from passdown.__main__ import _load

    assert callable(_load(place))


def test_the_help_of_one_command_can_be_asked_for_in_front(run: Run) -> None:
    assert "Say it, or what is piped in." in run("help", "say").out
    assert 'passdown say "good morning"' in run("say", "-h").out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_how_it_goes(name: str) -> None:
    done = subprocess.run([PROGRAM, name, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"passdown {name}" in done.stdout


def test_the_help_of_a_group_lists_it(run: Run) -> None:
    assert run("thing", "--help") == (0, "passdown thing show           One thing.\n", "")


def test_the_version_is_that_of_the_package(run: Run) -> None:
    from passdown import __version__

    assert run("--version") == (0, f"passdown {__version__}\n", "")


# ---- completion


@pytest.mark.parametrize(
    ("words", "part", "offered"),
    [
        ([], "thi", ["things", "thing"]),
        ([], "kb", []),
        (["thing"], "", ["show"]),
        (["thing", "show"], "--r", ["--repo"]),
        (["review"], "", []),
    ],
)
def test_completion_offers_what_may_come_next(
    words: list[str], part: str, offered: list[str]
) -> None:
    commands = {"review": "Decide."}
    found = cli.completions(ShellApp(), words, part, commands)  # type: ignore[arg-type]
    assert sorted(item.value for item in found if item.type == "plain") == sorted(offered)


@pytest.mark.parametrize("shell", cli.SHELLS)
def test_completion_prints_a_script_for_each_shell(run: Run, shell: str) -> None:
    assert "_PASSDOWN_COMPLETE" in run("completion", shell).out


@pytest.mark.parametrize("words", [(), ("tcsh",)])
def test_completion_for_no_or_an_unknown_shell_names_the_known(
    run: Run, words: tuple[str, ...]
) -> None:
    assert "name a shell: bash, zsh, fish" in run("completion", *words).err


def test_bash_completes_a_command_and_its_options() -> None:
    line = (
        'eval "$(passdown completion bash)"; COMP_WORDS=(passdown {}); COMP_CWORD={};'
        ' _passdown_completion passdown; echo "${{COMPREPLY[@]}}"'
    )
    environment = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}

    def offered(words: str, at: int) -> str:
        command = ["bash", "-c", line.format(words, at)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        return done.stdout.strip()

    assert offered("ledg", 1) == "ledger"
    assert offered("ledger ver", 2) == "verify"
    assert offered("ledger history --af", 3) == "--after"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_help_of_a_command_that_is_no_operation_shows_it_at_work(command: str) -> None:
    done = subprocess.run(
        [PROGRAM, command, "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    assert any(word in done.stdout for word in ("example:\n  passdown ", "For example", '{"id": 1'))
