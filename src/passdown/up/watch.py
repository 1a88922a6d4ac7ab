"""`ingest --watch`: read what is there, then read on as lines arrive, until stopped."""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from passdown.app import App, open_app
from passdown.config.argv import split
from passdown.domain.errors import PassdownError
from passdown.surfaces import cli
from passdown.text.safe import one_line
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.surfaces.cli import Show

PAUSE = 0.5
"""Seconds between two looks at what changed."""
FLAG = "--watch"


def is_asked(words: Sequence[str]) -> bool:
    """Whether this command line asks for it."""
    return words[0] == "ingest" and FLAG in words and not {"--help", "-h", "--dry-run"} & {*words}


def main(argv: list[str], show: Show) -> int:
    """Until Ctrl-C or SIGTERM; 0 then."""
    options, words = split(argv)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with open_app(store=options.store, flags=options.flags, stands_here=True) as app:
            return _read(app, words, show)
    except KeyboardInterrupt:
        print("Stopped. Everything so far is kept.", file=sys.stderr)
        return 0


def _read(app: App, words: list[str], show: Show) -> int:
    from passdown.stages.observe.watch import Watch

    paths = _paths(app, cli.said(app, words))
    watch = Watch(paths)
    code = cli.call(app, words, (), show)
    if code or not paths:
        return code
    as_json = "--json" in words
    print("Reading on as lines arrive. Ctrl-C stops.", file=sys.stderr, flush=True)
    while True:
        if changed := watch.changed():
            _tell(app, changed, as_json=as_json)
        time.sleep(PAUSE)


def _paths(app: App, given: dict[str, Any]) -> list[str]:
    """What to watch: what was named, and what is discovered where a yes was said to that."""
    named = [str(path) for path in given.get("paths", ()) if path != "-"]
    if given.get("discover") and given.get("yes"):
        named += [place["path"] for place in app.call("discover", {}, app.identify())["places"]]
    return named


def _tell(app: App, changed: list[str], *, as_json: bool) -> None:
    """Read what changed; a line when there was something in it, or when it could not be read."""
    try:
        done = app.call("reread", {"paths": changed}, app.identify())
    except PassdownError as error:
        print(
            f"{app.clock.now()} waiting: {one_line(str(error), 400)}", file=sys.stderr, flush=True
        )
        return
    if as_json:
        print(encode(done), flush=True)
    elif done["observations"] or done["skips"]:
        print(f"{app.clock.now()} {_line(done)}", flush=True)


def _line(done: dict[str, Any]) -> str:
    skips = f", {done['skips']} lines skipped" if done["skips"] else ""
    formats = ", ".join(done["formats"])
    return f"{done['observations']} observations of {done['sessions']} sessions ({formats}){skips}"
