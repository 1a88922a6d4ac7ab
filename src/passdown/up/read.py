"""`transcript` and `harvest`: one session file, read and mined in a store that is thrown away."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from passdown.app import App, open_app
from passdown.config.arguments import Arguments
from passdown.config.argv import split
from passdown.domain.errors import Unavailable
from passdown.domain.proposal import OPEN
from passdown.domain.scope import ALL, GLOBAL

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from passdown.domain.observation import Observation
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

    Json = dict[str, Any]

EVERY = 1_000_000
TEMPORARY = "passdown-read-"
ROLES = {"prompt": "human", "reply": "assistant", "call": "tool_call", "result": "tool_result"}


def transcript(argv: Sequence[str]) -> int:
    """Print a session file as it is understood, redacted, as JSON."""
    with _read("transcript", str(transcript.__doc__), argv) as (app, _):
        with app.store.read(ALL) as tx:
            sessions = sorted(
                tx.observations.sessions(limit=EVERY), key=lambda s: (s.started_at, s.id)
            )
            found = [_session(tx, session.id) for session in sessions]
        _print({"sessions": found})
    return 0


def harvest(argv: Sequence[str]) -> int:
    """Print what a session file teaches as a JSON array; nothing is stored."""
    with _read("harvest", str(harvest.__doc__), argv) as (app, given):
        asked = {"engine": given.engine}
        cycles = app.call("mine", asked, app.identify())["cycles"]
        failures = [cycle["failure"] for cycle in cycles if cycle["failure"]]
        if failures and given.engine:
            next_step = "Without --engine no model is asked."
            raise Unavailable("; ".join(failures)[:800], where="harvest", next=next_step)
        for failure in failures:
            print(f"warning: {failure}", file=sys.stderr)
        with app.store.read(ALL) as tx:
            _print([_item(tx, p) for p in tx.queue.all(tuple(OPEN), limit=EVERY)])
    return 0


@contextmanager
def _read(name: str, summary: str, argv: Sequence[str]) -> Iterator[tuple[App, Namespace]]:
    """A store with that file in it, for as long as this lasts, and what else was asked."""
    parser = Arguments(name, summary, "~/.claude/projects/web/7a8ede88.jsonl")
    parser.add_argument("path", help="a session file of any client that is known")
    if name == "harvest":
        parser.add_argument("--engine", action="store_true", help="ask the configured model, too")
    options, words = split(list(argv))
    given = parser.parse_args(words)
    with (
        tempfile.TemporaryDirectory(prefix=TEMPORARY) as folder,
        open_app(store=folder, flags=options.flags) as app,
    ):
        app.call("ingest", {"paths": [given.path]}, app.identify())
        yield app, given


def _session(tx: Tx, id: str) -> Json:
    session = tx.observations.session(id)
    facts = {} if session is None else asdict(session)
    facts.pop("meta", None)
    return {**facts, "turns": [_turn(one) for one in _observations(tx, id)]}


def _turn(one: Observation) -> Json:
    turn: Json = {"role": ROLES.get(one.seen.value, one.seen.value), "text": one.text, "at": one.at}
    if one.tool:
        turn["tool"] = one.tool
    if one.ok is not None:
        turn["ok"] = one.ok
    if one.flags:
        turn["quarantined"] = list(one.flags)
    return turn


def _observations(tx: Tx, session: str) -> Iterator[Observation]:
    after = 0
    while page := tx.observations.scan(session=session, flagged=True, after=after, limit=1000):
        yield from page
        after = page[-1].seq


def _item(tx: Tx, proposal: Proposal) -> Json:
    """A question as an item: the four fields everybody knows, then ours."""
    payload, scope = proposal.payload, proposal.scope
    seen = {one.seq: one for one in tx.observations.get(proposal.evidence)}
    quotes = [q for q in payload.get("quotes", ()) if q["seq"] in seen]
    return {
        "fact": proposal.title,
        "category": payload.get("category", ""),
        "repo": scope.partition(":")[2] if scope.startswith("repo:") else GLOBAL,
        "confidence": proposal.confidence,
        "scope": scope,
        "quotes": [seen[q["seq"]].text[q["start"] : q["end"]] for q in quotes],
        "entities": list(payload.get("entities", ())),
        "check": payload.get("check", ""),
        "sessions": sorted({one.session for one in seen.values()}),
    }


def _print(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
