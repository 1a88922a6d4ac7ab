"""The command line, generated from the operations; none is named here.

A required parameter is an argument, one with a default is an option, a dotted name is two words.
"""

from __future__ import annotations

import json
import re
import sys
from inspect import cleandoc
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from passdown._manifest import ALIASES, OPERATIONS
from passdown.config.bar import bar
from passdown.config.terminal import is_terminal
from passdown.domain.errors import Invalid, Limit, Unreadable
from passdown.ops.params import parameters
from passdown.text.fold import folded
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from click.shell_completion import CompletionItem

    from passdown.app import App
    from passdown.config.argv import Options
    from passdown.ops.operation import Operation, Shell
    from passdown.ops.params import Param

    Show = Callable[[Any, Shell, bool], None]

PROGRAM = "passdown"
COMPLETION = "_PASSDOWN_COMPLETE"
SHELLS = ("bash", "zsh", "fish")
DEEPEST = 3
LONGEST_INPUT = 1_048_576
NAMED_FILE = re.compile(r"@\S+")
JSON_STARTS = ("{", "[", '"')
TYPES: dict[str, click.ParamType[Any]] = {
    "whole": click.INT,
    "number": click.FLOAT,
    "path": click.Path(),
}
METAVARS = {
    "id": "ID",
    "text": "TEXT",
    "name": "NAME",
    "path": "PATH",
    "time": "TIME",
    "payload": "JSON",
    "whole": "N",
    "number": "X",
}
FAILED_CHECK = 13
"""The exit code of a check that ran and found that something is not as it should be."""


class Found(NamedTuple):
    """An operation's name, and the words after it."""

    name: str
    rest: list[str]


def run(words: list[str], options: Options, commands: Collection[str], show: Show) -> int:
    """Run the operation these words name; the exit code."""
    from passdown.app import open_app

    with open_app(store=options.store, flags=options.flags, stands_here=True) as app:
        return call(app, words, commands, show)


def call(app: App, words: list[str], commands: Collection[str], show: Show) -> int:
    """The same on this app; `commands` are names that are no operations."""
    found = find(app, words)
    if found is None:
        return _group(app, words, commands)
    op, found = _meant(app, found)
    context = _parse(command(op), f"{PROGRAM} {_spoken(found.name)}", found.rest)
    if context is None:
        return 0
    if op.effect.value == "read" and not op.cli.storeless:
        app.places.look_at()
    given, as_json = _given(context, op), bool(context.params["as_json"])
    value = _result(app, op, given)
    for warning in app.settings.warnings:
        print(f"warning: {one_line(warning, 400)}", file=sys.stderr)
    show(value if as_json else folded(value, op.cli.rows, op.cli.fold, given), op.cli, as_json)
    if not as_json and _consents(value):
        value = _result(app, op, {**given, "yes": True})
        show(value, op.cli, as_json)
    return FAILED_CHECK if op.cli.check and value.get("ok") is False else 0


def said(app: App, words: list[str]) -> dict[str, Any]:
    """The parameters that these words give to the operation they name; none when they ask for
    help or name none."""
    found = find(app, words)
    if found is None:
        return {}
    op, found = _meant(app, found)
    context = _parse(command(op), f"{PROGRAM} {_spoken(found.name)}", found.rest)
    return _given(context, op) if context else {}


def _result(app: App, op: Operation, given: dict[str, Any]) -> Any:
    with bar(sys.stderr if op.long else None) as report:
        return app.call(op.name, given, app.identify(), report=report)


