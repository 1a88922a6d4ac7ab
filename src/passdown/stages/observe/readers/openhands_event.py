"""One event of OpenHands as what it says: its application and its SDK write the same things
differently, and so did older versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.stages.observe.readers.claude_record import Usage
from passdown.stages.observe.readers.document import listed, parts, table, text, whole

if TYPE_CHECKING:
    from passdown.contract.reader import Json

UNSAID = "unsaid"
"""What is counted, not kept: states, memories, prompts of the system."""
# How an action was run, and what it was translated to: not what was asked for.
_NOISE = frozenset(
    {
        "action_risk",
        "blocking",
        "confirmation_state",
        "hidden",
        "impl_source",
        "is_confirmed",
        "is_input",
        "is_static",
        "keep_prompt",
        "kernel_init_code",
        "kind",
        "security_risk",
        "thought",
        "timeout",
        "translated_ipython_code",
    }
)
_FLAT = _NOISE | {"action", "args", "id", "message", "source", "timestamp", "tool_call_metadata"}
_SPOKEN = frozenset({"message", "finish", "reject"})
_SILENT = frozenset(
    {
        "change_agent_state",
        "condensation",
        "condensation_request",
        "loop_recovery",
        "null",
        "pause",
        "recall",
        "resume",
        "system",
        "think",
    }
)
_ERRORS = ("ERROR:", "Traceback (most recent call last)")
"""How an answer begins that failed without an exit code."""
_REJECTED = "User rejected the action"
_UNHEARD = frozenset({"agent_state_changed", "null", "recall", "think", "condense"})
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


class Event(NamedTuple):
    """What one event says. `says` is prompt, reply, call, result, refused, note, stats or unsaid; a
    call may come with a thought said aloud, a refusal with what a person said instead. `tool` is
    the kind of a note; `command` is what a result's call ran, where the result repeats it."""

    says: str
    text: str = ""
    thought: str = ""
    tool: str = ""
    call: str = ""
    given: Json = {}  # noqa: RUF012 - never changed
    ok: bool | None = None
    code: int = 0
    model: str = ""
    answer: str = ""
    command: str = ""
    usage: Usage | None = None
    cost: float = 0.0


def event(value: Json) -> Event:
    """The event that this record is."""
    if "kind" in value:
        return _KINDS.get(text(value["kind"]), _unsaid)(value)
    if text(value.get("action")):
        return _action(value)
    if text(value.get("observation")):
        return _observation(value)
    return Event(UNSAID, text="unknown")


# ---- the application


def _action(value: Json) -> Event:
    name, found = text(value["action"]), _answered(value)
    flat = {key: one for key, one in value.items() if key not in _FLAT}
    given = table(value.get("args")) or flat
    if name == "condensation" and (summary := text(given.get("summary"))):
        return Event("note", text=summary, tool="summary", **found)
    if name in _SILENT:
        return Event(UNSAID, text="thinking" if name == "think" else "client", **found)
    thought = text(given.get("thought")) or text(value.get("thought"))
    if name in _SPOKEN:
        return _spoken(value, name, given, thought, found)
    kept = {key: one for key, one in given.items() if key not in _NOISE and one is not None}
    tool = text(table(value.get("tool_call_metadata")).get("function_name")) or name
    return Event("call", thought=thought, tool=tool, call=_call(value), given=kept, **found)


def _spoken(value: Json, name: str, given: Json, thought: str, found: Json) -> Event:
    """What is said to the other side; a run whose speakers were not kept begins with its task."""
    source = text(value.get("source"))
    by_person = source == "user" or (
        not source and name == "message" and "wait_for_response" in given
    )
    words = text(given.get("content")) or text(given.get("final_thought")) or thought
    words = words or text(value.get("message"))
    return Event("prompt" if by_person and name == "message" else "reply", text=words, **found)


def _observation(value: Json) -> Event:
    name, extras = text(value["observation"]), table(value.get("extras"))
    if name in _UNHEARD:
        return Event(UNSAID, text="state")
    words, call = text(value.get("content")), _call(value) or _cause(value)
    tool = text(table(value.get("tool_call_metadata")).get("function_name")) or name
    if name == "user_rejected":
        return Event("refused", text=words, tool=tool, call=call)
    found = (_code(one) for one in (extras, table(extras.get("metadata")), value))
    code = next((one for one in found if one is not None), None)
    failed = name == "error" or bool(text(extras.get("error"))) or extras.get("error") is True
    ok = _ok(code, failed or (code is None and words.startswith(_ERRORS)))
    command = text(extras.get("command")) or text(value.get("command"))
    return Event("result", words, "", tool, call, ok=ok, code=code or 0, command=command)


def _call(value: Json) -> str:
    """The id that the model gave a call; else the event's own, which its answer names as cause."""
    given = text(table(value.get("tool_call_metadata")).get("tool_call_id"))
    return given or (_cause({"cause": value.get("id")}) if "action" in value else "")


def _cause(value: Json) -> str:
    cause = value.get("cause")
    return f"event-{cause}" if isinstance(cause, int) and not isinstance(cause, bool) else ""


