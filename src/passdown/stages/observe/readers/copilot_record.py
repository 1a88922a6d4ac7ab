"""One event of Copilot CLI as a typed value."""

from __future__ import annotations

from msgspec import Raw, Struct, field

from passdown.stages.observe.readers.typed import Typed

_NULL = Raw(b"null")


class Request(Struct, rename="camel"):
    """A tool that the assistant asks for."""

    name: str | None = None
    tool_call_id: str | None = None
    arguments: Raw = _NULL
    mcp_server_name: str | None = None
    mcp_tool_name: str | None = None


class Result(Struct):
    """What a tool answered."""

    content: str | None = None


class Failure(Struct):
    """Why a tool failed."""

    message: str | None = None
    code: str | None = None


class Place(Struct, rename="camel"):
    """Where a session runs."""

    cwd: str | None = None
    git_root: str | None = None
    branch: str | None = None
    repository: str | None = None


class Counted(Struct, rename="camel"):
    """Tokens of one model; those read from the cache are among the input's."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None


class Metric(Struct):
    """What a session used of one model."""

    usage: Counted | None = None


class Data(Struct, rename="camel"):
    """What any event may say. Fields nobody reads are skipped by the parser."""

    content: str | None = None
    source: str | None = None
    is_autopilot_continuation: bool | None = None
    reasoning_text: str | None = None
    tool_requests: list[Request] | None = None
    output_tokens: int | None = None
    api_call_id: str | None = None
    message_id: str | None = None
    model: str | None = None
    parent_tool_call_id: str | None = None
    tool_call_id: str | None = None
    tool_name: str | None = None
    arguments: Raw = _NULL
    mcp_server_name: str | None = None
    mcp_tool_name: str | None = None
    success: bool | None = None
    is_user_requested: bool | None = None
    result: str | Result | None = None
    error: str | Failure | None = None
    message: str | None = None
    reason: str | None = None
    summary: str | None = None
    summary_content: str | None = None
    events_removed: int | None = None
    session_id: str | None = None
    start_time: str | None = None
    copilot_version: str | None = None
    selected_model: str | None = None
    new_model: str | None = None
    context: str | Place | None = None
    parent: str | None = field(default=None, name="detachedFromSpawningParentSessionId")
    model_metrics: dict[str, Metric] | None = None


class Event(Struct, rename="camel"):
    """One line."""

    type: str | None = None
    id: str | None = None
    timestamp: str | None = None
    agent_id: str | None = None
    data: Data | None = None


events = Typed(Event)
