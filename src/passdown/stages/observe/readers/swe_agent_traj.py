"""SWE-agent's trajectories: what the model thought and ran, and what the shell answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import (
    listed,
    load,
    parts,
    places,
    record,
    table,
    text,
    whole,
)
from passdown.stages.observe.readers.outline import mean
from passdown.stages.observe.readers.telling import Spot, Telling, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line
    from passdown.stages.observe.readers.outline import Outline

NAME = "swe_agent_traj"
TOOL = "bash"
"""Its own commands (open, edit, submit) are typed into the same shell as all others."""
TOLD_APART = 4
"""A trajectory has no id: so many of its first messages tell it from another of the same task."""

_STEP = frozenset({"trajectory[].action", "trajectory[].observation"})
_MESSAGE = frozenset({"history[].agent", "history[].message_type", "history[].role"})
# What the harness itself says of a command that did not work.
_FAILED = re.compile(
    r"\s*(?:Traceback \(most recent call last\)|(?:EXECUTION|COMMAND) TIMED OUT"
    r"|Your proposed edit has introduced|Your command failed|No replacement was performed"
    r"|(?:/bin/)?(?:ba)?sh: [^\n]{1,300}(?:not found|No such file or directory|syntax error))"
)


class SweAgent:
    """The reader of one `.traj` document."""

    name = NAME
    unit: Literal["line", "file"] = "file"
    verified = True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return mean(head, _score)

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        for line in lines:
            found = record(line.raw)
            document = table(found.value)
            history = listed(document.get("history"))
            if found.reason or not history:
                yield Skip(line.offset, found.reason or "no history")
            else:
                shared: Json = {"damaged": True} if found.damaged else {}
                yield from _session(document, history, line, Memory(memory), shared)


READER = SweAgent()


def _score(found: Outline) -> float:
    """Its steps, or where a cut head holds none, its messages."""
    if found.keys() >= _STEP:
        return 1.0
    return 0.8 if found.keys() >= _MESSAGE and "messages" not in found else 0.0


def _session(
    document: Json, history: list[Any], line: Line, known: Memory, shared: Json
) -> Iterator[Drawn]:
    messages = [table(one) for one in history]
    first = (parts(one.get("content")) for one in messages if not one.get("is_demo"))
    session = f"{NAME}-{digest(*islice(first, TOLD_APART))}"
    yield _facts(document, session)
    run = _Run(Telling(known, session), shared)
    spots = places(line.raw, "history", len(messages))
    for n, (message, (start, size)) in enumerate(zip(messages, spots, strict=True)):
        where = (line.offset + start, size)
        yield from run.message(message, Spot(f"{session}:{n}", *where, meta=shared))
    yield from _ended(document, run, Spot(f"{session}:end", line.offset, len(line.raw)))


def _facts(document: Json, session: str) -> SessionFacts:
    info = table(document.get("info"))
    status = text(info.get("exit_status"))
    meta = {"exit_status": status[:100], "environment": text(document.get("environment"))[:100]}
    kept = {name: value for name, value in meta.items() if value}
    return SessionFacts(session, agent="swe-agent", model=_model(document), meta=kept)


def _model(document: Json) -> str:
    """The model, where the run's configuration was kept, as a document or as a text of one."""
    kept = document.get("replay_config")
    if isinstance(kept, str):
        kept = load(kept.encode()).value
    agent = table(table(kept).get("agent"))
    return text(table(agent.get("model")).get("name"))[:100]


@dataclass(slots=True)
class _Run:
    """One run as it was told so far: whether the task was given, and which call is open."""

    telling: Telling
    shared: Json
    begun: bool = False
    open: str = ""

    def message(self, message: Json, spot: Spot) -> Iterator[Draft]:
        """What one message says and does."""
        role, words = text(message.get("role")), parts(message.get("content"))
        if message.get("is_demo"):
            self.telling.memory.count("demonstration")
        elif role == "system":
            self.telling.memory.count("context")
        elif role == "assistant":
            yield from self._acted(message, spot, words)
        elif role in ("user", "tool"):
            yield self._told(spot, words)
        else:
            self.telling.memory.count(role[:40] or "unknown")

    def _acted(self, message: Json, spot: Spot, words: str) -> Iterator[Draft]:
        action = text(message.get("action")).strip()
        thought = text(message.get("thought")) if action else words
        if thought.strip():
            yield self.telling.reply(spot, thought)
        if action:
            self.open = f"{spot.uid}:call"
            yield self.telling.call(spot, TOOL, action, self.open, place=":call")

    def _told(self, spot: Spot, words: str) -> Draft:
        """What the shell answers; before anything was run, the task: the text of an issue that
        anybody may have written."""
        if self.open:
            answered, self.open = self.open, ""
            ok = False if _FAILED.match(words) else None
            return self.telling.result(spot, words, answered, ok=ok)
        if not self.begun:
            self.begun = True
            return self.telling.prompt(spot, words, Trust.AGENT)
        return self.telling.note(spot, words, "client", Trust.AGENT)


def _ended(document: Json, run: _Run, spot: Spot) -> Iterator[Draft]:
    """What it all took."""
    stats = table(table(document.get("info")).get("model_stats"))
    took = {"in": whole(stats.get("tokens_sent")), "out": whole(stats.get("tokens_received"))}
    tokens = {kind: n for kind, n in took.items() if n}
    cost = stats.get("instance_cost") or stats.get("total_cost")
    paid = {"cost": float(cost)} if isinstance(cost, int | float) and 0 < cost < 1e6 else {}
    if tokens or paid:
        meta: Json = {"kind": "turn", **({"tokens": tokens} if tokens else {}), **paid}
        yield run.telling.draft(spot, Seen.EVENT, "", trust=Trust.TOOL, meta=meta)
