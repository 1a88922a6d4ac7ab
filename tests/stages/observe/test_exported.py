"""Exported conversations in the store: whatever shape their file has, each counts once."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.scope import ALL
from passdown.stages.observe.readers.outline import is_document, outline, outlines
from passdown.storage.port import Store
from tests.stages.observe.chats import hermes, messages, openai, run, session
from tests.stages.observe.clients import jsonl
from tests.stages.observe.conftest import Read, everything

SESSIONS = [session(), session("ferry-2", model="a-model-1")]


def pretty(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode()


SHAPES = {
    "lines": openai(),
    "lines without an end": openai().rstrip(),
    "an array": json.dumps(SESSIONS).encode(),
    "a document": pretty(SESSIONS),
    "compressed lines": gzip.compress(openai()),
    "a compressed document": gzip.compress(pretty(SESSIONS)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_session_is_the_same_in_every_shape_of_file(
    read: Read, store: Store, tmp_path: Path, shape: str
) -> None:
    (tmp_path / "first").write_bytes(openai())
    (tmp_path / "again").write_bytes(SHAPES[shape])
    first, again = read(tmp_path / "first"), read(tmp_path / "again")
    assert (first.sessions, first.observations, first.skips) == (2, 16, 0)
    assert (again.observations, again.known, again.skips) == (0, 16, 0)
    assert len(everything(store)) == 16


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_from_a_pipe(read: Read, shape: str) -> None:
    done = read("-", piped=io.BytesIO(SHAPES[shape]))
    assert (done.sessions, done.observations, done.skips) == (2, 16, 0)


def test_a_file_of_sessions_is_read_on_from_where_it_ended(
    read: Read, store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "t"
    path.write_bytes(jsonl([session()]))
    assert read(path).observations == 8
    with path.open("ab") as file:
        file.write(jsonl([session("ferry-3")]))
    done = read(path)
    assert (done.observations, done.known, done.rewritten) == (8, 0, 0)


def test_a_file_of_messages_grows_within_its_session(
    read: Read, store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "t"
    path.write_bytes(jsonl(messages()[:3]))
    read(path)
    path.write_bytes(jsonl(messages()))
    assert read(path).observations == 6
    with store.read(ALL) as tx:
        (only,) = tx.observations.sessions()
    assert (only.outcome, len(everything(store))) == ("thanked", 8)


def test_what_a_dataset_says_of_a_run_stands_with_the_session(
    read: Read, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "t").write_bytes(hermes())
    assert read(tmp_path / "t").unkept == {"context": 2, "thinking": 6}
    with store.read(ALL) as tx:
        told = [(s.agent, s.meta["completed"]) for s in tx.observations.sessions()]
    assert sorted(told) == [("hermes", False), ("hermes", True)]


def test_an_outline_names_every_field_by_its_path() -> None:
    found = outline(json.dumps({"a": {"b": ["x", {"c": "y"}]}, "d": 1}).encode())
    assert found == {"a": set(), "a.b": set(), "a.b[]": {"x"}, "a.b[].c": {"y"}, "d": set()}


def test_a_cut_value_is_outlined_as_far_as_it_goes() -> None:
    assert outline(b'{"a": {"b": "x"}, "c": "y and') == {"a": set(), "a.b": {"x"}, "c": set()}
    assert outline(b'{"a\\"b": "\\\\", "c') == {'a\\"b': {"\\\\"}}


def test_an_array_s_elements_are_outlined_as_if_each_stood_alone() -> None:
    assert outline(b'[{"a": 1}, {"b": "x"}]') == {"[]": set(), "a": set(), "b": {"x"}}


def test_each_line_that_tells_something_has_an_outline() -> None:
    lines = b'{"a": 1}\n{"bad": \n{}\n\x01\n{"b": 1}\n{"c'
    assert [sorted(one) for one in outlines(lines)] == [["a"], ["b"]]
    assert [sorted(one) for one in outlines(b'{"a": {"b": "x')] == [["a", "a.b"]]
    assert outlines(b"plain text\n") == outlines(b"") == ()
    assert is_document(pretty(run()))
    assert not is_document(hermes())
    assert not is_document(b"")