def _consents(value: Any) -> bool:
    """Whether the result is a question and a person at the terminal says yes to it."""
    question = value.get("ask") if isinstance(value, dict) else None
    if not question or not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return False
    print(f"{one_line(question, 400)} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def find(app: App, words: Sequence[str]) -> Found | None:
    """The longest operation name or alias that the words start with."""
    spoken = [w.replace("-", "_") for w in takewhile(_is_name, words[:DEEPEST])]
    tries = [(".".join(spoken[:n]), n) for n in range(len(spoken), 0, -1)]
    hit = _first(tries, {*OPERATIONS, *ALIASES}) or _first(tries, _names(app, hidden=True))
    return Found(hit[0], list(words[hit[1] :])) if hit else None


def _meant(app: App, found: Found) -> tuple[Operation, Found]:
    """The operation, or the one that one of the words after it makes of it, without that word."""
    op = app.operation(found.name)
    for flag, name in op.cli.instead:
        if flag in found.rest:
            rest = [word for word in found.rest if word != flag]
            return app.operation(name), Found(name, rest)
    return op, found


def command(op: Operation) -> click.Command:
    """The operation as a command: its parameters, its help, its example."""
    as_json = click.Option(
        ["--json", "as_json"], is_flag=True, help="Print the plain result as JSON."
    )
    return click.Command(
        op.name,
        params=[*(_parameter(p, op.cli) for p in parameters(op)), as_json],
        help=told(op),
        epilog=_foot(op),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


# ---- parameters


def told(op: Operation) -> str:
    """What the operation does, its parameters named as they are given here."""
    options = {p.name for p in parameters(op) if not _is_argument(p, op.cli)}
    return re.sub(
        r"`(\w+)`",
        lambda found: _option(found[1]) if found[1] in options else found[0],
        cleandoc(op.fn.__doc__ or ""),
    )


def _is_argument(p: Param, hints: Shell) -> bool:
    return p.required or p.name == hints.bare


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _foot(op: Operation) -> str:
    """An example, and what there is to know that no line above says."""
    lines = ["\b", "Example:", f"  {op.example}", ""] if op.example else []
    if any(p.kind == "payload" for p in parameters(op)):
        lines.append("JSON is given as it is, as @FILE, or as - for standard input.")
    if any(map(_is_written, parameters(op))):
        lines.append("A text is given as it is, or as @FILE.")
    return "\n".join([*lines, "--store PATH and --set NAME=VALUE work here as everywhere."])


def _parameter(p: Param, hints: Shell) -> click.Parameter:
    kind = click.Choice(p.choices) if p.choices else TYPES.get(p.kind, click.STRING)
    if _is_argument(p, hints):
        required = p.required and p.name != hints.stdin
        nargs, metavar = (-1 if p.many else 1), _metavar(p, argument=True)
        return click.Argument([p.name], type=kind, nargs=nargs, required=required, metavar=metavar)
    option = _option(p.name)
    if p.kind == "flag":
        both = f"{option}/--no-{option[2:]}" if p.default else option
        return click.Option([both, p.name], is_flag=True, default=p.default, help=_hint(p))
    metavar = _metavar(p, argument=False)
    return click.Option(
        [option, p.name], type=kind, multiple=p.many, metavar=metavar, help=_hint(p)
    )


def _metavar(p: Param, *, argument: bool) -> str | None:
    if p.choices:
        return None
    word = p.name.upper() if argument and p.kind != "payload" else METAVARS.get(p.kind)
    if not argument:
        return word
    word = word if p.required else f"[{word}]"
    return f"{word}..." if p.many else word


def _hint(p: Param) -> str:
    default = getattr(p.default, "value", p.default)
    return "" if not default or default is True else f"[default: {default}]"


def _given(context: click.Context, op: Operation) -> dict[str, Any]:
    """What was said on the command line and nothing else: defaults are the operation's own."""
    found = {}
    for p in parameters(op):
        value = context.params[p.name]
        said = context.get_parameter_source(p.name) is ParameterSource.COMMANDLINE
        if p.name == op.cli.stdin and (value == "-" or not said):
            found[p.name] = _piped(p, context)
        elif said:
            found[p.name] = _value(p, value)
    return found


def _value(p: Param, value: Any) -> Any:
    if p.many or p.kind == "payload":
        return list(value) if p.many else _payload(p, value)
    named = _is_written(p) and NAMED_FILE.fullmatch(value)
    return _file(Path(value[1:])).rstrip("\n") if named else value


def _is_written(p: Param) -> bool:
    """Whether it is what somebody wrote and may have in a file: no question, no reason, no name."""
    return p.kind == p.name == "text"


def _piped(p: Param, context: click.Context) -> str:
    if context.params[p.name] is None and is_terminal(sys.stdin):
        raise Invalid(
            f"{p.name} is missing",
            where=context.command_path,
            next=f"`{context.command_path} --help` shows how.",
        )
    return _standard_input(p.name).rstrip("\n")


def _payload(p: Param, text: str) -> Any:
    if text == "-":
        text = _standard_input(p.name)
    elif text.startswith("@"):
        text = _file(Path(text[1:]))
    elif not text.lstrip().startswith(JSON_STARTS) and len(text) < 1_000 and Path(text).is_file():
        text = _file(Path(text))
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            f"{p.name} is not JSON: {error}", next=f"{p.name} is JSON, @FILE or -."
        ) from None


def _standard_input(name: str) -> str:
    if sys.stdin is None or sys.stdin.closed:
        raise Unreadable("standard input is closed", where=name, next=f"Give {name} as a word.")
    return _decoded(sys.stdin.buffer.read(LONGEST_INPUT + 1), "standard input")


def _file(path: Path) -> str:
    try:
        with path.expanduser().open("rb") as file:
            return _decoded(file.read(LONGEST_INPUT + 1), str(path))
    except OSError as error:
        raise Unreadable(f"cannot read it: {error.strerror}", where=str(path)) from error


def _decoded(raw: bytes, where: str) -> str:
    if len(raw) > LONGEST_INPUT:
        raise Limit(f"longer than {LONGEST_INPUT} bytes", where=where)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 at byte {error.start}", where=where) from None


def _parse(found: click.Command, path: str, words: list[str]) -> click.Context | None:
    """The words as parameters; None when help was asked for and printed."""
    try:
        with found.make_context(path, words) as context:
            return context
    except click.exceptions.Exit:
        return None
    except click.UsageError as error:
        said = error.format_message().rstrip(".")
        raise Invalid(said, where=path, next=f"`{path} --help` shows how.") from None


# ---- names


def _is_name(word: str) -> bool:
    return word[:1].isalpha() and all(c.isalnum() or c in "._-" for c in word)


def _first(tries: list[tuple[str, int]], names: set[str]) -> tuple[str, int] | None:
    return next((t for t in tries if t[0] in names), None)


def _spoken(name: str) -> str:
    return name.replace(".", " ")


def _names(app: App, *, hidden: bool = False) -> set[str]:
    every = app.operations
    return {*every, *(a for op in every.values() for a in op.aliases if hidden)}


def _group(app: App, words: Sequence[str], commands: Collection[str]) -> int:
    """What stands under the first word: listed on request, else named in the error."""
    names = sorted(n for n in _names(app, hidden=True) if n.startswith(f"{words[0]}."))
    if names and {"--help", "-h"} & {*words[1:]}:
        for name in names:
            print(f"{PROGRAM} {_spoken(name):<20} {app.operation(name).summary}")
        return 0
    said = one_line(" ".join(words[:2] if names else words[:1]), 60)
    if names:
        under = ", ".join(_spoken(n) for n in names)
        raise Invalid(f"no command {said!r}", next=f"There are: {under}.")
    near = _near(words[0], {*map(_spoken, _names(app)), *commands})
    raise Invalid(f"no command {said!r}", next=near)


def _near(word: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(known), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(near)}?" if near else f"`{PROGRAM} --help` lists them."


# ---- completion


def script(argv: list[str]) -> int:
    """Print what a shell evaluates to complete our commands."""
    from click.shell_completion import get_completion_class

    how = f'For example, in ~/.bashrc: eval "$({PROGRAM} completion bash)"'
    if {"--help", "-h"} & {*argv}:
        print(f"{PROGRAM} completion {'|'.join(SHELLS)}\n\n{how}")
        return 0
    kind = get_completion_class(argv[0]) if argv and argv[0] in SHELLS else None
    if kind is None:
        raise Invalid(f"name a shell: {', '.join(SHELLS)}", where="completion", next=how)
    made = kind(click.Command(PROGRAM), {}, PROGRAM, COMPLETION)
    print(made.source_template % made.source_vars())
    return 0


def complete(asked: str, commands: Mapping[str, str]) -> int:
    """Answer a shell's script: what may stand where the cursor is."""
    from click.shell_completion import get_completion_class

    from passdown.app import open_app

    kind = get_completion_class(asked.partition("_")[0])
    if kind is None:
        return 1
    made = kind(click.Command(PROGRAM), {}, PROGRAM, COMPLETION)
    words, part = made.get_completion_args()
    with open_app() as app:
        for item in completions(app, words, part, commands):
            print(made.format_completion(item))
    return 0


def completions(
    app: App, words: list[str], part: str, commands: Mapping[str, str]
) -> list[CompletionItem[str]]:
    """The next word of a name, then what the operation takes."""
    from click.shell_completion import CompletionItem, ShellComplete

    known = {name: op.summary for name, op in app.operations.items()} | dict(commands)
    depth, following = len(words), dict[str, str]()
    for name, summary in known.items():
        parts = name.split(".")
        if parts[:depth] == words and len(parts) > depth and parts[depth].startswith(part):
            following.setdefault(parts[depth], summary)
    items = [CompletionItem(word, help=summary) for word, summary in following.items()]
    if found := find(app, words):
        made = ShellComplete(command(app.operation(found.name)), {}, PROGRAM, COMPLETION)
        items += made.get_completions(found.rest, part)
    return items
