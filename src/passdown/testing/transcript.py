"""Sessions as tests write them: who said what, one turn after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.clock import At, later
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.testing.clock import START

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = "test"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said or done in a session."""

    seen: Seen
    text: str
    trust: Trust
    tool: str = ""
    ok: bool | None = None
    flags: tuple[str, ...] = ()


class Transcript(NamedTuple):
    """One session as it would have been stored after reading it."""

    session: Session
    items: tuple[Observation, ...]


def person(text: str) -> Turn:
    """A person says this."""
    return Turn(Seen.PROMPT, text, Trust.HUMAN)


def assistant(text: str) -> Turn:
    """The assistant says this."""
    return Turn(Seen.REPLY, text, Trust.ASSISTANT)


def event(text: str) -> Turn:
    """A program reports this."""
    return Turn(Seen.EVENT, text, Trust.TOOL)


def call(tool: str, text: str) -> Turn:
    """The assistant calls a tool."""
    return Turn(Seen.CALL, text, Trust.ASSISTANT, tool)


def result(text: str, *, ok: bool = True) -> Turn:
    """The tool called last answers."""
    return Turn(Seen.RESULT, text, Trust.TOOL, ok=ok)


def flagged(turn: Turn, *flags: str) -> Turn:
    """The same turn, quarantined or an echo: no evidence."""
    return replace(turn, flags=flags)


def transcript(
    session: str,
    *turns: Turn,
    repo: str = "",
    agent: str = "tester",
    at: At = START,
    seconds: float = 10,
) -> Transcript:
    """One session: its turns so many seconds apart, a result belonging to the call before it."""
    items = tuple(_observations(session, turns, at, seconds))
    ended = items[-1].at if items else at
    facts = Session(session, FORMAT, agent, repo=repo, started_at=at, ended_at=ended)
    return Transcript(facts, tuple(replace(o, scope=facts.scope) for o in items))


def _observations(
    session: str, turns: tuple[Turn, ...], at: At, seconds: float
) -> Iterator[Observation]:
    tool = called = ""
    for n, turn in enumerate(turns):
        if turn.seen is Seen.CALL:
            tool, called = turn.tool, f"call-{n}"
        about = turn.seen in (Seen.CALL, Seen.RESULT)
        yield Observation(
            session=session,
            uid=f"{session}:{n}",
            seen=turn.seen,
            text=turn.text,
            at=later(at, seconds=n * seconds),
            trust=turn.trust,
            tool=tool if about else "",
            call=called if about else "",
            ok=turn.ok,
            signature=_signature(turn),
            flags=turn.flags,
        )


def _signature(turn: Turn) -> str:
    """What ingest would have kept of an error."""
    if turn.ok is not False:
        return ""
    from passdown.text.signature import signature

    return signature(turn.text)
