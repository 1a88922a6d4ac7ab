"""One line of a Codex rollout as a typed value, in each form its versions wrote."""

from __future__ import annotations

from typing import Any

from msgspec import DecodeError, Raw, Struct, field, json as fast

from passdown.stages.observe.readers.document import load, table, text
from passdown.stages.observe.readers.typed import Decoded, Typed

_NULL = Raw(b"null")


class Part(Struct):
    """A piece of a message or of a tool's answer."""

    type: str | None = None
    text: str | None = None


class Output(Struct):
    """A tool's answer as older versions wrote it when the tool failed."""

    content: str | list[Part] | None = None
    success: bool | None = None


class Git(Struct):
    """The work tree that a session began in."""

    branch: str | None = None
    repository_url: str | None = None


class Counted(Struct):
    """Tokens; those read from the cache are among the input's."""

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None


class Usage(Struct):
    """What the session took so far, and what its last answer took."""

    total: Counted | None = field(default=None, name="total_token_usage")
    last: Counted | None = field(default=None, name="last_token_usage")


class Payload(Struct):
    """What any line may say. Fields nobody reads are skipped by the parser."""

    type: str | None = None
    id: str | None = None
    role: str | None = None
    content: str | list[Part] | None = None
    name: str | None = None
    namespace: str | None = None
    arguments: Raw = _NULL
    input: str | None = None
    call_id: str | None = None
    output: str | list[Part] | Output | None = None
    action: Raw = _NULL
    result: Raw = _NULL
    success: bool | None = None
    message: str | None = None
    kind: str | None = None
    images: list[Raw] | None = None
    local_images: list[Raw] | None = None
    info: Usage | None = None
    reason: str | None = None
    num_turns: int | None = None
    turn_id: str | None = None
    model: str | None = None
    author: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    cli_version: str | None = None
    instructions: Raw = Raw(b"")
    source: Raw = _NULL
    git: Git | None = None
    forked_from_id: str | None = None
    parent_thread_id: str | None = None
    agent_nickname: str | None = None
    agent_role: str | None = None


class Record(Struct):
    """One line: when, what kind, and what it says. The first versions wrote the payload alone."""

    timestamp: str | None = None
    type: str | None = None
    payload: Payload | None = None
    record_type: str | None = None


_records = Typed(Record)
_payloads = Typed(Payload)


def decode(raw: bytes) -> Decoded[Record]:
    """The line, typed; one of the first versions in the form of the later ones."""
    found = _records.read(raw)
    record, damaged, _ = found
    if record is None or record.payload is not None or record.record_type:
        return found
    payload = _payloads.read(raw)[0] or Payload()
    if payload.type:
        kind = "response_item"
    elif payload.id and (payload.git or bytes(payload.instructions)):
        kind = "session_meta"
    else:
        return None, False, "no type"
    return Record(record.timestamp, kind, payload), damaged, ""


def given(raw: Raw) -> dict[str, Any]:
    """What a tool was called with: an object, or a text that holds one."""
    try:
        found = fast.decode(raw)
        found = fast.decode(found) if isinstance(found, str) else found
    except (DecodeError, UnicodeError, RecursionError):
        found = None
    return found if isinstance(found, dict) else _leniently(raw)


def _leniently(raw: Raw) -> dict[str, Any]:
    found = load(bytes(raw)).value
    if isinstance(found, str):
        inner = load(found.encode("utf-8", "replace")).value
        return inner if isinstance(inner, dict) else {"input": found}
    return table(found)


def origin(raw: Raw) -> tuple[str, str]:
    """Where a session comes from (`cli`, `exec`, `mcp`, `subagent`), and its parent if another
    session spawned it."""
    found = load(bytes(raw)).value
    if isinstance(found, str):
        return found, ""
    spawned = table(found).get("subagent")
    if spawned is None:
        return "", ""
    return "subagent", text(table(table(spawned).get("thread_spawn")).get("parent_thread_id"))


def has_failed(raw: Raw) -> bool:
    """Whether the result of a tool on a server says that it failed."""
    if raw == _NULL:
        return False
    found = table(load(bytes(raw)).value)
    done = table(found.get("Ok"))
    return "Err" in found or True in (done.get("isError"), done.get("is_error"))