def _code(found: Json) -> int | None:
    code = found.get("exit_code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _ok(code: int | None, failed: bool) -> bool | None:
    """An exit code of -1 says that the command still runs."""
    if failed:
        return False
    return None if code == -1 else not code


def _answered(value: Json) -> Json:
    """Which answer of which model an action stands in, and what that answer took."""
    answer = table(table(value.get("tool_call_metadata")).get("model_response"))
    if not answer:
        return {}
    took = table(answer.get("usage"))
    cached = whole(table(took.get("prompt_tokens_details")).get("cached_tokens"))
    cached = cached or whole(took.get("cache_read_input_tokens"))
    written = whole(took.get("cache_creation_input_tokens"))
    usage = Usage(
        max(whole(took.get("prompt_tokens")) - cached - written, 0),
        whole(took.get("completion_tokens")),
        cached,
        written,
    )
    return {"model": text(answer.get("model")), "answer": text(answer.get("id")), "usage": usage}


# ---- the SDK


def _message(value: Json) -> Event:
    said = table(value.get("llm_message"))
    by_person = text(value.get("source")) == "user" and text(said.get("role")) != "assistant"
    words = parts(said.get("content"))
    if by_person and text(value.get("sender")):
        return Event("note", text=words, tool="task")
    return Event("prompt" if by_person else "reply", text=words if by_person else _aloud(words))


def _acted(value: Json) -> Event:
    action = table(value.get("action"))
    tool, thought = text(value.get("tool_name")), _aloud(parts(value.get("thought")))
    if text(action.get("kind")) in ("FinishAction", "ThinkAction"):
        words = text(action.get("message"))
        return Event("reply", text=words or thought) if words else Event(UNSAID, text="thinking")
    given = {key: one for key, one in action.items() if key not in _NOISE and one is not None}
    return Event(
        "call", thought=thought, tool=tool, call=text(value.get("tool_call_id")), given=given
    )


def _observed(value: Json) -> Event:
    seen = table(value.get("observation"))
    words = parts(seen.get("content")) or text(seen.get("output"))
    code = _code(seen)
    code = _code(table(seen.get("metadata"))) if code is None else code
    ok = _ok(code, seen.get("is_error") is True)
    tool, call = text(value.get("tool_name")), text(value.get("tool_call_id"))
    more: Json = {"ok": ok, "code": max(code or 0, 0), "command": text(seen.get("command"))}
    return Event("result", text=words, tool=tool, call=call, **more)


def _failed(value: Json) -> Event:
    tool, call = text(value.get("tool_name")), text(value.get("tool_call_id"))
    return Event("result", text=text(value.get("error")), tool=tool, call=call, ok=False)


def _refused(value: Json) -> Event:
    tool, call = text(value.get("tool_name")), text(value.get("tool_call_id"))
    why = text(value.get("rejection_reason"))
    by_person = value.get("rejection_source", "user") == "user" and not why.startswith(_REJECTED)
    return Event("refused", text=why, thought=why if by_person else "", tool=tool, call=call)


def _ended(value: Json) -> Event:
    """The run itself failed; nothing of it was told to the model."""
    words = ": ".join(part for key in ("code", "detail") if (part := text(value.get(key))))
    return Event("note", text=words, tool="api-error")


def _stopped(value: Json) -> Event:
    return Event("note", text="[Interrupted by the user]", tool="interrupt")


def _summed(value: Json) -> Event:
    """What stands in the place of what was forgotten."""
    summary = text(value.get("summary"))
    return Event("note", text=summary, tool="summary") if summary else _unsaid(value)


def _state(value: Json) -> Event:
    """What the whole conversation took so far, where that is what changed."""
    every = table(table(value.get("value")).get("usage_to_metrics"))
    if value.get("key") != "stats" or not every:
        return Event(UNSAID, text="client")
    metrics = [table(one) for one in every.values()]
    took = [table(one.get("accumulated_token_usage")) for one in metrics]
    return Event(
        "stats",
        model=next((text(one.get("model_name")) for one in metrics), ""),
        answer="stats",
        usage=total(took),
        cost=sum(paid(one) for one in metrics),
    )


def total(took: list[Json]) -> Usage:
    """The sum of several counts of tokens, as OpenHands writes them."""
    read = sum(whole(one.get("cache_read_tokens")) for one in took)
    written = sum(whole(one.get("cache_write_tokens")) for one in took)
    given = sum(whole(one.get("prompt_tokens")) for one in took)
    said = sum(whole(one.get("completion_tokens")) for one in took)
    return Usage(max(given - read - written, 0), said, read, written)


def paid(metrics: Json) -> float:
    """What was paid so far, in dollars."""
    cost = metrics.get("accumulated_cost")
    sound = isinstance(cost, int | float) and not isinstance(cost, bool) and 0 < cost < 1e6
    return float(cost) if sound else 0.0  # type: ignore[arg-type]  # narrowed by `sound`


def _unsaid(value: Json) -> Event:
    return Event(UNSAID, text="client")


def _aloud(words: str) -> str:
    return _THOUGHT.sub("", words).strip()


_KINDS = {
    "ActionEvent": _acted,
    "AgentErrorEvent": _failed,
    "Condensation": _summed,
    "ConversationErrorEvent": _ended,
    "ConversationStateUpdateEvent": _state,
    "InterruptEvent": _stopped,
    "MessageEvent": _message,
    "ObservationEvent": _observed,
    "UserRejectObservation": _refused,
}


def is_event(value: Any) -> bool:
    """Whether a value looks like an event of any version."""
    found = table(value)
    if text(found.get("kind")).endswith(("Event", "Observation", "Condensation")):
        return "source" in found or "timestamp" in found
    named = text(found.get("action")) or text(found.get("observation"))
    return bool(named) and bool({"source", "args", "extras", "content", "thought"} & found.keys())


def events(value: Any) -> list[Any]:
    """The events of a document: itself, or where it keeps them. Older versions paired them."""
    found = value if isinstance(value, list) else listed(table(value).get("history"))
    if found and all(isinstance(one, list) for one in found):
        return [event for pair in found for event in pair]
    return found
