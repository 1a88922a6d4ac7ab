"""`passdown review`: what waits for a decision, card by card, with a key for each answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from passdown.config.argv import split
from passdown.config.terminal import editor, is_terminal, look
from passdown.domain.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.app import App
    from passdown.domain.actor import Actor as Actor
    from passdown.surfaces.review.sitting import Sitting

HELP = """passdown review [--loop NAME]

Decide what waits, card by card: a accept, x reject, e edit, space skip, u undo, ? help, q quit.
Your last ten decisions can be taken back before they are sent.

example:
  passdown review

--store PATH and --set NAME=VALUE work here as everywhere."""


def main(argv: list[str]) -> int:
    """Review until the reviewer leaves."""
    options, words = split(argv)
    if {"--help", "-h"} & {*words}:
        print(HELP)
        return 0
    loop = _loop(words)
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise Unavailable(
            "this needs a terminal, to read keys from and to draw on",
            where="review",
            next="`passdown pending` lists what waits; `passdown show ID` and `passdown approve"
            " ID` decide without one.",
        )
    from passdown.app import open_app

    with open_app(store=options.store, flags=options.flags) as app:
        app.places.look_at()
        for line in sit(app, loop):
            print(line)
    return 0


def sit(app: App, loop: str) -> Iterator[str]:
    """Let the reviewer decide, if anything waits; what came of it."""
    from passdown.surfaces.review.screen import Screen
    from passdown.surfaces.review.sitting import Sitting

    actor = app.identify()
    app.operation("approve").allow(actor)
    asked = {"loop": loop, "status": "open", "limit": 1}
    if not app.call("pending", asked, actor)["proposals"]:
        yield "Nothing waits for a decision."
        return
    with Screen() as screen:
        sitting = Sitting(app, actor, screen, look(sys.stdout), loop, editor())
        sitting.run()
    yield from report(sitting)


def report(sitting: Sitting) -> Iterator[str]:
    """What came of a sitting."""
    yes, no = sitting.done[True], sitting.done[False]
    waits = sitting.desk.open
    yield f"Approved {yes}, rejected {no}. {waits or 'Nothing'} still {_waits(waits)}."
    for decision, error in sitting.refused:
        yield f"not taken: {_verdict(decision.yes)} {decision.id[:12]}: {error}"
    for decision in sitting.dropped:
        yield f"dropped unsent: {_verdict(decision.yes)} {decision.id[:12]}"


def _verdict(yes: bool) -> str:
    return "approve" if yes else "reject"


def _waits(count: int) -> str:
    return "wait" if count > 1 else "waits"


def _loop(words: list[str]) -> str:
    match words:
        case []:
            return ""
        case ["--loop", name]:
            return name
        case [word] if word.startswith("--loop="):
            return word.partition("=")[2]
    raise Invalid(f"review takes no {words[0]!r}", next="`passdown review --help` shows how.")
