"""OpenCode's sessions: what `opencode export` prints, and the files that older versions kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.clock import from_seconds
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.claude_record import Message, Usage
from passdown.stages.observe.readers.document import listed, places, record, table, text, whole
from passdown.stages.observe.readers.opencode_sniff import sureness
from passdown.stages.observe.readers.opencode_store import beside
from passdown.stages.observe.readers.provenance import SHELLS, answer_trust, asked, is_foreign
from passdown.stages.observe.readers.telling import BESIDE, Spot, Telling, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line
    from passdown.stages.observe.readers.opencode_store import Store

NAME = "opencode"
_REFUSED = (
    "The user rejected permission",
    "The user has specified a rule which prevents you",
    "Tool execution aborted",
    "Tool execution was interrupted",
)
_FEEDBACK = "with the following feedback:"
_UNSAID = frozenset({"patch", "snapshot", "step-start", "step-finish"})


@dataclass(frozen=True, slots=True)
class OpenCode:
    """The reader of an exported session, and of a session's record in the store it lies in."""

    store: Store | None = None

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def unit(self) -> Literal["line", "file"]:
        """A document."""
        return "file"

    @property
    def verified(self) -> bool:
        """No: it was written from the client's source."""
        return False

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return sureness(head)

    def at(self, path: str) -> OpenCode:
        """A session's record names its messages by where it lies."""
        return replace(self, store=beside(path))

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            found = record(line.raw)
            info = table(table(found.value).get("info", found.value))
            if found.reason or not text(info.get("id")):
                yield Skip(line.offset, found.reason or "no session")
            else:
                yield from self._session(table(found.value), line, known, damaged=found.damaged)

    def _session(self, value: Json, line: Line, known: Memory, *, damaged: bool) -> Iterator[Drawn]:
        info = table(value["info"]) if "info" in value else value
        parent, session = text(info.get("parentID")), text(info["id"])
        if parent:
            known.lower(session, Trust.AGENT)
        yield _facts(info, session, parent)
        shared: Json = {"damaged": True} if damaged else {}
        if parent:
            shared["agent"] = "subagent"
        born = table(info.get("time")).get("created")
        for message, where in self._messages(value, session, line):
            yield from _message(message, Telling(known, session), where, shared, born)

    def _messages(
        self, value: Json, session: str, line: Line
    ) -> Iterator[tuple[Json, tuple[int, int]]]:
        """Each message and where it stands: one from the store stands for its session."""
        if "info" not in value:
            every = self.store.of(session) if self.store else iter(())
            yield from ((message, (line.offset, len(line.raw))) for message in every)
            return
        messages = listed(value.get("messages"))
        spots = places(line.raw, "messages", len(messages)) if messages else []
        for message, (start, size) in zip(messages, spots, strict=True):
            yield table(message), (line.offset + start, size)


READER = OpenCode()


def _facts(info: Json, session: str, parent: str) -> SessionFacts:
    folder = text(info.get("directory")) or text(table(info.get("location")).get("directory"))
    meta = {
        "cwd": folder,
        "title": text(info.get("title"))[:200],
        "version": text(info.get("version")),
    }
    return SessionFacts(
        session,
        agent="opencode",
        at=_time(table(info.get("time")).get("created")),
        parent=parent,
        meta={name: one for name, one in meta.items() if one},
    )


def _time(millis: Any) -> str:
    sound = isinstance(millis, int | float) and 0 < millis < 253_402_300_800_000
    return from_seconds(millis / 1000) if sound else ""


@dataclass(frozen=True, slots=True)
class _Said:
    """A message, and the session as it was told so far."""

    info: Json
    telling: Telling
    spot: Spot

    def at(self, part: Json) -> Spot:
        """Where a piece of it stands, and when it was."""
        state = table(part.get("state"))
        time = table(state.get("time")) or table(part.get("time"))
        at = _time(time.get("start")) or self.spot.at
        return self.spot._replace(uid=text(part.get("id")) or self.spot.uid, at=at)

    def assistant(self) -> Json:
        """What the assistant's drafts share: its model, and the tokens not told yet."""
        model = text(self.info.get("modelID"))
        return {**({"model": model} if model else {}), **self.telling.tokens()}


def _message(
    message: Json, telling: Telling, where: tuple[int, int], shared: Json, born: Any
) -> Iterator[Drawn]:
    info = table(message.get("info"))
    created = table(info.get("time")).get("created")
    if isinstance(created, int | float) and isinstance(born, int | float) and created < born:
        # A fork copies its parent's messages, under new ids but with their times.
        telling.memory.count("copied")
        return
    uid = text(info.get("id")) or digest(repr(message))
    said = _Said(info, telling, Spot(uid, *where, _time(created), shared))
    parts = [table(part) for part in listed(message.get("parts"))]
    draw = {"user": _user, "assistant": _assistant}.get(text(info.get("role")))
    if draw is None:
        telling.memory.count("unknown")
        return
    if model := text(info.get("modelID")):
        yield from telling.facts(agent="opencode", model=model)
    for n, part in enumerate(parts):
        place = "" if text(part.get("id")) else f":{n}"
        yield from draw(said, part, place)
    if draw is _assistant:
        yield from _ended(said)


