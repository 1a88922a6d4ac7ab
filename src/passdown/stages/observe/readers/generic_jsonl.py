"""Any other JSON lines, by a map of their fields in the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import SessionFacts, Skip
from passdown.domain.clock import from_seconds, parse
from passdown.domain.errors import Invalid
from passdown.domain.observation import Trust
from passdown.stages.observe.readers.chat import Chat
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import parts, record, table, text, whole
from passdown.stages.observe.readers.glimpse import share
from passdown.stages.observe.readers.telling import Spot, digest, made

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from passdown.contract.reader import Draft, Drawn, Json, Line
    from passdown.domain.settings import Settings

NAME = "generic_jsonl"
SETTING = "observe.fields"
FIELDS = (
    "session",
    "text",
    "role",
    "at",
    "id",
    "tool",
    "call",
    "ok",
    "model",
    "repo",
    "agent",
    "tokens_in",
    "tokens_out",
    "cost",
)
"""What a field of a row can be; a path with dots goes into objects."""
ROLES: Mapping[str, tuple[str, ...]] = {
    "person": ("user", "human", "customer", "person"),
    "assistant": ("assistant", "agent", "bot", "model", "ai"),
    "answer": ("tool", "function", "tool_result"),
    "context": ("system", "developer"),
}
"""Who a value of the role's field is; a map may add values."""


@dataclass(frozen=True, slots=True)
class GenericJsonl:
    """The reader of rows that a user described; without a map it knows nothing."""

    fields: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def unit(self) -> Literal["line", "file"]:
        """Lines."""
        return "line"

    @property
    def verified(self) -> bool:
        """It reads whatever the map says."""
        return True

    def tuned(self, settings: Settings) -> GenericJsonl:
        """The reader with the user's map."""
        told = settings.text(SETTING)
        return described(told) if told.strip() else self

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content: less than any reader of a format of its own."""
        return share(head, self._score) if self.fields else 0.0

    def _score(self, line: bytes) -> float | None:
        found = record(line)
        if found.reason:
            return None if line.lstrip()[:1] != b"{" else 0.0
        row, asked = (
            table(found.value),
            [n for n in ("text", "role", "session") if n in self.fields],
        )
        return 0.3 if all(_at(row, self.fields[name]) is not None for name in asked) else 0.0

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            found = record(line.raw)
            if found.reason:
                yield Skip(line.offset, found.reason)
            else:
                yield from self._row(table(found.value), line, known, damaged=found.damaged)

    def _row(self, row: Json, line: Line, known: Memory, *, damaged: bool) -> Iterator[Drawn]:
        words = parts(self._of(row, "text"))
        if not words.strip():
            yield Skip(line.offset, f"nothing under {self.fields.get('text', 'text')!r}")
            return
        at, model = _when(self._of(row, "at")), self._text(row, "model")
        chat = Chat(known, self._session(row, line, known))
        repo = self._text(row, "repo")
        if known.news(chat.session, [model, "", repo]):
            agent = self._text(row, "agent")
            yield SessionFacts(chat.session, agent=agent, model=model, repo=repo, at=at)
        uid = self._text(row, "id") or made(line, at)
        spot = Spot(uid, line.offset, len(line.raw), at, {"damaged": True} if damaged else {})
        yield from self._said(chat, row, words, spot, {**({"model": model} if model else {})})

    def _session(self, row: Json, line: Line, known: Memory) -> str:
        """The session a row names; rows that name none are one session of their file."""
        named = self._text(row, "session")
        if named:
            return f"{NAME}-{named}"
        return str(known.kept.setdefault("session", f"{NAME}-{digest(line.raw)}"))

    def _said(self, chat: Chat, row: Json, words: str, spot: Spot, meta: Json) -> Iterator[Draft]:
        role = self._text(row, "role").strip().lower()
        who = self.roles.get(role, role) or "person"
        tool, call, meta = (
            self._text(row, "tool"),
            self._text(row, "call"),
            {**meta, **self._took(row)},
        )
        if who == "answer":
            good = self._of(row, "ok")
            yield chat.answered(spot, words, id=call, tool=tool, failed=good is False, meta=meta)
        elif who == "assistant" and tool:
            yield chat.called(spot, tool, words, call, place="", meta=meta)
        elif who == "assistant":
            yield chat.reply(spot, words, meta=meta)
        elif who == "person":
            yield chat.prompt(spot, words, Trust.HUMAN, meta=meta)
        elif who == "context":
            chat.memory.count("context")
        else:
            yield chat.note(spot, words, who[:40], Trust.AGENT, meta=meta)

    def _took(self, row: Json) -> Json:
        took = {"in": whole(self._of(row, "tokens_in")), "out": whole(self._of(row, "tokens_out"))}
        tokens = {kind: n for kind, n in took.items() if n}
        cost = self._of(row, "cost")
        paid = isinstance(cost, int | float) and not isinstance(cost, bool) and 0 < cost < 1e6
        return ({"tokens": tokens} if tokens else {}) | ({"cost": float(cost)} if paid else {})

    def _of(self, row: Json, name: str) -> Any:
        return _at(row, self.fields[name]) if name in self.fields else None

    def _text(self, row: Json, name: str) -> str:
        value = self._of(row, name)
        plain = isinstance(value, str | int) and not isinstance(value, bool)
        return str(value)[:200] if plain else ""


READER = GenericJsonl()


def described(told: str) -> GenericJsonl:
    """The reader of rows as a map says: `text=body, role=who, session=conv.id, person=visitor`."""
    fields: dict[str, str] = {}
    roles = {value: who for who, values in ROLES.items() for value in values}
    for entry in filter(None, (one.strip() for one in told.split(","))):
        name, sign, value = (part.strip() for part in entry.partition("="))
        if not sign or not value or (name not in FIELDS and name not in ROLES):
            raise _unsound(entry)
        if name in ROLES:
            roles |= {one.strip().lower(): name for one in value.split("|")}
        else:
            fields[name] = value
    if "text" not in fields:
        raise _unsound(told)
    return GenericJsonl(fields, roles)


def _unsound(entry: str) -> Invalid:
    return Invalid(
        f"{entry[:80]!r} is no map of fields",
        where=SETTING,
        next=f"Write text=FIELD and others of {', '.join(FIELDS[:1] + FIELDS[2:])}, with commas;"
        f" {', '.join(ROLES)} add values of the role, with |.",
    )


def _at(row: Any, path: str) -> Any:
    """What stands under a path; a name that has a dot in it is tried whole first."""
    found = table(row)
    if path in found:
        return found[path]
    for name in path.split("."):
        row = table(row).get(name)
    return row


def _when(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return from_seconds(value / 1000 if value > 1e11 else value) if 0 < value < 1e15 else ""
    return parse(text(value))
