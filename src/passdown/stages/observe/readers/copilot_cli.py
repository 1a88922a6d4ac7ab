"""Copilot CLI's own event logs: what was typed, said, called and answered, sub-agents included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from passdown.contract.reader import Draft, Skip
from passdown.domain.clock import parse
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_memory import Call, Memory
from passdown.stages.observe.readers.claude_record import Message, Usage, arguments as given
from passdown.stages.observe.readers.copilot_record import Place, Request, Result, events
from passdown.stages.observe.readers.copilot_sniff import sureness
from passdown.stages.observe.readers.provenance import SHELLS, asked
from passdown.stages.observe.readers.telling import BESIDE, Spot, Telling, digest, made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line
    from passdown.stages.observe.readers.copilot_record import Counted, Data, Event

NAME = "copilot_cli"
Draw: TypeAlias = "Callable[[_Turn], Iterable[Drawn]]"

_EXIT = re.compile(r"\n?<[^<>\n]{0,100}with exit code (-?\d{1,10})>\s*\Z")
_REFUSED = re.compile(
    r"permission denied and|denied by|(?:the )?user (?:rejected|denied|does not|declined)",
    re.IGNORECASE,
)
_MOST = 100
"""Running shells remembered at most."""


class CopilotCli:
    """The reader of `events.jsonl` in a session's folder."""

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
            event, damaged, reason = events.read(line.raw)
            if event is None or not event.type:
                yield Skip(line.offset, reason or "no type")
            elif event.data is not None and (draw := _KINDS.get(event.type)):
                yield from _after_facts(_turn(event, event.data, line, known, damaged), draw)


READER = CopilotCli()


@dataclass(frozen=True, slots=True)
class _Turn:
    """An event that may say something, and the session as it was told so far."""

    said: Data
    telling: Telling
    spot: Spot

    @property
    def kept(self) -> Json:
        """What is remembered of the file."""
        return self.telling.memory.kept

    @property
    def voice(self) -> Trust:
        """How far the assistant of this event can be trusted, whatever it read."""
        return Trust.AGENT if "agent" in self.spot.meta else Trust.ASSISTANT

    def count(self, name: str) -> None:
        """One more of what is seen but not kept."""
        self.telling.memory.count(name)

    def assistant(self) -> Json:
        """What the assistant's drafts share: its model, and the tokens not told yet."""
        model = self.said.model or self.kept.get("model")
        return {**({"model": model} if model else {}), **self.telling.tokens()}


def _turn(event: Event, said: Data, line: Line, known: Memory, damaged: bool) -> _Turn:
    kept = known.kept
    if said.session_id and event.type == "session.start":
        kept["session"] = said.session_id
    elif "session" not in kept:
        kept["session"] = f"{NAME}-{digest(line.raw)}"
    agent = event.agent_id or said.parent_tool_call_id or ""
    meta: Json = {"agent": agent} if agent else {}
    if damaged:
        meta["damaged"] = True
    uid, at = event.id or made(line, event.timestamp), parse(event.timestamp or "")
    spot = Spot(uid, line.offset, len(line.raw), at, meta)
    # An agent whose call is unknown shares the floor of the one that it works for.
    call = said.parent_tool_call_id or kept.get("agents", {}).get(event.agent_id, "")
    return _Turn(said, Telling(known, kept["session"], call), spot)


def _after_facts(turn: _Turn, draw: Draw) -> Iterator[Drawn]:
    for n, one in enumerate(draw(turn)):
        if not n and isinstance(one, Draft):
            model = str(turn.kept.get("model", ""))
            yield from turn.telling.facts(agent="copilot-cli", model=model, at=turn.spot.at)
        yield one


def _began(turn: _Turn) -> Iterator[Drawn]:
    """A session begins or goes on."""
    said = turn.said
    place = said.context if isinstance(said.context, Place) else Place()
    if model := said.selected_model or said.new_model:
        turn.kept["model"] = model
    turn.kept["told"] = 0
    meta = {"cwd": place.git_root or place.cwd, "remote": place.repository}
    meta["version"] = said.copilot_version
    yield from turn.telling.facts(
        *(said.parent or "", str(meta["cwd"]), "began"),
        agent="copilot-cli",
        model=turn.kept.get("model", ""),
        branch=place.branch or "",
        at=parse(said.start_time or "") or turn.spot.at,
        parent=said.parent or "",
        meta={name: value for name, value in meta.items() if value},
    )


