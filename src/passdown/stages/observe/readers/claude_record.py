"""One line of a Claude Code transcript as a typed value; what has the wrong type is left out."""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import DecodeError, Raw, Struct, field, json as fast

from passdown.stages.observe.readers.document import tolerant

# The parser looks for a field's name after the one it found last, so fields stand here in the
# order in which clients write them; none of these can hold itself, so nobody need look for that.

_NULL = Raw(b"null")
_NONE = Raw()


class Part(Struct, gc=False):
    """A piece of a tool's answer."""

    type: str | None = None
    text: str | None = None


class Block(Struct, gc=False):
    """A piece of a message: text, thinking, a tool call or a tool's answer. What a tool answered
    is in `content` as it stands, and in `text` once it is read."""

    tool_use_id: str | None = None
    type: str | None = None
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw = _NULL
    content: Raw = _NONE
    is_error: bool | None = None


class Usage(Struct, gc=False):
    """What one answer of the model took, in tokens."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class Message(Struct, gc=False):
    """What was said. One answer of the model stands in several lines, under one id."""

    model: str | None = None
    id: str | None = None
    content: str | list[Block] | None = None
    usage: Usage | None = None


class Origin(Struct, gc=False):
    """Who put a message in, or which session it was copied from."""

    kind: str | None = None
    session_id: str | None = field(default=None, name="sessionId")


class Attached(Struct, gc=False):
    """What a client hands its model beside the messages."""

    type: str | None = None
    prompt: str | list[Block] | None = None
    mode: str | None = field(default=None, name="commandMode")


class Record(Struct, gc=False, rename="camel"):
    """One line. Fields nobody reads are skipped by the parser."""

    parent_uuid: str | None = None
    is_sidechain: bool | None = None
    cwd: str | None = None
    session_id: str | None = None
    version: str | None = None
    git_branch: str | None = None
    agent_id: str | None = None
    type: str | None = None
    subtype: str | None = None
    message: Message | None = None
    uuid: str | None = None
    timestamp: str | None = None
    printed_session: str | None = field(default=None, name="session_id")
    is_meta: bool | None = None
    is_compact_summary: bool | None = None
    is_api_error_message: bool | None = None
    source_tool: str | None = field(default=None, name="sourceToolUseID")
    parent_call: str | None = field(default=None, name="parentToolUseID")
    plan_content: str | None = None
    origin: Origin | None = None
    forked_from: Origin | None = None
    content: str | None = None
    summary: str | None = None
    custom_title: str | None = None
    attachment: Attached | None = None
    data: Raw = _NULL


class Progress(Struct, gc=False):
    """What a running tool reports; a sub-agent reports its own lines."""

    type: str | None = None
    agent_id: str | None = field(default=None, name="agentId")
    message: Record | None = None


Decoded: TypeAlias = tuple[Record | None, bool, str]
"""A line, whether bytes in it had to be replaced, and why it is none."""

decode = fast.Decoder(Record).decode
"""The line, typed, with what tools answered as it stands; for sound lines only."""
_progress = fast.Decoder(Progress).decode
_answer = fast.Decoder(str | list[Part] | None).decode


def read(raw: bytes) -> Decoded:
    """The line, typed, with what tools answered as text; slower and tolerant when it is not what it
    should be."""
    try:
        record = decode(raw)
    except (DecodeError, UnicodeDecodeError):
        return _tolerant(raw)
    except RecursionError:
        return None, False, "nested too deeply"
    return (record, False, "") if _answered(record) else _tolerant(raw)


def reported(record: Record) -> Record | None:
    """The sub-agent's line inside a line of progress, if that is what it reports."""
    try:
        progress = _progress(record.data)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    inner = progress.message
    if progress.type != "agent_progress" or inner is None or not _answered(inner):
        return None
    inner.session_id = record.session_id
    inner.timestamp = inner.timestamp or record.timestamp
    inner.agent_id = progress.agent_id
    inner.parent_call = record.parent_call
    inner.is_sidechain = True
    inner.cwd, inner.git_branch, inner.version = record.cwd, record.git_branch, record.version
    return inner


def arguments(raw: Raw) -> dict[str, Any]:
    """What a tool was called with."""
    try:
        found = fast.decode(raw)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {"input": found} if found is not None else {}


def is_answer(block: Block) -> bool:
    """Whether this is what a tool answered."""
    return (block.type or "").endswith("tool_result")


def _answered(record: Record) -> bool:
    """Make texts of what tools answered; False when one of them is nothing that is an answer."""
    message, attached = record.message, record.attachment
    said = message.content if message else None
    asked = attached.prompt if attached else None
    return (not isinstance(said, list) or _told(said)) and (
        not isinstance(asked, list) or _told(asked)
    )


def _told(blocks: list[Block]) -> bool:
    sound = True
    for block in blocks:
        if block.content:
            found: str | list[Part] | None = None
            try:
                found = _answer(block.content)
            except (DecodeError, UnicodeDecodeError, RecursionError):
                sound = False
            if is_answer(block):
                block.text = found if isinstance(found, str) else _joined(found or [])
    return sound


def _joined(parts: list[Part]) -> str:
    """The texts of all parts; a picture is named, not kept."""
    return "\n".join(p.text if p.text is not None else f"[{p.type}]" for p in parts)


def _tolerant(raw: bytes) -> Decoded:
    found, damaged, reason = tolerant(raw)
    if reason or not isinstance(found, dict):
        return None, False, reason or "not an object"
    record = decode(_fitted(found, Record))
    # What is still no answer is an empty one.
    _answered(record)
    return record, damaged, ""


def _fitted(found: dict[str, Any], kind: type[Struct]) -> bytes:
    """JSON of those fields that have the type they should have."""
    kept = [pair for name, value in found.items() if (pair := _field(name, value, kind))]
    return b"{" + b",".join(kept) + b"}"


def _field(name: str, value: Any, kind: type[Struct]) -> bytes:
    raw = _value(name, value)
    pair = fast.encode(name) + b":" + raw
    try:
        fast.decode(b"{" + pair + b"}", type=kind)
    except DecodeError:
        return b""
    return pair


def _value(name: str, value: Any) -> bytes:
    if name == "message" and isinstance(value, dict):
        return _fitted(value, Message)
    if name == "content" and isinstance(value, list):
        return b"[" + b",".join(_block(piece) for piece in value) + b"]"
    return fast.encode(value)


def _block(piece: Any) -> bytes:
    if isinstance(piece, dict):
        return _fitted(piece, Block)
    return fast.encode({"type": "text", "text": piece} if isinstance(piece, str) else {})
