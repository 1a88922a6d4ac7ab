"""Every built-in reader keeps the contract, and the harness notices each promise that is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest

from passdown.contract.reader import Draft, Drawn, Line, SessionFacts, Skip
from passdown.domain.observation import Seen
from passdown.stages.observe.readers import BUILT_IN, load
from passdown.testing import Broken, check_reader
from tests.stages.observe.formats import SAMPLES

KNOWN = {reader.name: reader for reader in load().known}


def test_every_built_in_reader_has_a_sample() -> None:
    assert set(SAMPLES) == set(BUILT_IN) - {"generic_jsonl"}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_built_in_reader_keeps_the_contract(name: str) -> None:
    foreign = [made() for other, made in SAMPLES.items() if other != name]
    assert check_reader(KNOWN[name], SAMPLES[name]())
    for other in foreign:
        assert KNOWN[name].sniff(other) < KNOWN[name].sniff(SAMPLES[name]())


class Toy:
    """Lines of `toy: TEXT`."""

    name = "toy"
    unit: Literal["line", "file"] = "line"
    verified = False

    def __init__(
        self, change: Callable[[Draft, dict[str, Any]], Iterable[Any]] | None = None
    ) -> None:
        self.change = change or (lambda draft, memory: [draft])

    def sniff(self, head: bytes) -> float:
        return 1.0 if head.startswith(b"toy: ") else 0.0

    def read(self, lines: Iterable[Line], memory: dict[str, Any]) -> Iterator[Drawn]:
        for line in lines:
            text = line.raw.decode("utf-8", "replace")
            if not text.startswith("toy: "):
                yield Skip(line.offset, "no toy")
                continue
            if not memory.get("told"):
                memory["told"] = True
                yield SessionFacts("s")
            draft = Draft("s", f"u{line.offset}", Seen.REPLY, text[5:], line.offset, len(line.raw))
            yield from self.change(draft, memory)


SAMPLE = b"toy: one\ntoy: two\ntoy: three\n"


def test_a_sound_reader_passes() -> None:
    assert [d.text for d in check_reader(Toy(), SAMPLE)] == ["one", "two", "three"]


def counted(draft: Draft, memory: dict[str, Any]) -> list[Draft]:
    memory["n"] = {*memory.get("n", ()), len(memory)}
    return [draft]


def other(draft: Draft, **wrong: Any) -> Draft:
    return replace(draft, **wrong)


SEEN: list[str] = []


def moody(draft: Draft, memory: dict[str, Any]) -> list[Draft]:
    SEEN.append(draft.uid)
    return [replace(draft, text=f"{len(SEEN)}")]


BROKEN: dict[str, tuple[Callable[[Draft, dict[str, Any]], Iterable[Any]], str]] = {
    "draws nothing": (lambda d, m: [], "draws nothing"),
    "an unknown session": (lambda d, m: [replace(d, session="other")], "before the facts"),
    "one uid for all": (lambda d, m: [replace(d, uid="u")], "have the uid 'u'"),
    "no uid": (lambda d, m: [replace(d, uid="")], "no session or no uid"),
    "no kind": (lambda d, m: [other(d, seen="reply")], "is seen as 'reply'"),
    "bytes": (lambda d, m: [other(d, text=b"x")], "has no text"),
    "a local time": (lambda d, m: [replace(d, at="2026-01-01 10:00")], "has the time"),
    "beyond the file": (lambda d, m: [replace(d, length=9999)], "beyond the file"),
    "no place": (lambda d, m: [replace(d, length=0)], "beyond the file"),
    "a failed prompt": (lambda d, m: [replace(d, seen=Seen.PROMPT, ok=False)], "failed prompt"),
    "meta that is no JSON": (lambda d, m: [replace(d, meta={"x": object()})], "is not JSON"),
    "memory that is no JSON": (counted, "memory is not JSON"),
    "another mood": (moody, "draws something else"),
    "an exception": (lambda d, m: [d, d.meta["none"]], "raises KeyError"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_is_noticed(name: str) -> None:
    change, said = BROKEN[name]
    with pytest.raises(Broken, match=said):
        check_reader(Toy(change), SAMPLE)


def test_a_reader_that_forgets_between_two_readings_is_noticed() -> None:
    class Forgetful(Toy):
        def read(self, lines: Iterable[Line], memory: dict[str, Any]) -> Iterator[Drawn]:
            yield SessionFacts("s")
            for n, line in enumerate(lines):
                if line.raw:
                    yield Draft("s", f"u{n}", Seen.REPLY, "x", line.offset, len(line.raw))

    with pytest.raises(Broken, match="read in two parts"):
        check_reader(Forgetful(), SAMPLE)


@pytest.mark.parametrize(
    ("attribute", "value", "said"),
    [
        ("name", "My Toy", "not a word"),
        ("unit", "page", "not line or file"),
        ("verified", "yes", "not yes or no"),
        ("sniff", lambda head: 0.1, "its own sample"),
        ("sniff", lambda head: 2.0, "its own sample"),
        ("sniff", lambda head: 1.0, "what is not its format"),
    ],
)
def test_a_wrong_declaration_is_noticed(attribute: str, value: Any, said: str) -> None:
    reader = Toy()
    setattr(reader, attribute, value)
    with pytest.raises(Broken, match=said):
        check_reader(reader, SAMPLE)