def _changed(turn: _Turn) -> Iterable[Drawn]:
    if turn.said.new_model:
        turn.kept["model"] = turn.said.new_model
    return ()


def _typed(turn: _Turn) -> Iterator[Drawn]:
    """What a person typed, or somebody else in their place."""
    text, source = turn.said.content or "", turn.said.source or "user"
    if not text.strip() or turn.said.is_autopilot_continuation:
        turn.count("context" if text.strip() else "blank")
    elif "agent" in turn.spot.meta or source.startswith("agent"):
        yield turn.telling.note(turn.spot, text, "task", Trust.AGENT)
    elif source != "user":
        yield turn.telling.note(turn.spot, text, source.partition("-")[0], Trust.AGENT)
    else:
        yield turn.telling.prompt(turn.spot, text)


def _said(turn: _Turn) -> Iterator[Drawn]:
    said, text = turn.said, turn.said.content or ""
    if (said.reasoning_text or "").strip():
        turn.count("thinking")
    _owe(turn, said.api_call_id or said.message_id, Usage(output_tokens=said.output_tokens))
    if text.strip():
        trust = min(turn.voice, turn.telling.floor)
        meta = turn.assistant()
        yield turn.telling.draft(turn.spot, Seen.REPLY, text, trust=trust, meta=meta)
    for n, request in enumerate(said.tool_requests or ()):
        yield _call(turn, request, f":{n + 1}")


def _owe(turn: _Turn, id: str | None, usage: Usage) -> None:
    turn.kept["told"] = turn.kept.get("told", 0) + max(usage.output_tokens or 0, 0)
    context = turn.telling.context
    turn.telling.memory.owe(context, Message(id=id or turn.spot.uid, usage=usage))


def _call(turn: _Turn, request: Request | Data, place: str = "") -> Draft:
    name = request.name if isinstance(request, Request) else request.tool_name
    tool, arguments = _tool(request, name or ""), given(request.arguments)
    text, meta, id = asked(tool, arguments), turn.assistant(), request.tool_call_id or ""
    path = arguments.get("path")
    if isinstance(path, str) and path:
        meta["path"] = path[:1000]
    more: Json = {"trust": turn.voice, "place": place, "meta": meta}
    call = turn.telling.call(turn.spot, tool, text, id, **more)
    _follow(turn, tool, arguments, id)
    return call


def _follow(turn: _Turn, tool: str, arguments: Json, id: str) -> None:
    """What a running shell prints later can be trusted no further than what was run in it."""
    shell = arguments.get("shellId", arguments.get("sessionId"))
    if tool not in SHELLS or not isinstance(shell, str | int):
        return
    running: dict[str, int] = turn.kept.setdefault("running", {})
    now = Call(*turn.telling.memory.calls[id])
    trust = min(now.trust, running.get(str(shell), int(Trust.TOOL)))
    turn.telling.memory.called(id, Call(tool, trust))
    running[str(shell)] = trust
    if len(running) > _MOST:
        del running[next(iter(running))]


def _tool(request: Request | Data, name: str) -> str:
    """A tool's name; one of a server is named as other clients name it."""
    server = request.mcp_server_name
    return f"mcp__{server}__{request.mcp_tool_name or name}" if server else name


def _started(turn: _Turn) -> Iterator[Drawn]:
    """A tool begins to run; its call was told unless nobody asked for it in a message."""
    if (turn.said.tool_call_id or "") not in turn.telling.memory.calls:
        yield _call(turn, turn.said)


def _own_command(turn: _Turn) -> Iterator[Drawn]:
    """A command that a person runs at the client."""
    tool = turn.said.tool_name or ""
    text = asked(tool, given(turn.said.arguments))
    turn.telling.memory.called(turn.said.tool_call_id or "", Call(tool, Trust.TOOL))
    yield turn.telling.note(turn.spot, f"!{text}", "shell", Trust.HUMAN)


def _answered(turn: _Turn) -> Iterator[Drawn]:
    said, id = turn.said, turn.said.tool_call_id or ""
    failure = said.error
    why = failure if isinstance(failure, str) else (failure.message if failure else "") or ""
    done = said.result.content if isinstance(said.result, Result) else said.result
    text, tool = done or why, turn.telling.memory.calls.get(id, ("",))[0]
    if said.is_user_requested:
        turn.telling.memory.answered(id)
        yield turn.telling.note(turn.spot, text, "local", Trust.TOOL, meta={BESIDE: "shell"})
    elif said.success is False and _REFUSED.match(why):
        yield turn.telling.refused(turn.spot, text, id)
    else:
        text, code = _ended(text) if tool in SHELLS else (text, 0)
        ok = said.success is not False and not code
        meta = {"exit": code} if code else {}
        yield turn.telling.result(turn.spot, text, id, ok=ok, meta=meta)


