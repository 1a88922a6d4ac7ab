"""pi's own sessions: a tree of entries in one file, of which a fork copies a path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.clock import parse
from passdown.domain.observation import Trust
from passdown.stages.observe.readers import claude_record as shared
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.pi_record import Part, entries, pictures, words
from passdown.stages.observe.readers.pi_sniff import sureness
from passdown.stages.observe.readers.provenance import SHELLS, answer_trust, asked
from passdown.stages.observe.readers.telling import BESIDE, Spot, Telling, digest, made
from passdown.text.signature import exit_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line
    from passdown.stages.observe.readers.pi_record import Entry, Message

NAME = "pi_session"
Draw: TypeAlias = "Callable[[_Turn], Iterator[Drawn]]"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SKILL = re.compile(r"<skill name=[^>\n]{1,500}>\n")
_STOPPED = ("Command aborted", "Operation aborted", "Skipped due to queued user message.")


class PiSession:
    """The reader of pi's JSONL, all three versions."""

    name = NAME
    unit: Literal["line", "file"] = "line"
    verified = True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return sureness(head)

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            entry, damaged, reason = entries.read(line.raw)
            if entry is None or not entry.type:
                yield Skip(line.offset, reason or "no type")
            elif draw := _KINDS.get(entry.type):
                yield from _told(_turn(entry, line, known, damaged=damaged), draw)


READER = PiSession()


@dataclass(frozen=True, slots=True)
class _Turn:
    """An entry that may say something, and the session as it was told so far."""

    entry: Entry
    telling: Telling
    spot: Spot

    @property
    def kept(self) -> Json:
        """What is remembered of the file."""
        return self.telling.memory.kept

    def count(self, name: str, n: int = 1) -> None:
        """So many more of what is seen but not kept."""
        for _ in range(n):
            self.telling.memory.count(name)


def _turn(entry: Entry, line: Line, known: Memory, *, damaged: bool) -> _Turn:
    if entry.type == "session" and entry.id:
        known.kept["session"] = entry.id
    elif "session" not in known.kept:
        known.kept["session"] = f"{NAME}-{digest(line.raw)}"
    meta: Json = {"parent": entry.parent_id} if entry.parent_id else {}
    if damaged:
        meta["damaged"] = True
    uid, at = entry.id or made(line, entry.timestamp), parse(entry.timestamp or "")
    spot = Spot(uid, line.offset, len(line.raw), at, meta)
    return _Turn(entry, Telling(known, known.kept["session"]), spot)


def _told(turn: _Turn, draw: Draw) -> Iterator[Drawn]:
    """What an entry says, after the session's facts; a fork's copies are its parent's."""
    forked = turn.kept.get("forked", "")
    if forked and turn.spot.at < forked and draw is not _began:
        turn.count("copied")
        return
    for n, one in enumerate(draw(turn)):
        if not n and isinstance(one, Draft):
            model = str(turn.kept.get("model", ""))
            yield from turn.telling.facts(agent="pi", model=model, at=turn.spot.at)
        yield one


def _began(turn: _Turn) -> Iterator[Drawn]:
    entry = turn.entry
    came = entry.parent_session or entry.branched_from or ""
    turn.kept["forked"] = turn.spot.at if came else ""
    if entry.model_id:
        turn.kept["model"] = entry.model_id
    parents = _UUID.findall(came)
    yield from turn.telling.facts(
        *(came, entry.cwd or "", "began"),
        agent="pi",
        model=entry.model_id or "",
        at=turn.spot.at,
        parent=parents[-1] if parents else "",
        meta={"cwd": entry.cwd} if entry.cwd else {},
    )


def _changed(turn: _Turn) -> Iterator[Drawn]:
    if turn.entry.model_id:
        turn.kept["model"] = turn.entry.model_id
    return iter(())


def _named(turn: _Turn) -> Iterator[Drawn]:
    title = (turn.entry.name or "").strip()
    if title:
        yield from turn.telling.facts(agent="pi", model=turn.kept.get("model", ""))
        yield SessionFacts(turn.telling.session, meta={"title": title[:200]})


def _message(turn: _Turn) -> Iterator[Drawn]:
    message = turn.entry.message
    draw = _ROLES.get((message.role if message else "") or "")
    if message is None or draw is None:
        turn.count("unknown")
    else:
        yield from draw(turn, message)


def _user(turn: _Turn, message: Message) -> Iterator[Drawn]:
    """What a person typed; a skill that they called stands before it."""
    turn.count("image", pictures(message.content))
    text = words(message.content)
    if _SKILL.match(text):
        skill, end, text = text.partition("\n</skill>")
        more: Json = {"place": ":skill", "meta": {BESIDE: "prompt"} if text.strip() else {}}
        yield turn.telling.note(turn.spot, skill + end, "skill", Trust.AGENT, **more)
        text = text.strip()
    elif not text.strip():
        turn.count("blank")
    if text.strip():
        yield turn.telling.prompt(turn.spot, text)


