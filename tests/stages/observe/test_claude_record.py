"""A line of Claude Code reads as if all of it had been typed at once, tools' answers included."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st
from msgspec import DecodeError, Struct, json as fast

from passdown.stages.observe.readers.claude_record import (
    Block,
    Part,
    Record,
    is_answer,
    read,
)
from tests.stages.observe.test_fuzz import anything, rows


class Typed(Struct):
    """A piece of a message with its answer."""

    text: str | None = None
    content: str | list[Part] | None = None


class Said(Struct):
    """A message of such pieces."""

    content: str | list[Typed] | None = None


class Whole(Struct):
    """A line with such a message."""

    message: Said | None = None


def at_once(raw: bytes) -> list[Any] | None:
    """The blocks of a message, decoded with their answers; None where that cannot be."""
    try:
        found = fast.decode(raw, type=Whole)
        fast.decode(raw, type=Record)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    content = found.message.content if found.message else None
    return content if isinstance(content, list) else []


def texts(answer: str | list[Part] | None) -> str:
    if isinstance(answer, str):
        return answer
    return "\n".join(f"[{p.type}]" if p.text is None else p.text for p in answer or [])


def blocks(record: Record | None) -> list[Block]:
    content = record.message.content if record and record.message else None
    return content if isinstance(content, list) else []


def same(raw: bytes) -> bool:
    """Whether it was sound, and then reads the same."""
    expected = at_once(raw)
    if expected is None:
        return False
    record, damaged, reason = read(raw)
    assert (damaged, reason) == (False, "")
    found = blocks(record)
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        if is_answer(mine) and mine.content:
            assert mine.text == texts(theirs.content)
        else:
            assert mine.text == theirs.text
    return True


@given(rows("claude_code"))
def test_any_line_reads_as_if_typed_at_once(raw: bytes) -> None:
    same(raw)


answers = st.text() | st.lists(st.fixed_dictionaries({}, optional={"type": st.text()}) | anything)


@given(st.lists(answers | anything, max_size=3), st.sampled_from(["tool_result", "text", "x"]))
def test_any_answer_reads_as_if_typed_at_once(said: list[Any], kind: str) -> None:
    pieces = [{"type": kind, "tool_use_id": "t", "content": one} for one in said]
    raw = fast.encode({"type": "user", "message": {"content": pieces}})
    if not same(raw):
        record, _, reason = read(raw)
        assert not reason
        assert len(blocks(record)) == len(pieces)


def test_an_answer_that_is_none_is_empty_and_the_rest_of_the_line_is_read() -> None:
    raw = (
        b'{"type":"user","uuid":"u","message":{"content":['
        b'{"type":"tool_result","content":{"a":1}},{"type":"tool_result","content":"so"}]}}'
    )
    record, damaged, reason = read(raw)
    assert record is not None
    assert (record.uuid, damaged, reason) == ("u", False, "")
    assert [block.text for block in blocks(record)] == ["", "so"]


def test_bytes_that_are_no_text_are_replaced_in_an_answer_and_said_so() -> None:
    raw = b'{"type":"user","message":{"content":[{"type":"tool_result","content":"\xff!"}]}}'
    record, damaged, _ = read(raw)
    assert damaged
    assert [block.text for block in blocks(record)] == ["\ufffd!"]
