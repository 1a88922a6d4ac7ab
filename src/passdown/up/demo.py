"""`demo`: the whole loop on the bundled samples, told as it goes; nothing of yours is touched."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

from passdown.app import open_app
from passdown.config.arguments import Arguments
from passdown.domain.actor import Proof, human
from passdown.domain.errors import Internal
from passdown.text.safe import one_line, printable
from passdown.up.cockpit import offered
from passdown.up.run import SAMPLES, SHOWN_ON, turned_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.app import App

PERSON = human("demo", Proof.LOCAL)
"""The demo answers in your place; its store is thrown away."""

WIDTH = 96


def main(argv: Sequence[str]) -> int:
    """Show the loop on five bundled sessions: found, replayed, asked, decided, briefed."""
    Arguments("demo", str(main.__doc__), store=False).parse_args(argv)
    with (
        tempfile.TemporaryDirectory(prefix="passdown-demo-") as folder,
        open_app(store=folder, flags=SHOWN_ON) as app,
    ):
        _tell(app)
        return offered(app, PERSON)


def _tell(app: App) -> None:
    _observed(app)
    proposals = _asked(app)
    if not proposals:
        raise Internal("the samples gave no proposals", next="Report this: it is a fault.")
    chosen = max(proposals, key=_worth_telling)
    repo = chosen["scope"].partition(":")[2]
    _before(app, repo)
    _decided(app, chosen)
    _after(app, repo)
    _prevented(app, chosen)
    _next()


def _worth_telling(proposal: dict[str, Any]) -> tuple[float, float, str]:
    """A mistake that came back tells more than a rule; then the surest."""
    saved = proposal["replay"].get("metrics", {}).get("prevented", 0)
    return saved, proposal["confidence"], proposal["id"]


def _observed(app: App) -> None:
    _head("1  Observe", "Five sessions of an invented project, as coding agents leave them behind.")
    read = app.call("ingest", {"paths": [str(SAMPLES)]}, PERSON)
    _say(f"{read['sessions']} sessions, {read['observations']} observations, each with its place.")
    masked, kept_out = sum(read["redactions"].values()), read["quarantined"]
    _say(f"Masked before anything reached the disk: {masked} secrets and addresses.")
    _say(f"In quarantine, never mined: {kept_out} text(s) that try to instruct agents.")


def _asked(app: App) -> list[dict[str, Any]]:
    _head("2  Mine and propose", "What the sessions learned, each replayed against history first.")
    _say(turned_on())
    app.call("mine", {}, PERSON)
    waiting: list[dict[str, Any]] = app.call("pending", {}, PERSON)["proposals"]
    for p in waiting:
        _say(f"{p['confidence']:.2f}  {one_line(p['title'], WIDTH - 8)}")
    return waiting


def _before(app: App, repo: str) -> None:
    _head("3  The brief of the next session, before", "Nothing is served that nobody approved.")
    brief = app.call("brief", {"repo": repo}, PERSON)["text"]
    _say(printable(brief) if brief else "(empty)")


def _decided(app: App, chosen: dict[str, Any]) -> None:
    _head("4  The gate asks", "This is the card a person reads; the demo answers in your place.")
    for line in _card_lines(app.call("show", {"id": chosen["id"]}, PERSON)["card"]):
        _say(line)
    answer = {"id": chosen["id"], "reason": "shown by its replay"}
    done = app.call("approve", answer, PERSON)
    _say("")
    _say(f"Approved by {done['decided_by']}. Taken back, with all it changed, by:")
    _say(f"passdown undo {done['id'][:12]}")


def _after(app: App, repo: str) -> None:
    _head("5  The brief of the next session, after", "Each line has its id; ask why it is there.")
    for line in app.call("brief", {"repo": repo}, PERSON)["text"].splitlines():
        _say(printable(line))


def _prevented(app: App, chosen: dict[str, Any]) -> None:
    _head("6  What it would have prevented", chosen["replay"].get("sentence", ""))
    for seq in chosen["replay"].get("right_examples", [])[:1]:
        seen = app.call("seen", {"seq": seq}, PERSON)
        session = app.call("session", {"id": seen["session"]}, PERSON)["session"]
        tool = f", {seen['tool']} answered" if seen["tool"] else ""
        _say(f"In the session of {session['started_at'][:10]}{tool}:")
        for line in printable(seen["text"]).strip().splitlines()[:3]:
            _say(f"  {line[:WIDTH]}")


def _next() -> None:
    _head("Next", "")
    _say("./run up              read your own transcripts (asks first; nothing is sent anywhere)")
    _say("./run review          decide what waits, one key each")
    _say("./run brief           what your next session should know")
    _say("./run --help          everything else")


def _card_lines(card: dict[str, Any]) -> Iterable[str]:
    """The card's blocks in plain lines."""
    from passdown.text.draw import Look, card as draw

    return draw(card, Look(WIDTH))


def _head(title: str, line: str) -> None:
    print(f"\n{title}" + (f"\n   {line}" if line else ""))


def _say(line: str) -> None:
    print(f"   {line}")
