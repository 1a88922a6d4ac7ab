"""What the Claude Code reader must remember of a file between two readings: little, and bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.observation import Trust

if TYPE_CHECKING:
    from passdown.contract.reader import Json
    from passdown.stages.observe.readers.claude_record import Message, Usage

LEVELS = {int(level): level for level in Trust}
"""Each level of trust by its number, as it is remembered."""
MOST = 1000
"""Open calls, contexts and sessions remembered at most; the oldest go first."""


class Call(NamedTuple):
    """A tool call whose answer is still to come, and how far its answer can be trusted."""

    tool: str = ""
    trust: int = Trust.WEB


class Memory:
    """A view of the JSON value that is kept with the file. A context is one agent's view of the
    world: what it read lowers the trust in what it says later."""

    def __init__(self, kept: Json) -> None:
        self.kept = kept
        self.calls: dict[str, list[Any]] = kept.setdefault("calls", {})
        self.floors: dict[str, int] = kept.setdefault("floors", {})
        self.usage: dict[str, dict[str, Any]] = kept.setdefault("usage", {})
        self.facts: dict[str, list[str]] = kept.setdefault("facts", {})
        self.counts: dict[str, int] = kept.setdefault("counts", {})

    def count(self, name: str) -> None:
        """One more of what is seen but not kept."""
        self.counts[name] = self.counts.get(name, 0) + 1

    def called(self, id: str, call: Call) -> None:
        """A tool was called; its answer will only name this id."""
        _put(self.calls, id, list(call))

    def answered(self, id: str) -> Call:
        """The call that this is the answer to; an unknown one deserves the least trust."""
        return Call(*self.calls.pop(id, ()))

    def floor(self, context: str) -> Trust:
        """The least trusted thing that was read in this context so far."""
        return LEVELS[self.floors.get(context, Trust.HUMAN)]

    def lower(self, context: str, trust: Trust) -> None:
        """Something of this trust was read there."""
        if trust < self.floor(context):
            _put(self.floors, context, int(trust))

    def news(self, session: str, facts: list[str]) -> bool:
        """Whether these facts of the session were not told yet."""
        if self.facts.get(session) == facts:
            return False
        _put(self.facts, session, facts)
        return True

    def owe(self, context: str, message: Message) -> None:
        """Note what an answer took; its later lines repeat the numbers or raise them."""
        if message.usage is None:
            return
        now, entry = _numbers(message.usage), self.usage.get(context)
        if entry is None:
            entry = {"id": message.id, "had": [0, 0, 0, 0], "owed": [0, 0, 0, 0]}
            _put(self.usage, context, entry)
        had = entry["had"] if entry["id"] == message.id else [0, 0, 0, 0]
        if entry["id"] == message.id and now == had:
            return
        entry["owed"] = [o + max(n - h, 0) for o, n, h in zip(entry["owed"], now, had, strict=True)]
        entry["had"] = [max(n, h) for n, h in zip(now, had, strict=True)]
        entry["id"] = message.id

    def pay(self, context: str) -> dict[str, int]:
        """The tokens not yet accounted for: over all observations they sum to what was used."""
        entry = self.usage.get(context)
        if entry is None or not any(entry["owed"]):
            return {}
        owed, entry["owed"] = entry["owed"], [0, 0, 0, 0]
        names = ("in", "out", "cache_read", "cache_write")
        return {name: n for name, n in zip(names, owed, strict=True) if n}


def _numbers(usage: Usage) -> list[int]:
    every = (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_input_tokens,
        usage.cache_creation_input_tokens,
    )
    return [n if n and 0 < n < 1 << 40 else 0 for n in every]


def _put(table: dict[str, Any], key: str, value: Any) -> None:
    if key not in table and len(table) >= MOST:
        del table[next(iter(table))]
    table[key] = value
