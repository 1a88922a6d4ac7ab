"""Whatever stands in a file, reading it ends, and every line of it is accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from passdown.contract.reader import Draft, Line, SessionFacts, Skip
from passdown.domain.errors import Unreadable
from passdown.domain.settings import defaults
from passdown.stages.observe.ingest import ingest
from passdown.stages.observe.readers import SURE, load, sniff
from passdown.stages.observe.readers.claude_code import READER
from passdown.storage.memory import open_memory
from passdown.text.redact import Redactor
from tests.stages.observe.conftest import KEY, Still
from tests.stages.observe.transcript import sample

ROWS = sample().bytes().splitlines()
redactor = Redactor(KEY)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = {"message", "content", "summary", "data", "attachment", "toolUseResult", "origin"}
names = st.sampled_from(sorted(FIELDS.union(*(json.loads(row) for row in ROWS))))


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """A line of a transcript with fields replaced, anywhere in it."""
    line: Any = json.loads(draw(st.sampled_from(ROWS)))
    for _ in range(draw(st.integers(1, 4))):
        target = draw(st.sampled_from(list(_objects(line))))
        target[draw(st.sampled_from([*target]) | names if target else names)] = draw(anything)
    return json.dumps(line, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    inside = value if isinstance(value, list) else []
    if isinstance(value, dict):
        yield value
        inside = list(value.values())
    for one in inside:
        yield from _objects(one)


@st.composite
def torn(draw: st.DrawFn) -> bytes:
    """Two lines cut and put together."""
    first: bytes = draw(st.sampled_from(ROWS))
    second: bytes = draw(st.sampled_from(ROWS))
    end, start = draw(st.integers(0, len(first))), draw(st.integers(0, len(second)))
    return first[:end] + second[start:]


@st.composite
def deep(draw: st.DrawFn) -> bytes:
    n: int = draw(st.sampled_from([10, 500, 5000, 100_000]))
    name = str(draw(names)).encode()
    return b'{"type":"user","sessionId":"s","' + name + b'":' + b"[" * n + b"1" + b"]" * n + b"}"


rows = (
    st.sampled_from(ROWS)
    | changed()
    | torn()
    | deep()
    | st.binary(max_size=60)
    | anything.map(lambda value: json.dumps(value).encode())
)


def content(lines: list[bytes]) -> bytes:
    return b"".join(line.replace(b"\n", b" ") + b"\n" for line in lines)


@given(st.lists(rows, max_size=12))
def test_the_reader_never_raises_and_forgets_no_line(lines: list[bytes]) -> None:
    given = [Line(n * 1000, line) for n, line in enumerate(lines)]
    memory: dict[str, Any] = {}
    drawn = list(READER.read(given, memory))
    places = {line.offset for line in given}
    assert all(d.offset in places for d in drawn if isinstance(d, Draft | Skip))
    drafts = [d for d in drawn if isinstance(d, Draft)]
    assert {d.session for d in drafts} <= {d.id for d in drawn if isinstance(d, SessionFacts)}
    assert not {d.offset for d in drafts} & {d.offset for d in drawn if isinstance(d, Skip)}
    json.dumps(memory)
    for line in given:
        known = any(d.offset == line.offset for d in drawn if isinstance(d, Skip))
        if not known:
            assert isinstance(json.loads(line.raw.decode("utf-8", "replace")), dict)


@given(st.lists(rows, max_size=12), st.data())
def test_reading_in_two_parts_is_reading_at_once(lines: list[bytes], data: st.DataObject) -> None:
    given = [Line(n * 1000, line) for n, line in enumerate(lines)]
    whole = list(READER.read(given, {}))
    cut = data.draw(st.integers(0, len(given)))
    memory: dict[str, Any] = {}
    first = list(READER.read(given[:cut], memory))
    assert [*first, *READER.read(given[cut:], json.loads(json.dumps(memory)))] == whole


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, max_size=12), st.binary(max_size=30))
def test_every_line_of_a_file_is_counted_once(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], end: bytes
) -> None:
    path = tmp_path_factory.mktemp("f") / "t.jsonl"
    raw = ROWS[0] + b"\n" + content(lines)
    path.write_bytes(raw + end.replace(b"\n", b" ").replace(b"\0", b" "))
    store = open_memory(Still())
    given: dict[str, Any] = {
        "readers": load(),
        "redactor": redactor,
        "settings": defaults(),
        "clock": Still(),
    }
    done = ingest(store, [path], **given)
    if done.refusals:
        assert b"\0" in raw[:65_536] or raw.startswith(b"\xff\xfe")
        return
    full = sum(1 for line in path.read_bytes().splitlines() if line.strip())
    assert done.records + done.skips + done.torn >= 1
    assert done.observations == sum(done.kinds.values())
    again = ingest(store, [path], **given)
    assert (again.observations, again.unchanged) == (0, 1)
    assert full >= done.torn


@given(st.binary(max_size=2000))
def test_no_bytes_make_recognising_a_format_fail(head: bytes) -> None:
    assert 0.0 <= READER.sniff(head) <= 1.0
    try:
        known = sniff(head, load().known, "f")
    except Unreadable:
        return
    assert known.sniff(head) >= SURE
