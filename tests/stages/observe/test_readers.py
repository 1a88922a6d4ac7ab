"""Readers are found, chosen by content, and none keeps the others from work."""

from __future__ import annotations

from importlib import metadata
from types import SimpleNamespace
from typing import Any

import pytest

from passdown.domain.errors import Unreadable
from passdown.stages.observe.readers import BUILT_IN, load, sniff


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
