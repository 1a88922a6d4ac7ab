"""`up`: the main job, from transcripts to proposals to a brief."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.app import App, open_app
from passdown.config.arguments import Arguments
from passdown.config.argv import split
from passdown.config.bar import bar
from passdown.config.terminal import is_terminal, look
from passdown.domain.errors import PassdownError
from passdown.domain.proposal import OPEN
from passdown.domain.scope import ALL
from passdown.text.draw import wrap
from passdown.text.safe import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from threading import Event

    from passdown.domain.actor import Actor

SAMPLES = Path(__file__).parent.parent / "samples" / "test_sessions"
SHOWN = 5
TEMPORARY = "passdown-samples-"
SHOWN_ON = {"claims.facts": "yes", "claims.patterns": "yes"}
"""What is off by default and the samples are there to show."""
LOOK_AGAIN = 5.0
"""Seconds between two looks at what waits."""


def main(argv: Sequence[str]) -> int:
    """Ingest, mine, propose, show the queue and the brief; then go on, unless `--once`."""
    asked = _arguments(argv)
    # A polite kill ends it like Ctrl-C, and Ctrl-C where a shell began it deaf to that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with _store_for(asked) as (app, paths):
            return _run(app, paths, asked)
    except KeyboardInterrupt:
        print("\nStopped. Everything so far is kept.")
        return 0


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = Arguments("up", str(main.__doc__), "~/.claude/projects")
    parser.add_argument("paths", nargs="*", help="transcripts, or folders of them")
    parser.add_argument("--once", action="store_true", help="one pass, then exit")
    parser.add_argument("--yes", action="store_true", help="read what is discovered, unasked")
    options, words = split(list(argv))
    return parser.parse_args(words, argparse.Namespace(store=options.store, flags=options.flags))


@contextmanager
def _store_for(asked: argparse.Namespace) -> Iterator[tuple[App, list[str]]]:
    """The app and what to read: given, or discovered and consented to, or the samples in a
    store that is thrown away."""
    if asked.paths:
        with open_app(store=asked.store, flags=asked.flags) as app:
            yield app, list(asked.paths)
        return
    found = _discovered(asked.store)
    if found and (asked.yes or _consents(found)):
        with open_app(store=asked.store, flags=asked.flags) as app:
            yield app, [str(place["path"]) for place in found]
        return
    why = "nothing to read was named" if found else "no transcripts were found on this disk"
    _say(f"Samples only, in a temporary store: {why}. Yours: ./run up PATH")
    _say(turned_on())
    with (
        tempfile.TemporaryDirectory(prefix=TEMPORARY) as folder,
        open_app(store=folder, flags=SHOWN_ON) as app,
    ):
        yield app, [str(SAMPLES)]


def turned_on() -> str:
    """What is shown on the samples and is off until somebody turns it on."""
    return f"On for the samples, and off by default: {', '.join(SHOWN_ON)}."


def _discovered(store: str) -> list[dict[str, Any]]:
    """Where transcripts are; no store is made to find that out."""
    from passdown.config import places
    from passdown.stages.observe.discover import discover

    here = places(store)
    return [place for place in discover(here.user, here.moved) if place["files"]]


def _consents(found: Sequence[dict[str, Any]]) -> bool:
    """Asks before anything of the user's is opened; no terminal means no."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return False
    print("Transcripts on this disk:")
    for place in found:
        size = f"{place['bytes'] / 1e6:,.0f} MB"
        print(f"  {place['client']:<14} {place['files']:>6} files  {size:>9}  {place['path']}")
    print("They stay on this machine; secrets are masked before anything is stored.")
    return _answer("Read them? [y/N] ") in ("y", "yes")


def _run(app: App, paths: list[str], asked: argparse.Namespace) -> int:
    actor = app.identify()
    where = app.store.describe()["where"] if "://" in app.places.url else app.home
    _say(f"Store: {where} ({app.places.reason})")
    once(app, paths, actor, watch=not asked.once)
    if asked.once:
        return 0
    if _is_temporary(app):
        from passdown.up.cockpit import offered

        return offered(app, actor)
    return _go_on(app, actor)


def once(app: App, paths: list[str], actor: Actor, *, watch: bool = False) -> None:
    """One pass: read, mine, show the queue and the brief."""
    with bar(sys.stderr) as report:
        read = app.call("ingest", {"paths": paths, "watch": watch}, actor, report=report)
    _say(_read_line(read))
    if read["next"]:
        _say(read["next"])
    app.call("drain", {}, actor)
    with bar(sys.stderr) as report:
        cycles = app.call("mine", {}, actor, report=report)["cycles"]
    for cycle in [c for c in cycles if c["found"] or c["failure"]] or cycles[:1]:
        _say(_cycle_line(cycle))
    app.call("index.follow", {}, actor)
    _show_queue(app, actor)
    _show_brief(app, actor)