def _user(said: _Said, part: Json, place: str) -> Iterator[Draft]:
    """What a person typed; who asks in a sub-agent's session is an agent."""
    kind, words = text(part.get("type")), text(part.get("text"))
    spot, asked_of = said.at(part), text(part.get("prompt"))
    if kind == "subtask" and asked_of:
        yield said.telling.note(spot, asked_of, "task", Trust.AGENT, place=place)
    elif kind != "text" or not words.strip():
        said.telling.memory.count("blank" if kind == "text" else kind[:40] or "unknown")
    elif part.get("synthetic") or part.get("ignored"):
        said.telling.memory.count("context")
    elif "agent" in spot.meta:
        yield said.telling.note(spot, words, "task", Trust.AGENT, place=place)
    else:
        yield said.telling.prompt(spot, words, place=place)


def _assistant(said: _Said, part: Json, place: str) -> Iterator[Draft]:
    kind, words = text(part.get("type")), text(part.get("text"))
    _owe(said)
    if kind == "tool":
        yield from _called(said, part, place)
    elif kind == "text" and words.strip():
        yield _reply(said, part, words, place)
    elif kind not in _UNSAID:
        names = {"reasoning": "thinking", "text": "blank"}
        said.telling.memory.count(names.get(kind, kind[:40] or "unknown"))


def _reply(said: _Said, part: Json, words: str, place: str) -> Draft:
    """What the assistant says; where it only sums up, it is the client that asked."""
    spot, meta = said.at(part), said.assistant()
    if said.info.get("summary") is True:
        trust = min(Trust.ASSISTANT, said.telling.floor)
        return said.telling.note(spot, words, "summary", trust, place=place, meta=meta)
    return said.telling.reply(spot, words, place=place, meta=meta)


def _owe(said: _Said) -> None:
    took = table(said.info.get("tokens"))
    cache = table(took.get("cache"))
    spoken = whole(took.get("output")) + whole(took.get("reasoning"))
    usage = Usage(
        whole(took.get("input")), spoken, whole(cache.get("read")), whole(cache.get("write"))
    )
    message = Message(id=said.spot.uid, usage=usage)
    said.telling.memory.owe(said.telling.context, message)


def _called(said: _Said, part: Json, place: str) -> Iterator[Draft]:
    """A call, and its answer if there is one: both stand in one piece."""
    tool, id, state = text(part.get("tool")), text(part.get("callID")), table(part.get("state"))
    given, spot, meta = table(state.get("input")), said.at(part), said.assistant()
    path = given.get("filePath") or given.get("path")
    if isinstance(path, str) and path:
        meta["path"] = path[:1000]
    trust = Trust.AGENT if "agent" in spot.meta else Trust.ASSISTANT
    more: Json = {"place": place, "trust": trust, "meta": meta}
    yield said.telling.call(spot, tool, asked(tool, given), id, **more)
    if state.get("status") in ("completed", "error"):
        yield from _answered(said, part, state, f"{place}:result")


def _answered(said: _Said, part: Json, state: Json, place: str) -> Iterator[Draft]:
    tool, id = text(part.get("tool")), text(part.get("callID"))
    failed = state.get("status") == "error"
    words = text(state.get("error" if failed else "output"))
    ends = _time(table(state.get("time")).get("end"))
    spot = said.at(part)
    spot = spot._replace(at=ends or spot.at)
    more: Json = {"tool": tool, "place": place}
    if failed and words.startswith(_REFUSED):
        yield said.telling.result(spot, words, id, meta={"kind": "refused"}, **more)
        yield from _correction(said, spot, tool, words, place)
        return
    code = table(state.get("metadata")).get("exit") if tool in SHELLS else 0
    code = code if isinstance(code, int) else 0
    words = f"Exit code {code}\n{words}" if code else words
    meta = {"exit": code} if code else {}
    yield said.telling.result(spot, words, id, ok=not failed and not code, meta=meta, **more)


def _correction(said: _Said, spot: Spot, tool: str, words: str, place: str) -> Iterator[Draft]:
    """What a person answered instead of letting a tool run. A command or a stranger could print
    the same words, so after one they are trusted no more than it."""
    told = words.partition(_FEEDBACK)[2].strip()
    if told:
        own = tool not in SHELLS and not is_foreign(tool)
        trust = Trust.HUMAN if own else answer_trust(tool, "")
        meta = {"kind": "refusal", BESIDE: "result"}
        more: Json = {"place": f"{place}:said", "tool": tool, "meta": meta}
        yield said.telling.prompt(spot, told, trust, **more)


def _ended(said: _Said) -> Iterator[Draft]:
    """How an answer ended, where it did not end well; and what it took, if it said nothing."""
    error = table(said.info.get("error"))
    if name := text(error.get("name")):
        why = text(table(error.get("data")).get("message")) or name
        kind = "interrupt" if name == "MessageAbortedError" else "api-error"
        meta = {BESIDE: "reply", **said.telling.tokens()}
        yield said.telling.note(said.spot, why, kind, Trust.TOOL, place=":end", meta=meta)
    elif tokens := said.telling.tokens():
        meta = {"kind": "turn", **tokens}
        more: Json = {"trust": Trust.TOOL, "meta": meta}
        yield said.telling.draft(said.spot, Seen.EVENT, "", ":tokens", **more)