def _ended(text: str) -> tuple[str, int]:
    """What a command printed and its exit code; the code of one that failed stays with it."""
    found = _EXIT.search(text, max(len(text) - 200, 0))
    code = int(found[1]) if found else 0
    text = text[: found.start()] if found else text
    return (f"Exit code {code}\n{text}" if code else text), code


def _agent(turn: _Turn) -> Iterable[Drawn]:
    """A sub-agent starts to work on a call."""
    agent, call = turn.spot.meta.get("agent"), turn.said.tool_call_id
    if agent and call:
        agents: dict[str, str] = turn.kept.setdefault("agents", {})
        agents[str(agent)] = call
        if len(agents) > _MOST:
            del agents[next(iter(agents))]
    return ()


def _summary(turn: _Turn) -> Iterator[Drawn]:
    text = turn.said.summary_content or turn.said.summary or ""
    if text.strip():
        trust = min(Trust.ASSISTANT, turn.telling.floor)
        yield turn.telling.note(turn.spot, text, "summary", trust)


def _handed_over(turn: _Turn) -> Iterator[Drawn]:
    """Another agent, elsewhere, did this before."""
    turn.telling.memory.lower(turn.telling.context, Trust.AGENT)
    yield from _summary(turn)


def _skill(turn: _Turn) -> Iterator[Drawn]:
    yield turn.telling.note(turn.spot, turn.said.content or "", "skill", Trust.AGENT)


def _notified(turn: _Turn) -> Iterator[Drawn]:
    yield turn.telling.note(turn.spot, turn.said.content or "", "notification", Trust.AGENT)


def _failed(turn: _Turn) -> Iterator[Drawn]:
    """The model could not be reached, or refused."""
    text = turn.said.message or ""
    if text.strip():
        yield turn.telling.note(turn.spot, text, "api-error", Trust.TOOL)


def _aborted(turn: _Turn) -> Iterator[Drawn]:
    text = f"[Aborted: {turn.said.reason or 'user_initiated'}]"
    yield turn.telling.note(turn.spot, text, "interrupt", Trust.TOOL)


def _rewound(turn: _Turn) -> Iterator[Drawn]:
    """A person went back: what was said since is a branch that was left."""
    text = f"[{turn.said.events_removed or 0} events taken back]"
    yield turn.telling.note(turn.spot, text, "rollback", Trust.TOOL)


def _context(turn: _Turn) -> Iterable[Drawn]:
    turn.count("context")
    return ()


def _ended_session(turn: _Turn) -> Iterator[Drawn]:
    """The session's totals: what they hold beyond what was told is told here."""
    metrics = (turn.said.model_metrics or {}).values()
    for n, usage in enumerate(one.usage for one in metrics if one.usage):
        _owe(turn, f"{turn.spot.uid}:{n}", _beyond(usage, turn.kept))
    if tokens := turn.telling.tokens():
        meta = {"kind": "turn", **tokens}
        yield turn.telling.draft(turn.spot, Seen.EVENT, "", trust=Trust.TOOL, meta=meta)


def _beyond(usage: Counted, kept: Json) -> Usage:
    cached, took = max(usage.cache_read_tokens or 0, 0), usage.input_tokens or 0
    told = min(kept.get("told", 0), max(usage.output_tokens or 0, 0))
    kept["told"] = kept.get("told", 0) - told
    rest = (usage.output_tokens or 0) - told
    fresh = took - cached if took >= cached else took
    return Usage(fresh, rest, cached, usage.cache_write_tokens)


_KINDS: dict[str, Draw] = {
    "session.start": _began,
    "session.resume": _began,
    "session.model_change": _changed,
    "user.message": _typed,
    "assistant.message": _said,
    "tool.user_requested": _own_command,
    "tool.execution_start": _started,
    "tool.execution_complete": _answered,
    "subagent.started": _agent,
    "session.compaction_complete": _summary,
    "session.handoff": _handed_over,
    "skill.invoked": _skill,
    "system.message": _context,
    "system.notification": _notified,
    "session.error": _failed,
    "abort": _aborted,
    "session.snapshot_rewind": _rewound,
    "session.shutdown": _ended_session,
}