def _read_line(read: dict[str, Any]) -> str:
    line = (
        f"Read {_many(read['files'], 'file')}, {read['unchanged']} unchanged:"
        f" {_many(read['sessions'], 'session')}, {_many(read['observations'], 'new observation')}"
    )
    extras = {
        "secrets and addresses masked": sum(read["redactions"].values()),
        "quarantined": read["quarantined"],
        "lines skipped": read["skips"],
        "links out of it not followed": read["linked_out"],
        "files refused": read["refusals"],
    }
    told = [f"{n} {what}" for what, n in extras.items() if n]
    return f"{', '.join([line, *told])} ({read['seconds']:.1f} s)."


def _cycle_line(cycle: dict[str, Any]) -> str:
    if cycle["failure"]:
        return f"Mined {cycle['loop']}: failed, {cycle['failure']}"
    fates = ", ".join(f"{n} {name}" for name, n in sorted(cycle["fates"].items())) or "nothing new"
    return f"Mined {cycle['loop']}: {_many(cycle['found'], 'finding')}; {fates}."


def _show_queue(app: App, actor: Actor) -> None:
    waiting = app.call("pending", {"limit": 1000}, actor)["proposals"]
    if not waiting:
        print("\nNothing waits for a decision.")
        return
    waits = "proposal waits" if len(waiting) == 1 else "proposals wait"
    _say(f"\n{len(waiting)} {waits} for your decision. The surest:")
    for p in waiting[:SHOWN]:
        _say(one_line(p["title"], 90), f"  {p['id'][:12]}  {p['confidence']:.2f}  ")
        if sentence := p["replay"].get("sentence"):
            _say(one_line(sentence, 90), " " * 22)
    if not _is_temporary(app):
        print("Decide: passdown review")


def _is_temporary(app: App) -> bool:
    """Whether the store goes with this process: then there is nothing to go on with."""
    return app.home.name.startswith(TEMPORARY)


def _show_brief(app: App, actor: Actor) -> None:
    newest = app.call("sessions", {"limit": 1}, actor)["sessions"]
    repo = newest[0]["repo"] if newest else ""
    brief = app.call("brief", {"repo": repo}, actor)
    where = f" in {repo}" if repo else ""
    if brief["text"]:
        print(f"\nThe brief of the next session{where} ({brief['tokens']} tokens):\n")
        print(printable(brief["text"]))
    else:
        _say(f"\nThe brief of the next session{where} is empty: nothing for it is approved yet.")


def _go_on(app: App, actor: Actor) -> int:
    """Offer the review, then keep working until stopped, with the cockpit beside it."""
    from passdown.up.cockpit import shown

    at_terminal = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    with shown(app, actor, key=at_terminal) as ended:
        _stay(app, actor, ended)
    return 0


def _stay(app: App, actor: Actor, ended: Event) -> None:
    _offer_review(app, actor)
    print("Reading on as new lines arrive. Ctrl-C stops.", flush=True)
    _tell_what_waits(app, ended)


def _tell_what_waits(app: App, ended: Event) -> None:
    """A line whenever there are more questions than before, until the worker ended."""
    known = _waiting(app, 0)
    # Not `join`: interrupted, Python 3.11 takes the thread for ended while it still writes.
    while not ended.wait(LOOK_AGAIN):
        before, known = known, _waiting(app, known)
        if known > before:
            new = _many(known - before, "new proposal")
            print(f"{new}, {known} waiting: passdown review", flush=True)


def _waiting(app: App, known: int) -> int:
    """How many questions are open; as many as were known while the store cannot be read."""
    try:
        with app.store.read(ALL) as tx:
            return sum(n for (_, status), n in tx.queue.counts().items() if status in OPEN)
    except PassdownError:
        return known


def _offer_review(app: App, actor: Actor) -> None:
    if actor.kind.value != "human" or not is_terminal(sys.stdin):
        return
    if not app.call("pending", {"limit": 1}, actor)["proposals"]:
        return
    if _answer("Review now? [Y/n] ") in ("", "y", "yes"):
        from passdown.surfaces.review import main as review

        review(["--store", app.places.url if "://" in app.places.url else str(app.home)])


def _answer(question: str) -> str:
    """What is typed in answer; an end of the input (Ctrl-D) is a no."""
    try:
        return input(question).strip().casefold()
    except EOFError:
        print()
        return "no"


def _say(text: str, lead: str = "") -> None:
    """Print a line behind this lead; on a terminal it breaks between words and hangs."""
    here = look(sys.stdout)
    if not here.fit:
        print(lead + text)
        return
    first, *rest = wrap(text, here, "", len(lead))
    print(lead + first, *(" " * len(lead) + line for line in rest), sep="\n")


def _many(count: int, what: str) -> str:
    """The count with its noun, which is in the plural but for one."""
    return f"{count} {what}{'' if count == 1 else 's'}"
