"""The card of a session: how it went, what shows it, what failed, what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.contract.card import Card, Facts, Quote, Table, Text
from passdown.domain.clock import to_seconds
from passdown.domain.observation import Seen
from passdown.text.prices import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.contract.card import Block
    from passdown.domain.observation import Observation, Session

MOST_ERRORS = 20
SPEAKERS = {Seen.PROMPT: "person", Seen.REPLY: "assistant", Seen.CALL: "call"}
COUNTS = ("prompts", "replies", "calls", "results", "errors", "flagged")


def session_card(
    session: Session,
    row: Mapping[str, Any],
    shows: Sequence[Observation],
    errors: Sequence[Mapping[str, Any]],
) -> Card:
    """What a person reads of one session, most telling first."""
    title = str(session.meta.get("title") or "")
    where = f" in {session.repo}" if session.repo else ""
    question = f"Session {session.id}{where}{f': {title}' if title else ''}"
    return Card(question, (*_how(session, row), *_outcome(session, shows), *_failed(errors)))


def _how(session: Session, row: Mapping[str, Any]) -> Iterator[Block]:
    counts = ", ".join(f"{row[name]} {name}" for name in COUNTS if row.get(name))
    known = {
        "agent": " ".join(part for part in (row["agent"], session.model) if part),
        "branch": session.branch,
        "goes on from": session.parent,
        "began": _minute(session.started_at),
        "took": _length(session),
        "seen": counts or "nothing",
        "cost": _cost(row),
    }
    yield Facts(tuple((name, value) for name, value in known.items() if value))
    if row["models"]:
        yield Table(
            ("model", *KINDS, "cost"),
            tuple(
                (m["model"] or "unknown", *(f"{m.get(k, 0):,}" for k in KINDS), _dollars(m["cost"]))
                for m in row["models"]
            ),
        )


def _outcome(session: Session, shows: Sequence[Observation]) -> Iterator[Block]:
    if not session.outcome:
        yield Text("How it ended does not show.")
        return
    yield Text(f"Outcome: {session.outcome}." + (" It shows here:" if shows else ""))
    for one in shows:
        speaker = SPEAKERS.get(one.seen, "answer")
        pointer = one.pointer
        place = (pointer.file, pointer.offset) if pointer else ("", 0)
        yield Quote(_short(one.text), speaker, one.at, session.id, one.seq, *place)


def _failed(errors: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    if not errors:
        return
    more = len(errors) - MOST_ERRORS
    yield Text(
        f"{len(errors)} kinds of errors" + (f"; the first {MOST_ERRORS}:" if more > 0 else ":")
    )
    rows = ((_times(e), e["tool"], e["error"], _cured(e)) for e in errors[:MOST_ERRORS])
    yield Table(("times", "tool", "error", "what helped"), tuple(rows))


def _times(error: Mapping[str, Any]) -> str:
    return str(error["times"])


def _cured(error: Mapping[str, Any]) -> str:
    if error["cure"]:
        return str(error["cure"])
    return f"the same call worked later ({error['worked_later']})" if error["worked_later"] else ""


def _cost(row: Mapping[str, Any]) -> str:
    if row["cost"] is not None:
        return f"{_dollars(row['cost'])} by {row['cost_from']}"
    unpriced = [m["model"] or "an unnamed model" for m in row["models"] if m["cost"] is None]
    return f"unknown: no price for {', '.join(unpriced)}" if unpriced else ""


def _dollars(cost: float | None) -> str:
    return "" if cost is None else f"${cost:,.4f}" if cost < 1 else f"${cost:,.2f}"


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _length(session: Session) -> str:
    if not (session.started_at and session.ended_at):
        return ""
    seconds = int(to_seconds(session.ended_at) - to_seconds(session.started_at))
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds % 60} s"


def _short(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:299]}…"
