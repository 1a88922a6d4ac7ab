"""Readers are found, chosen by content, and none keeps the others from work."""

from __future__ import annotations

import json
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import pytest

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.errors import Unreadable
from passdown.domain.observation import Seen
from passdown.stages.observe.readers import BUILT_IN, load, sniff
from tests.stages.observe.formats import SAMPLES, cut, drafts, drawn

KNOWN = {reader.name: reader for reader in load().known}


def reader(name: str, sureness: Any) -> Any:
    return SimpleNamespace(name=name, unit="line", verified=False, sniff=lambda head: sureness)


def entry(name: str, thing: Any) -> Any:
    def give() -> Any:
        if isinstance(thing, Exception):
            raise thing
        return thing

    return SimpleNamespace(name=name, value=f"{name}:READER", load=give)


def test_the_built_in_readers_are_named_as_they_are_listed() -> None:
    readers = load()
    assert [r.name for r in readers.known[: len(BUILT_IN)]] == list(BUILT_IN)
    assert readers.named("claude_code") is readers.known[0]
    assert readers.named("nothing") is None


def test_a_third_party_adds_a_reader_and_replaces_none(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, forged = reader("mine", 1.0), reader("claude_code", 1.0)
    found = [entry("mine", mine), entry("forged", forged), entry("bad", ImportError("no such"))]
    monkeypatch.setattr(metadata, "entry_points", lambda group: found)
    readers = load()
    assert readers.named("mine") is mine
    assert readers.named("claude_code") is not forged
    (broken,) = readers.broken
    assert "no such" in broken.what
    assert broken.where.startswith("bad = ")


def test_the_surest_reader_reads_and_the_first_of_equals() -> None:
    weak, strong, equal = reader("weak", 0.5), reader("strong", 0.9), reader("equal", 0.9)
    assert sniff(b"x", [weak, strong, equal], "f") is strong


@pytest.mark.parametrize("sureness", [0.1, "sure", None, float("nan"), -5])
def test_a_format_nobody_knows_names_those_that_are_known(sureness: Any) -> None:
    with pytest.raises(Unreadable, match="no reader knows") as caught:
        sniff(b"x", [reader("b", sureness), reader("a", sureness)], "the file")
    assert caught.value.where == "the file"
    assert "a, b" in caught.value.next


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_is_recognised_by_its_content_alone(name: str) -> None:
    head = SAMPLES[name]()[:65_536]
    assert sniff(head, KNOWN.values(), "a file without a name").name == name
    others = [reader.sniff(head) for reader in KNOWN.values() if reader.name != name]
    assert max(others, default=0.0) < KNOWN[name].sniff(head) / 2


@pytest.mark.parametrize("name", SAMPLES)
def test_a_session_s_facts_come_before_its_drafts_and_nothing_is_skipped(name: str) -> None:
    told: set[str] = set()
    for one in drawn(KNOWN[name], SAMPLES[name]()):
        assert not isinstance(one, Skip)
        if isinstance(one, SessionFacts):
            told.add(one.id)
        else:
            assert one.session in told


@pytest.mark.parametrize("name", SAMPLES)
def test_every_draft_has_an_id_of_its_own_and_the_same_in_every_reading(name: str) -> None:
    uids = [(d.session, d.uid) for d in drafts(KNOWN[name], SAMPLES[name]())]
    assert len(set(uids)) == len(uids)
    assert uids == [(d.session, d.uid) for d in drafts(KNOWN[name], SAMPLES[name]())]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_holds_what_a_person_said_and_a_pair_of_call_and_result(name: str) -> None:
    found = drafts(KNOWN[name], SAMPLES[name]())
    calls = {d.call: d.tool for d in found if d.seen is Seen.CALL}
    results = [d for d in found if d.seen is Seen.RESULT]
    assert any(d.seen is Seen.PROMPT for d in found)
    # Some keep what was said and no calls; Who&When only what a terminal printed.
    assert results or name in ("aider_chat_history", "reply_log", "slack_export")
    assert all(calls.get(d.call) == d.tool for d in results if d.call or name != "who_when")


@pytest.mark.parametrize("name", [name for name in SAMPLES if KNOWN[name].unit == "line"])
def test_a_growing_file_reads_as_a_whole_one_wherever_it_was_cut(name: str) -> None:
    reader, lines = KNOWN[name], cut(KNOWN[name], SAMPLES[name]())
    whole = list(reader.read(lines, {}))
    for n in range(len(lines) + 1):
        memory: dict[str, Any] = {}
        first = list(reader.read(lines[:n], memory))
        assert [*first, *reader.read(lines[n:], json.loads(json.dumps(memory)))] == whole


@pytest.mark.parametrize("name", SAMPLES)
def test_a_draft_points_at_bytes_of_its_file(name: str) -> None:
    content = SAMPLES[name]()
    for one in drafts(KNOWN[name], content):
        assert isinstance(one, Draft)
        assert content[one.offset : one.offset + one.length].strip()