def _assistant(turn: _Turn, message: Message) -> Iterator[Drawn]:
    _owe(turn, message)
    if message.model:
        turn.kept["model"] = message.model
    content = message.content
    parts = content if isinstance(content, list) else [Part(type="text", text=content)]
    for n, part in enumerate(parts):
        yield from _piece(turn, part, f":{n}" if n else "", message.model)
    if message.stop_reason == "error":
        yield from _ended(turn, message, "api-error", "The model failed.")
    elif message.stop_reason == "aborted":
        yield from _ended(turn, message, "interrupt", "Request was aborted.")


def _owe(turn: _Turn, message: Message) -> None:
    took = message.usage
    if took:
        usage = shared.Usage(took.input, took.output, took.cache_read, took.cache_write)
        owed = shared.Message(id=turn.spot.uid, usage=usage)
        turn.telling.memory.owe(turn.telling.context, owed)


def _piece(turn: _Turn, part: Part, place: str, model: str | None) -> Iterator[Draft]:
    telling = turn.telling
    meta: Json = {"model": model} if model else {}
    if part.type == "toolCall":
        tool, given = part.name or "", shared.arguments(part.arguments)
        path = given.get("path")
        if isinstance(path, str) and path:
            meta["path"] = path[:1000]
        more: Json = {"place": place, "meta": {**meta, **telling.tokens()}}
        yield telling.call(turn.spot, tool, asked(tool, given), part.id or "", **more)
    elif part.type == "text" and (part.text or "").strip():
        more = {"place": place, "meta": {**meta, **telling.tokens()}}
        yield telling.reply(turn.spot, part.text or "", **more)
    else:
        turn.count("blank" if part.type == "text" else (part.type or "unknown")[:40])


def _ended(turn: _Turn, message: Message, kind: str, text: str) -> Iterator[Draft]:
    """An answer that did not come to its end; it is told what it took all the same."""
    more: Json = {"place": ":end", "meta": {BESIDE: "reply", **turn.telling.tokens()}}
    text = message.error_message or text
    yield turn.telling.note(turn.spot, text, kind, Trust.TOOL, **more)


def _result(turn: _Turn, message: Message) -> Iterator[Drawn]:
    id, tool = message.tool_call_id or "", message.tool_name or ""
    turn.count("image", pictures(message.content))
    text, failed = words(message.content), bool(message.is_error)
    if failed and text.rstrip().endswith(_STOPPED):
        yield turn.telling.refused(turn.spot, text, id, tool=tool)
        return
    code = exit_code(text) if failed and tool in SHELLS else None
    meta = {"exit": code} if code else {}
    yield turn.telling.result(turn.spot, text, id, tool=tool, ok=not failed, meta=meta)


def _own_command(turn: _Turn, message: Message) -> Iterator[Drawn]:
    """A command that a person ran at the client, and what it printed."""
    command, printed = message.command or "", message.output or ""
    yield turn.telling.note(turn.spot, f"!{command}", "shell", Trust.HUMAN)
    if not printed.strip():
        return
    trust = answer_trust("bash", command)
    if not message.exclude_from_context:
        turn.telling.memory.lower(turn.telling.context, trust)
    meta: Json = {BESIDE: "shell", **({"exit": message.exit_code} if message.exit_code else {})}
    yield turn.telling.note(turn.spot, printed, "local", trust, place=":1", meta=meta)


def _extension(turn: _Turn, message: Message) -> Iterator[Drawn]:
    yield from _put_in(turn, words(message.content))


def _summed(turn: _Turn, message: Message) -> Iterator[Drawn]:
    yield from _sum(turn, message.summary or "", "summary")


def _custom(turn: _Turn) -> Iterator[Drawn]:
    """What an extension told the model."""
    yield from _put_in(turn, words(turn.entry.content))


def _put_in(turn: _Turn, text: str) -> Iterator[Drawn]:
    if text.strip():
        turn.telling.memory.lower(turn.telling.context, Trust.AGENT)
        yield turn.telling.note(turn.spot, text, "extension", Trust.AGENT)


def _compacted(turn: _Turn) -> Iterator[Drawn]:
    yield from _sum(turn, turn.entry.summary or "", "summary")


def _left(turn: _Turn) -> Iterator[Drawn]:
    """A person went back to where this hangs; what a branch that was left had come to."""
    yield from _sum(turn, turn.entry.summary or "", "branch")


def _sum(turn: _Turn, text: str, kind: str) -> Iterator[Drawn]:
    if text.strip():
        trust = min(Trust.ASSISTANT, turn.telling.floor)
        yield turn.telling.note(turn.spot, text, kind, trust)


_ROLES: dict[str, Callable[[_Turn, Message], Iterator[Drawn]]] = {
    "user": _user,
    "assistant": _assistant,
    "toolResult": _result,
    "bashExecution": _own_command,
    "custom": _extension,
    "hookMessage": _extension,
    "branchSummary": _summed,
    "compactionSummary": _summed,
}
_KINDS: dict[str, Draw] = {
    "session": _began,
    "message": _message,
    "model_change": _changed,
    "session_info": _named,
    "compaction": _compacted,
    "branch_summary": _left,
    "custom_message": _custom,
}
