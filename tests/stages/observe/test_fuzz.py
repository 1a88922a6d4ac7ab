"""Whatever stands in a file, reading it ends, and every line of it is accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from passdown.contract.reader import Blocks, Draft, Line, SessionFacts, Skip
from passdown.domain.errors import Unreadable
from passdown.domain.settings import defaults
from passdown.stages.observe.ingest import ingest
from passdown.stages.observe.readers import SURE, load, sniff
from passdown.storage.memory import open_memory
from passdown.text.redact import Redactor
from tests.stages.observe.conftest import KEY, Still
from tests.stages.observe.formats import SAMPLES

KNOWN = {reader.name: reader for reader in load().known}
LINES = [
    name for name in SAMPLES if KNOWN[name].unit == "line" and not isinstance(KNOWN[name], Blocks)
]
ARRAYS = ("hermes_sharegpt", "openai_messages", "openhands_output", "who_when")
"""Formats whose sessions may stand in one array."""
DOCUMENTS = [name for name in SAMPLES if KNOWN[name].unit == "file"]
APART = 1_000_000
redactor = Redactor(KEY)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    inside = value if isinstance(value, list) else []
    if isinstance(value, dict):
        yield value
        inside = list(value.values())
    for one in inside:
        yield from _objects(one)


@st.composite
def changed(draw: st.DrawFn, rows: list[bytes]) -> bytes:
    """A line of a transcript with fields replaced, anywhere in it."""
    line: Any = json.loads(draw(st.sampled_from(rows)))
    names = sorted({name for row in rows for one in _objects(json.loads(row)) for name in one})
    for _ in range(draw(st.integers(1, 4))):
        target = draw(st.sampled_from(list(_objects(line))))
        target[draw(st.sampled_from([*target, *names]))] = draw(anything)
    return json.dumps(line, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@st.composite
def torn(draw: st.DrawFn, rows: list[bytes]) -> bytes:
    """Two lines cut and put together."""
    first: bytes = draw(st.sampled_from(rows))
    second: bytes = draw(st.sampled_from(rows))
    end, start = draw(st.integers(0, len(first))), draw(st.integers(0, len(second)))
    return first[:end] + second[start:]


@st.composite
def deep(draw: st.DrawFn, rows: list[bytes]) -> bytes:
    """A line in which a field goes down very far."""
    n: int = draw(st.sampled_from([10, 500, 5000, 100_000]))
    row = json.loads(draw(st.sampled_from(rows)))
    row = row[0] if isinstance(row, list) else row
    name = json.dumps(draw(st.sampled_from(sorted(row)))).encode()
    rest = json.dumps(row).encode()[:-1]
    return rest + b"," + name + b":" + b"[" * n + b"1" + b"]" * n + b"}"


@cache
def rows(name: str) -> st.SearchStrategy[bytes]:
    """Lines of this format, sound and unsound."""
    sound = SAMPLES[name]().splitlines()
    return (
        st.sampled_from(sound)
        | changed(sound)
        | torn(sound)
        | deep(sound)
        | st.binary(max_size=60)
        | anything.map(lambda value: json.dumps(value).encode())
    )


def content(lines: list[bytes]) -> bytes:
    return b"".join(line.replace(b"\n", b" ") + b"\n" for line in lines)


def line_of(offset: int) -> int:
    """Where the line stands that a draft is in: one of a whole session may be inside it."""
    return offset // APART * APART


@pytest.mark.parametrize("name", LINES)
@given(data=st.data())
def test_no_reader_of_lines_raises_or_forgets_a_line(name: str, data: st.DataObject) -> None:
    lines = data.draw(st.lists(rows(name), max_size=12))
    given = [Line(n * APART, line) for n, line in enumerate(lines)]
    memory: dict[str, Any] = {}
    drawn = list(KNOWN[name].read(given, memory))
    places = {line.offset for line in given}
    assert all(_home(d.offset) in places for d in drawn if isinstance(d, Draft | Skip))
    drafts = [d for d in drawn if isinstance(d, Draft)]
    assert {d.session for d in drafts} <= {d.id for d in drawn if isinstance(d, SessionFacts)}
    said = {line_of(d.offset) for d in drafts}
    assert not said & {d.offset for d in drawn if isinstance(d, Skip)}
    json.dumps(memory)
    for line in given:
        known = any(_home(d.offset) == line.offset for d in drawn if isinstance(d, Skip))
        if not known:
            found = json.loads(line.raw.decode("utf-8", "replace"))
            assert isinstance(found, dict) or (name in ARRAYS and isinstance(found, list))


def _home(offset: int) -> int:
    """Where the line begins in which something stands."""
    return offset // 1_000_000 * 1_000_000


@pytest.mark.parametrize("name", LINES)
@given(data=st.data())
def test_reading_in_two_parts_is_reading_at_once(name: str, data: st.DataObject) -> None:
    lines = data.draw(st.lists(rows(name), max_size=12))
    given = [Line(n * APART, line) for n, line in enumerate(lines)]
    whole = list(KNOWN[name].read(given, {}))
    cut = data.draw(st.integers(0, len(given)))
    memory: dict[str, Any] = {}
    first = list(KNOWN[name].read(given[:cut], memory))
    kept = json.loads(json.dumps(memory))
    assert [*first, *KNOWN[name].read(given[cut:], kept)] == whole


@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
def test_no_reader_of_documents_raises(name: str, data: st.DataObject) -> None:
    sound = [SAMPLES[name]()]
    unsound = changed(sound) | torn(sound) | deep(sound) | anything.map(_json)
    raw = data.draw(unsound | st.binary(max_size=60))
    drawn = list(KNOWN[name].read([Line(0, raw)], {}))
    drafts = [d for d in drawn if isinstance(d, Draft)]
    assert all(0 <= d.offset <= d.offset + d.length <= len(raw) for d in drafts)
    assert {d.session for d in drafts} <= {d.id for d in drawn if isinstance(d, SessionFacts)}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("name", SAMPLES)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_every_line_of_a_file_is_counted_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    sample = SAMPLES[name]()
    end = data.draw(st.binary(max_size=30))
    lines = data.draw(st.lists(rows(name), max_size=12)) if name in LINES else []
    raw = (sample.splitlines()[0] + b"\n" + content(lines)) if name in LINES else sample
    path = tmp_path_factory.mktemp("f") / "a file"
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


@pytest.mark.parametrize("name", SAMPLES)
@given(head=st.binary(max_size=2000))
def test_no_bytes_make_recognising_a_format_fail(name: str, head: bytes) -> None:
    assert 0.0 <= KNOWN[name].sniff(head) <= 1.0
    try:
        known = sniff(head, KNOWN.values(), "f")
    except Unreadable:
        return
    assert known.sniff(head) >= SURE
