"""One entry of a pi session as a typed value."""

from __future__ import annotations

from msgspec import Raw, Struct

from passdown.stages.observe.readers.typed import Typed


class Part(Struct):
    """A piece of a message: text, thinking, a picture or a tool call."""

    type: str | None = None
    text: str | None = None
    id: str | None = None
    name: str | None = None
    arguments: Raw = Raw(b"null")


class Counted(Struct, rename="camel"):
    """What one answer of the model took, in tokens."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None


class Message(Struct, rename="camel"):
    """What somebody said, by role."""

    role: str | None = None
    content: str | list[Part] | None = None
    model: str | None = None
    usage: Counted | None = None
    stop_reason: str | None = None
    error_message: str | None = None
    tool_call_id: str | None = None
    tool_name: str | None = None
    is_error: bool | None = None
    command: str | None = None
    output: str | None = None
    exit_code: int | None = None
    exclude_from_context: bool | None = None
    summary: str | None = None


class Entry(Struct, rename="camel"):
    """One line. Entries form a tree; those of the first version follow each other."""

    type: str | None = None
    id: str | None = None
    parent_id: str | None = None
    timestamp: str | None = None
    message: Message | None = None
    cwd: str | None = None
    model_id: str | None = None
    parent_session: str | None = None
    branched_from: str | None = None
    content: str | list[Part] | None = None
    summary: str | None = None
    name: str | None = None


entries = Typed(Entry)


def words(content: str | list[Part] | None) -> str:
    """The texts of a message."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(part.text for part in content if part.type == "text" and part.text)


def pictures(content: str | list[Part] | None) -> int:
    """How many pictures stand in a message."""
    parts = content if isinstance(content, list) else []
    return sum(part.type == "image" for part in parts)
