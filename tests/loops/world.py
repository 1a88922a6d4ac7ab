"""A small past, told in the order in which it happened: sessions, what was said, what was run."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from passdown.domain.clock import from_seconds, to_seconds
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.stages.mine.past import Past
from passdown.stages.mine.vectors import Lexical, Vectors
from passdown.text.signature import signature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.domain.record import Record

DAY = 86_400
FIRST = to_seconds("2026-03-02T09:00:00.000Z")
NOW = "2026-06-01T00:00:00.000Z"


class World:
    """Sessions a day apart, observations ten seconds apart."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.observations: list[Observation] = []
        self.records: list[Record] = []
        self._calls = count(1)
        self._second = FIRST

    def session(self, repo: str = "web", *, id: str = "", agent: str = "") -> World:
        """Begin another session, a day after the one before."""
        self._second = FIRST + DAY * len(self.sessions)
        name = id or f"s{len(self.sessions) + 1}"
        start = from_seconds(self._second)
        self.sessions.append(Session(name, "told", repo=repo, agent=agent, started_at=start))
        return self

    def says(self, text: str, trust: Trust = Trust.HUMAN, **facts: Any) -> Observation:
        """A person says something."""
        return self._seen(Seen.PROMPT, text, trust, **facts)

    def replies(self, text: str = "Done.") -> Observation:
        """The assistant says something."""
        return self._seen(Seen.REPLY, text, Trust.ASSISTANT)

    def runs(
        self, command: str, answer: str = "", *, ok: bool = True, tool: str = "Bash", **facts: Any
    ) -> Observation:
        """A tool is called and answers; the answer."""
        call = f"c{next(self._calls)}"
        self._seen(Seen.CALL, command, Trust.ASSISTANT, tool=tool, call=call)
        name = "" if ok else signature(answer)
        known = {"tool": tool, "call": call, "ok": ok, "signature": name, **facts}
        return self._seen(Seen.RESULT, answer, known.pop("trust", Trust.TOOL), **known)

    def stumbles(self, failed: str = "pytest -q", worked: str = "uv run pytest -q") -> None:
        """A command is not found, and another form of it works."""
        program = failed.split()[0]
        self.runs(failed, f"Exit code 127\nbash: {program}: command not found", ok=False)
        self.runs(worked, "12 passed")

    def corpus(self, order: Iterable[int] | None = None) -> Past:
        """The past as a loop reads it, handed in in this order."""
        every = self.observations
        if order is not None:
            every = [self.observations[place] for place in order]
        return Past(NOW, self.sessions, every, self.records, Vectors(Lexical()))

    def renumbered(self, order: list[int]) -> Past:
        """The same past, stored in another order: everything has another seq."""
        every = [replace(self.observations[place], seq=n) for n, place in enumerate(order, 1)]
        return Past(NOW, list(reversed(self.sessions)), every, self.records, Vectors(Lexical()))

    def _seen(self, seen: Seen, text: str, trust: Trust, **facts: Any) -> Observation:
        session = self.sessions[-1]
        seq = len(self.observations) + 1
        self._second += 10
        known = {"at": from_seconds(self._second), "scope": session.scope, **facts}
        one = Observation(session.id, f"u{seq}", seen, text, trust=trust, seq=seq, **known)
        self.observations.append(one)
        return one
