"""One session told in order: who speaks, which call an answer belongs to, what it all rests on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.contract.reader import Draft, SessionFacts
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_memory import LEVELS, Call
from passdown.stages.observe.readers.provenance import AGENTS, answer_trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.contract.reader import Json, Line
    from passdown.domain.clock import At
    from passdown.stages.observe.readers.claude_memory import Memory

BESIDE = "beside"
"""In a draft's meta: it stands in one record with another draft that is the record's main one."""


class Spot(NamedTuple):
    """A record of a session: what it is known by, where it stands, when it was, and what all
    drafts of it share."""

    uid: str
    offset: int
    length: int
    at: At = ""
    meta: Json = {}  # noqa: RUF012 - never changed


class Telling:
    """Drafts of one session. What its assistant read lowers the trust in what it says later."""

    def __init__(self, memory: Memory, session: str, context: str = "") -> None:
        self.memory = memory
        self.session = session
        self.context = context or session

    @property
    def floor(self) -> Trust:
        """The least trusted thing that was read so far."""
        return self.memory.floor(self.context)

    def draft(self, spot: Spot, seen: Seen, text: str, place: str = "", **facts: Any) -> Draft:
        """One thing said or done in a record; `place` tells it from the record's others."""
        uid, offset, length, at, shared = spot
        meta = {**shared, **facts.pop("meta", {})}
        return Draft(
            self.session, uid + place, seen, text, offset, length, at=at, meta=meta, **facts
        )

    def prompt(self, spot: Spot, text: str, trust: Trust = Trust.HUMAN, **more: Any) -> Draft:
        """A person says this, or somebody whom the harness trusts so far."""
        if trust < Trust.ASSISTANT:
            self.memory.lower(self.context, trust)
        return self.draft(spot, Seen.PROMPT, text, trust=trust, **more)

    def reply(self, spot: Spot, text: str, **more: Any) -> Draft:
        """The assistant says this."""
        trust = min(Trust.ASSISTANT, self.floor)
        return self.draft(spot, Seen.REPLY, text, trust=trust, **more)

    def note(self, spot: Spot, text: str, kind: str, trust: Trust, **more: Any) -> Draft:
        """Somebody else says this: the client, a hook, another agent."""
        meta = {"kind": kind, **more.pop("meta", {})}
        return self.draft(spot, Seen.NOTE, text, trust=trust, meta=meta, **more)

    def call(self, spot: Spot, tool: str, text: str, id: str, **more: Any) -> Draft:
        """The assistant calls a tool."""
        self.memory.called(id, Call(tool, answer_trust(tool, text)))
        return self.draft(spot, Seen.CALL, text, tool=tool, call=id, **more)

    def result(self, spot: Spot, text: str, id: str, *, tool: str = "", **more: Any) -> Draft:
        """A tool answers the call of this id; an answer to nothing known is trusted least."""
        called = self.memory.answered(id)
        tool, trust = called.tool or tool, LEVELS[called.trust]
        if tool in AGENTS:
            trust = min(trust, self.memory.floor(id))
        self.memory.lower(self.context, trust)
        return self.draft(spot, Seen.RESULT, text, trust=trust, tool=tool, call=id, **more)

    def refused(self, spot: Spot, text: str, id: str, **more: Any) -> Draft:
        """The answer of a call that was not let run."""
        return self.result(spot, text, id, meta={"kind": "refused"}, **more)

    def tokens(self) -> Json:
        """What the model took since it was last told, as it stands in a draft's meta."""
        paid = self.memory.pay(self.context)
        return {"tokens": paid} if paid else {}

    def facts(self, *told: str, **facts: Any) -> Iterable[SessionFacts]:
        """What is known of the session, unless that was told already."""
        get = facts.get
        known = [get("model", ""), get("branch", ""), get("repo", ""), *told]
        if self.memory.news(self.session, known):
            return (SessionFacts(self.session, **facts),)
        return ()


def digest(*parts: str | bytes) -> str:
    """A short name for what has none of its own."""
    joined = b"\0".join(p if isinstance(p, bytes) else p.encode("utf-8", "replace") for p in parts)
    return hashlib.sha256(joined).hexdigest()[:16]


def made(line: Line, at: str | None) -> str:
    """The name of a line that has none: its bytes, and its place too when it has no time."""
    name = hashlib.sha256(line.raw).hexdigest()[:16]
    return name if at else f"{name}@{line.offset}"
