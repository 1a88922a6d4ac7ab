"""Records that other programs wrote are typed as far as they fit, and told by their first lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw, Struct, field

from passdown.stages.observe.readers.glimpse import LINES, share
from passdown.stages.observe.readers.typed import Typed


class Piece(Struct):
    text: str | None = None


class Whole(Struct):
    name: str | None = None
    number: int | None = field(default=None, name="aNumber")
    content: str | list[Piece] | None = None
    inner: Piece | None = None
    rest: Raw = Raw(b"null")


wholes = Typed(Whole)


def test_a_sound_record_is_read_as_it_is() -> None:
    found = wholes.read(b'{"name":"a","aNumber":2,"content":[{"text":"b"}],"more":[]}')
    assert found == (Whole("a", 2, [Piece("b")]), False, "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"name": 5, "aNumber": 2}, Whole(number=2)),
        ({"name": "a", "aNumber": "many"}, Whole("a")),
        ({"content": 5}, Whole()),
        ({"content": [{"text": 5}, 7, {"text": "b"}]}, Whole(content=[Piece(), Piece("b")])),
        ({"name": 5, "inner": {"text": "b"}}, Whole(inner=Piece("b"))),
        ({"inner": {"text": 5}}, Whole(inner=Piece())),
        ({"inner": [5]}, Whole()),
        ({"name": 5, "rest": [1]}, Whole(rest=Raw(b"[1]"))),
    ],
)
def test_what_has_the_wrong_type_is_left_out_and_the_rest_is_read(
    value: Any, expected: Whole
) -> None:
    assert wholes.read(json.dumps(value).encode())[0] == expected


def test_bytes_that_are_no_text_are_replaced_and_said_so() -> None:
    assert wholes.read(b'{"name":"caf\xe9"}') == (Whole("caf\ufffd"), True, "")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"[]", "not an object"),
        (b"{", "not JSON"),
        (b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"inner":' + b"[" * 900 + b"]" * 900 + b',"name":5}', ""),
    ],
)
def test_what_is_no_record_says_why(raw: bytes, reason: str) -> None:
    record, _, said = wholes.read(raw)
    assert said.startswith(reason)
    assert (record is None) == bool(said)


def test_no_depth_makes_reading_fail() -> None:
    for depth in (*range(700, 1010), 100_000):
        raw = b'{"name":5,"rest":' + b"[" * depth + b"]" * depth + b"}"
        record, _, reason = wholes.read(raw)
        assert record is not None or reason == "nested too deeply"
    deep = wholes.read(b'{"rest":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert deep == (None, False, "nested too deeply")


def sure(line: bytes) -> float | None:
    return {b"yes": 1.0, b"no": 0.0}.get(line)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"yes\nno\ntorn", 0.5),
        (b"yes\n\ndamaged\n", 1.0),
        (b"yes\n" * LINES + b"no\n" * 100, 1.0),
        (b"yes", 1.0),
        (b'{"mark":', 0.5),
        (b'{"other":', 0.0),
        (b'"mark":', 0.0),
        (b"", 0.0),
    ],
)
def test_a_head_is_as_sure_as_its_first_lines(head: bytes, expected: float) -> None:
    assert share(head, sure, (b'"mark":',)) == expected
