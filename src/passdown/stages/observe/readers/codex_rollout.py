"""Codex's own transcripts: what stands there twice is told once, what its client put into the
person's mouth is not theirs, and what a fork copied belongs to the session it came from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from passdown.contract.reader import Draft, Skip
from passdown.domain.clock import parse
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.claude_record import Message, Usage
from passdown.stages.observe.readers.codex_output import parts
from passdown.stages.observe.readers.codex_record import Git, decode, origin
from passdown.stages.observe.readers.codex_sniff import sureness
from passdown.stages.observe.readers.codex_tools import answered, called, ended, ran, searched
from passdown.stages.observe.readers.codex_turn import Turn
from passdown.stages.observe.readers.codex_voice import CONTEXT, client, request, shell
from passdown.stages.observe.readers.telling import BESIDE, Telling, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line
    from passdown.stages.observe.readers.codex_record import Counted, Payload, Record

Draw: TypeAlias = "Callable[[Turn], Iterable[Drawn]]"
NAME = "codex_rollout"
_ORDERED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


class CodexRollout:
    """The reader of Codex's JSONL, the first versions' bare lines included."""

    name = NAME
    unit: Literal["line", "file"] = "line"
    verified = True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return sureness(head)

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        telling = Telling(known, str(known.kept.get("session", "")))
        for line in lines:
            record, damaged, reason = decode(line.raw)
            if record is None:
                yield Skip(line.offset, reason)
                continue
            draw = _KINDS.get(record.type or "")
            if draw is None or record.payload is None:
                continue
            session = known.kept.get("session") or _named(record, line, known.kept)
            if session != telling.session:
                telling = Telling(known, session)
            turn = Turn(record, record.payload, line, telling, damaged=damaged)
            if drawn := draw(turn):
                yield from _after_facts(turn, drawn)


READER = CodexRollout()


def _named(record: Record, line: Line, kept: Json) -> str:
    """The session of a file whose beginning is this line."""
    id = record.payload.id if record.payload and record.type == "session_meta" else None
    kept["session"] = id or f"{NAME}-{digest(line.raw)}"
    return str(kept["session"])


def _after_facts(turn: Turn, drawn: Iterable[Drawn]) -> Iterator[Drawn]:
    for n, one in enumerate(drawn):
        if not n and isinstance(one, Draft):
            model = str(turn.kept.get("model", ""))
            yield from turn.telling.facts(agent="codex", model=model, at=turn.spot.at)
        yield one


def _meta(turn: Turn) -> Iterator[Drawn]:
    """A session begins, or a fork names the one whose history it copied."""
    said, kept = turn.said, turn.kept
    at = parse(said.timestamp or "")
    if _is_ancestor(said, at, kept):
        kept["fork"] = kept["copied"] = True
        yield from turn.telling.facts(parent=said.id or "")
        return
    came, parent = origin(said.source)
    parent = said.forked_from_id or parent or said.parent_thread_id or ""
    _begin(kept, said, at, came, parent)
    telling = Telling(turn.telling.memory, kept["session"])
    if came == "subagent":
        telling.memory.lower(telling.context, Trust.AGENT)
    git = said.git or Git()
    meta = {"cwd": said.cwd, "remote": git.repository_url}
    meta |= {"version": said.cli_version, "source": came}
    yield from telling.facts(
        *(parent, at),
        agent="codex",
        branch=git.branch or "",
        at=at or turn.spot.at,
        parent=parent,
        meta={name: value for name, value in meta.items() if value},
    )


def _is_ancestor(said: Payload, at: str, kept: Json) -> bool:
    """Whether this beginning of a session was copied into a later one."""
    if "at" not in kept or not said.id or said.id == kept["session"]:
        return False
    return said.id == kept["parent"] or bool(at and at <= kept["at"])


def _begin(kept: Json, said: Payload, at: str, came: str, parent: str) -> None:
    for name in ("agent", "copied", "driven", "early", "events", "fork", "model"):
        kept.pop(name, None)
    kept["session"] = said.id or kept["session"]
    kept["at"], kept["parent"] = at, parent
    if said.forked_from_id:
        kept["fork"] = True
    if came in ("subagent", "mcp"):
        kept["driven"] = True
    if came == "subagent":
        kept["agent"] = said.agent_nickname or said.agent_role or came


def _turned(turn: Turn) -> Iterable[Drawn]:
    """A turn begins. Its id is as old as it is: one older than its session was copied."""
    kept, id = turn.kept, turn.said.turn_id or ""
    if kept.get("fork"):
        ordered = _ORDERED.fullmatch(id) and _ORDERED.fullmatch(kept["session"])
        kept["copied"] = bool(ordered) and id < kept["session"]
    if turn.said.model:
        kept["model"] = turn.said.model
    return ()


def _item(turn: Turn) -> Iterable[Drawn]:
    draw = _ITEMS.get(turn.said.type or "")
    if draw is not None and not turn.kept.get("copied"):
        return draw(turn)
    turn.count("copied" if draw else (turn.said.type or "unknown")[:40])
    return ()


def _event(turn: Turn) -> Iterable[Drawn]:
    draw = _EVENTS.get(turn.said.type or "")
    if draw is not None and (draw is _turned or not turn.kept.get("copied")):
        return draw(turn)
    return ()


def _message(turn: Turn) -> Iterator[Drawn]:
    """Whoever speaks. A person's words stand again in an event, which is theirs alone: once there
    is one, only events speak for them."""
    text, role = parts(turn.said.content), turn.said.role
    if not text.strip():
        turn.count("blank")
    elif role == "assistant":
        turn.kept.pop("early", None)
        yield from _said(turn, text)
    elif role == "user" and (found := shell(text.strip())):
        yield from _own_command(turn, *found)
    elif role == "user" and not (found_client := client(text.strip())):
        if turn.kept.get("events"):
            turn.count("repeated")
        else:
            turn.kept["early"] = True
            yield from _prompt(turn, text)
    elif role == "user" and found_client and found_client.kind != CONTEXT:
        yield turn.telling.note(turn.spot, text, found_client.kind, found_client.trust)
    else:
        turn.count(CONTEXT)


def _typed(turn: Turn) -> Iterator[Drawn]:
    """What a person typed; its first telling may be the message just before."""
    turn.kept["events"] = True
    for _ in (*(turn.said.images or ()), *(turn.said.local_images or ())):
        turn.count("image")
    text = turn.said.message or ""
    if turn.kept.pop("early", None):
        turn.count("repeated")
    elif not text.strip():
        turn.count("blank")
    elif turn.said.kind not in (None, "plain") or client(text.strip()):
        turn.count(CONTEXT)
    else:
        yield from _prompt(turn, text)


def _prompt(turn: Turn, text: str) -> Iterator[Drawn]:
    if turn.kept.get("driven"):
        yield turn.telling.note(turn.spot, text, "task", Trust.AGENT)
    else:
        yield turn.telling.prompt(turn.spot, request(text))


def _own_command(turn: Turn, command: str, printed: str) -> Iterator[Drawn]:
    """A command that a person ran at the client, and what it printed."""
    yield turn.telling.note(turn.spot, f"!{command}", "shell", Trust.HUMAN)
    if printed:
        more: Json = {"meta": {BESIDE: "shell"}}
        yield turn.telling.note(turn.spot, printed, "local", Trust.TOOL, place=":1", **more)


def _said(turn: Turn, text: str) -> Iterator[Drawn]:
    if text.startswith('{"author":') and '"recipient":' in text[:2000]:
        yield from _between_agents(turn)
        return
    yield turn.telling.reply(turn.spot, text, meta=turn.assistant())


def _between_agents(turn: Turn) -> Iterator[Drawn]:
    """What one agent tells another; whoever reads it knows no more than it did."""
    text = parts(turn.said.content)
    turn.telling.memory.lower(turn.telling.context, Trust.AGENT)
    if text.strip():
        yield turn.telling.note(turn.spot, text, "notification", Trust.AGENT)


def _counted(turn: Turn) -> Iterable[Drawn]:
    """What an answer took; told again with the same total it is the same."""
    info = turn.said.info
    if info and info.last and info.total:
        message = Message(id=str(info.total.total_tokens), usage=_usage(info.last))
        turn.telling.memory.owe(turn.telling.context, message)
    return ()


def _usage(last: Counted) -> Usage:
    cached = max(last.cached_input_tokens or 0, 0)
    return Usage((last.input_tokens or 0) - cached, last.output_tokens, cached)


def _completed(turn: Turn) -> Iterator[Drawn]:
    """A turn is over; what its last answer took is told where nothing follows that could."""
    tokens = turn.telling.tokens()
    if tokens:
        meta = {"kind": "turn", **tokens}
        yield turn.telling.draft(turn.spot, Seen.EVENT, "", trust=Trust.TOOL, meta=meta)


def _aborted(turn: Turn) -> Iterator[Drawn]:
    kind = "interrupt" if turn.said.reason in (None, "interrupted") else "turn"
    text = f"[Turn aborted: {turn.said.reason or 'interrupted'}]"
    meta = turn.telling.tokens()
    yield turn.telling.note(turn.spot, text, kind, Trust.TOOL, meta=meta)


def _rolled_back(turn: Turn) -> Iterator[Drawn]:
    """A person went back: what was said in those turns is a branch that was left."""
    text = f"[{turn.said.num_turns or 0} turns taken back]"
    yield turn.telling.note(turn.spot, text, "rollback", Trust.TOOL)


def _compacted(turn: Turn) -> Iterator[Drawn]:
    text = turn.said.message or ""
    if turn.kept.get("copied"):
        turn.count("copied")
    elif text.strip():
        trust = min(Trust.ASSISTANT, turn.telling.floor)
        yield turn.telling.note(turn.spot, text, "summary", trust)
    else:
        turn.count("compaction")


def _thought(turn: Turn) -> Iterable[Drawn]:
    turn.count("thinking")
    return ()


def _seen_twice(turn: Turn) -> Iterable[Drawn]:
    turn.count("repeated")
    return ()


_ITEMS: dict[str, Draw] = {
    "message": _message,
    "agent_message": _between_agents,
    "reasoning": _thought,
    "function_call": called,
    "custom_tool_call": called,
    "local_shell_call": ran,
    "web_search_call": searched,
    "function_call_output": answered,
    "custom_tool_call_output": answered,
}
_EVENTS: dict[str, Draw] = {
    "task_started": _turned,
    "turn_started": _turned,
    "user_message": _typed,
    "agent_message": _seen_twice,
    "token_count": _counted,
    "mcp_tool_call_end": ended,
    "patch_apply_end": ended,
    "task_complete": _completed,
    "turn_complete": _completed,
    "turn_aborted": _aborted,
    "thread_rolled_back": _rolled_back,
}
_KINDS: dict[str, Draw] = {
    "session_meta": _meta,
    "turn_context": _turned,
    "response_item": _item,
    "event_msg": _event,
    "compacted": _compacted,
    "inter_agent_communication": _between_agents,
}
