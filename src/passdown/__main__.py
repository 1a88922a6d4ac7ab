"""passdown on the command line: what must be quick first, before anything heavy is loaded."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` itself takes as long to load as all that is needed here
    from collections.abc import Callable
    from typing import Any

    from passdown.config.argv import Options
    from passdown.ops.operation import Shell
    from passdown.surfaces.fast import Call

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("passdown.up.run:main", "Read transcripts, mine, propose, show the queue and the brief"),
    "demo": ("passdown.up.demo:main", "The whole loop on bundled samples, narrated"),
    "init": ("passdown.up.init:main", "Make a store for this project: .passdown/ here"),
    "review": ("passdown.surfaces.review:main", "Decide what waits, card by card"),
    "serve": ("passdown.serve:main", "The cockpit, HTTP, MCP and the worker on one port"),
    "worker": ("passdown.surfaces.worker:main", "Run the jobs: mining, deadlines, index, outbox"),
    "mcp": ("passdown.surfaces.mcp:main", "Serve an agent over standard input and output"),
    "jsonl": ("passdown.surfaces.jsonl:main", "One JSON request a line in, one answer a line out"),
    "transcript": ("passdown.up.read:transcript", "A session file as it is understood, as JSON"),
    "harvest": ("passdown.up.read:harvest", "What a session file teaches, storing nothing"),
    "metrics": ("passdown.up.metrics:main", "Velocity, hit rate, error reduction, completion"),
    "report": ("passdown.up.report:main", "The figures and plots as one HTML file or picture"),
    "pairs": ("passdown.up.pairs:command", "Questions and their answers, out of session files"),
    "install": ("passdown.up.install:main", "Connect a client: its hooks and tools, and back"),
    "hook": ("passdown.__main__:hook", "Brief a session, advise a call, note where it stands"),
    "completion": ("passdown.surfaces.cli:script", "Completion for bash, zsh or fish"),
}
"""The commands that are no operations: each `module:function` takes the rest of the line."""

HELP = ("--help", "-h", "help")
VERSION = ("--version", "-V", "version")


def main(argv: list[str] | None = None) -> int:
    """Run one command line; the exit code."""
    words = sys.argv[1:] if argv is None else argv
    try:
        code = _run(words)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        code = 141
        _let_go()
    except Exception as error:
        code = _failed(error, words)
    return code


def hook(argv: list[str]) -> int:
    """Answer a client's hook; 0 whatever happens, so that no client ever sees a failure of ours."""
    gc.disable()  # as for a quick call
    try:
        from passdown.stages.observe.spool import append
        from passdown.surfaces import hook as surface

        if {*HELP} & {*argv}:
            print(surface.HELP)
            return 0
        return surface.run(argv, append)
    except BaseException:
        return 0
    finally:
        gc.freeze()
        gc.enable()


def _run(argv: list[str]) -> int:
    if not argv:
        return _bare()
    first = argv[0]
    if first in HELP and len(argv) < 2:
        return _help()
    if first in VERSION:
        return _version()
    if first == "hook":
        return hook(argv[1:])
    return _command([*argv[1:], HELP[0]] if first in HELP else argv)


def _command(argv: list[str]) -> int:
    from passdown.config.argv import split

    options, words = split(argv)
    if not words or words[0] in HELP:
        return _help()
    if words[0] in COMMANDS:
        return _load(COMMANDS[words[0]][0])([*options.words(), *words[1:]])
    if words[0] == "ingest":
        from passdown.up import watch

        if watch.is_asked(words):
            return watch.main(argv, _show)
    from passdown.surfaces.fast import parse

    call = None if options.flags else parse(words)
    if call is not None:
        return _fast(call, options)
    from passdown.surfaces.cli import run

    return run(words, options, tuple(COMMANDS), _show)


def _load(place: str) -> Callable[[list[str]], int]:
    from importlib import import_module

    module, _, name = place.partition(":")
    found: Callable[[list[str]], int] = getattr(import_module(module), name)
    return found


def _fast(call: Call, options: Options) -> int:
    from passdown.app import open_app

    # What one call allocates is bounded and gone with the process: looking for garbage in it,
    # also when Python ends, would be an eighth of the time.
    gc.disable()
    try:
        with open_app(store=options.store, stands_here=True) as app:
            app.places.look_at()
            value = app.run_typed(call.name, call.params, app.identify())
            _show(value, app.operation(call.name).cli, call.as_json)
    finally:
        gc.freeze()
        gc.enable()
    return 0


def _show(value: Any, shell: Shell, as_json: bool) -> None:
    """Print a plain result: the JSON every surface sends, or lines for whoever reads them."""
    from passdown.config.terminal import look
    from passdown.text.draw import Hints, is_empty, result
    from passdown.text.wire import encode

    if isinstance(sys.stdout, TextIOWrapper):
        if as_json:
            sys.stdout.reconfigure(encoding="utf-8")
        else:
            sys.stdout.reconfigure(errors="replace")
    hints = Hints(shell.columns, shell.rows, shell.card, shell.facts, shell.also, shell.empty)
    here = look(sys.stdout)
    lines = [encode(value)] if as_json else [*result(value, here, hints)]
    for line in lines:
        print(line)
    mute = hints.empty and not as_json and not here.fit and is_empty(value, hints)
    if (mute or not lines) and sys.stderr is not None:
        print(f"passdown: {shell.empty or 'there is nothing to show'}", file=sys.stderr)


def _bare() -> int:
    """Nothing was said: a shell asks for completions, or somebody looks around."""
    from passdown.config import environment

    if asked := environment().get("_PASSDOWN_COMPLETE"):
        from passdown.surfaces.cli import complete

        return complete(asked, {name: summary for name, (_, summary) in COMMANDS.items()})
    return _help()


def _help() -> int:
    from passdown._manifest import OPERATIONS
    from passdown.surfaces.help import lines

    summaries = {name: summary for name, (_, summary) in COMMANDS.items()}
    page = lines(summaries, OPERATIONS)
    if sys.stdout is not None and sys.stdout.isatty():
        from passdown.config.terminal import look
        from passdown.text.draw import paint

        here = look(sys.stdout)
        page = lines(
            summaries, OPERATIONS, here.width, lambda text, style: paint(text, style, here)
        )
    for line in page:
        print(line)
    return 0


def _version() -> int:
    from passdown import __version__

    print(f"passdown {__version__}")
    return 0


def _failed(error: Exception, argv: list[str]) -> int:
    from passdown.surfaces.exits import tell

    if isinstance(error, OSError):
        _let_go()
    return tell(error, as_json="--json" in argv)


def _let_go() -> None:
    """Send what is still buffered nowhere: it cannot be written, and Python would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    raise SystemExit(main())
