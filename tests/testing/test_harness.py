"""The harness notices every broken promise: each loop here is right but for one thing."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from passdown.contract import Card, Finding, Loop, Replay, Spell, Text
from passdown.contract.mirror import Edit
from passdown.contract.query import Query
from passdown.domain.change import Put, Retire
from passdown.domain.observation import ECHO
from passdown.domain.record import Record
from passdown.domain.settings import Knob
from passdown.testing import (
    Broken,
    assistant,
    check_declaration,
    check_loop,
    check_on,
    flagged,
    person,
    transcript,
)
from tests import notes
from tests.notes import NOTES, Add

PAST = (
    transcript("s1", person("note: tea"), assistant("noted"), person("note: milk"), repo="web"),
    transcript("s2", person("note: tea"), flagged(person("note: salt"), ECHO)),
    transcript("s3", person("note: tea"), person("not tea"), repo="web"),
)


def each(change: Callable[[Finding[Any]], Finding[Any]]) -> Any:
    """The detector, each of its findings changed in one way."""
    return lambda corpus, settings: map(change, notes.detect(corpus, settings))


def with_finding(**facts: Any) -> Loop[Any]:
    return replace(NOTES, detect=each(lambda found: replace(found, **facts)))


def with_payload(payload: Any) -> Loop[Any]:
    return replace(NOTES, payload=payload)


def with_replay(**facts: Any) -> Loop[Any]:
    return replace(NOTES, replay=lambda p, c, s: replace(notes.replay(p, c, s), **facts))


def with_changes(*changes: Any) -> Loop[Any]:
    return replace(NOTES, changes=lambda payload, corpus, settings: changes)


def with_card(card: Card) -> Loop[Any]:
    return replace(NOTES, card=lambda payload, evidence, replay: card)


def edits(before: Any, after: Any, corpus: Any) -> Any:
    """Takes a file that nobody changed for an edit."""
    found = notes.finding(Add("x"), [1])
    yield Edit("x", 1, "", "x", "global", "x", lambda seq: found)


class Loose(msgspec.Struct, frozen=True, tag_field="action", tag="ADD"):
    """Forgets what it was given: it does not survive JSON."""

    text: str
    seen: Any = None


class Untagged(msgspec.Struct, frozen=True):
    """Says no action."""

    text: str


def random_confidence(corpus: Any, settings: Any) -> Any:
    for found in notes.detect(corpus, settings):
        yield replace(found, confidence=random.random())


def by_seq(corpus: Any, settings: Any) -> Any:
    """Names what was stored first, wherever its session stands in time."""
    first = min(corpus.observations(), key=lambda o: o.seq)
    for found in notes.detect(corpus, settings):
        yield replace(found, title=f"{found.title} since {first.uid}")


def scribble(corpus: Any, settings: Any) -> Any:
    for one in corpus.observations():
        one.meta["seen"] = True
    return notes.detect(corpus, settings)


def newest_key(corpus: Any, settings: Any) -> Any:
    for found in notes.detect(corpus, settings):
        yield replace(found, key=f"{found.key} {corpus.now}")


def flaky_replay(payload: Any, corpus: Any, settings: Any) -> Replay:
    return replace(notes.replay(payload, corpus, settings), right=random.randrange(10**9))


def window_replay(payload: Any, corpus: Any, settings: Any) -> Replay:
    """Differs between a past that was read at once and one that is read as needed."""
    return replace(notes.replay(payload, corpus, settings), sentence=type(corpus).__name__)


def untyped(corpus: Any, how) -> str:
    """A query with a parameter of no type."""
    return str(how)


def foreign(corpus: Any, how: threading.Lock) -> str:
    """A query with a parameter that JSON does not know."""
    return str(how)


def undated(payload: Any, corpus: Any, settings: Any) -> Any:
    return [Put(Record("note", random.choice("abcdef"), "x"))]


DECLARED = [
    (replace(NOTES, name="My Notes"), "not a lower-case word"),
    (replace(NOTES, summary=" "), "summary"),
    (replace(NOTES, kinds=()), "names no kind"),
    (replace(NOTES, kinds=("a note",)), "the kind 'a note'"),
    (replace(NOTES, actions=NOTES.actions[1:]), "the payload's tags"),
    (replace(NOTES, actions=(*NOTES.actions, "MORE")), "the payload's tags"),
    (with_payload(Untagged), "tagged by `action`"),
    (with_payload(str), "tagged by `action`"),
    (replace(NOTES, policy=frozenset({"FLY"})), "policy names an action"),
    (replace(NOTES, settings=(Knob("tea", 1, "."),)), "not named notes."),
    (replace(NOTES, settings=(Knob("notes.x", 1, "."),) * 2), "declared twice"),
    (replace(NOTES, settings=(Knob("notes.every", "", "."),)), "declared twice"),
    (replace(NOTES, settings=(Knob("notes.x", 9, ".", 0, 1),)), "refuses its own default"),
    (replace(NOTES, prompt=Path("no/such/prompt.md")), "is no file"),
    (replace(NOTES, queries=(Query("q", lambda corpus: 1),)), "has no docstring"),
    (replace(NOTES, queries=(Query("q", untyped),)), "no type JSON knows"),
    (replace(NOTES, queries=(Query("q", foreign),)), "no type JSON knows"),
    (replace(NOTES, queries=(Query("q", notes.said), Query("q", notes.said))), "one name"),
]

FOUND = [
    (replace(NOTES, detect=lambda corpus, settings: iter(())), "it finds nothing here"),
    (with_finding(key=" "), "has no key"),
    (with_finding(title="two\nlines"), "not one plain line"),
    (with_finding(confidence=1.01), "not in [0, 1]"),
    (with_finding(confidence=float("nan")), "not in [0, 1]"),
    (with_finding(scope="team:x"), "has scope 'team:x'"),
    (with_finding(scope=" global"), "has scope"),
    (with_finding(evidence=()), "rests on nothing"),
    (with_finding(evidence=(1, 1)), "evidence twice"),
    (with_finding(evidence=(1, 999)), "rests on [999]"),
    (with_finding(evidence=(5,)), "rests on [5]"),
    (with_finding(payload=Loose("tea", {1, 2})), "JSON"),
    (with_finding(payload=Loose("tea", (1, 2))), "JSON"),
    (replace(NOTES, detect=random_confidence), "a second look"),
    (replace(NOTES, detect=scribble), "looking changed an observation"),
    (replace(NOTES, detect=by_seq), "stored in another order"),
    (replace(NOTES, detect=newest_key), "asks again"),
    (replace(NOTES, replay=flaky_replay), "the replay of"),
    (replace(NOTES, replay=window_replay), "the replay of"),
    (with_replay(sentence=" "), "no sentence"),
    (with_replay(wrong=-1), "counts below zero"),
    (with_replay(metrics={"x": float("inf")}), "metric that is no number"),
    (with_replay(right_examples=(999,)), "cites what does not exist"),
    (with_replay(right=9, when=(Spell("2026-02", 1, 0), Spell("2026-01", 1, 0))), "out of order"),
    (with_replay(when=(Spell("2026-01", 0, 0),)), "at which nothing was"),
    (with_replay(right=1, when=(Spell("2026-01", 2, 0),)), "more over time than in all"),
    (with_changes(), "changes nothing"),
    (with_changes(Put(Record("claim", "k", "x"))), "puts a claim"),
    (with_changes(Put(Record("note", "k", "x", version=4))), "a version there is not"),
    (with_changes(Retire("claim", "k", 1)), "retires a claim"),
    (with_changes("drop everything"), "which is no Change"),
    (with_changes(Retire("note", "gone", 1)), "never becomes a yes"),
    (replace(NOTES, changes=undated), "differ between two readings"),
    (with_card(Card(" ", (Text("x"),))), "asks nothing"),
    (with_card(Card("two\nlines", (Text("x"),))), "asks nothing"),
    (with_card(Card("Shall it?", ())), "shows nothing to decide by"),
    (with_card(Card("Shall it?", (Text(" "),))), "shows nothing to decide by"),
    (
        replace(NOTES, enrich=lambda seen, writer: iter([notes.finding(Add("x"), [1])])),
        "enriches without an engine",
    ),
    (replace(NOTES, mirror=lambda corpus: {"../x": ""}), "outside its folder"),
    (replace(NOTES, mirror=lambda corpus: {"/x": ""}), "outside its folder"),
    (replace(NOTES, mirror=lambda corpus: {"x": str(random.random())}), "two ways"),
    (replace(NOTES, mirror=lambda corpus: {"x": "y"}, edits=edits), "its own files for edits"),
    (replace(NOTES, state=lambda t, s, w: notes.finding(Add("same"), s, w)), "one question"),
    (
        replace(NOTES, state=lambda t, s, w: notes.finding(Add(str(random.random())), s, w)),
        "two different questions",
    ),
    (replace(NOTES, state=lambda t, s, w: notes.finding(Add(t), (999,), w)), "rests on [999]"),
]


def test_a_loop_that_keeps_its_promises_passes():
    found = check_loop(NOTES, *PAST)
    assert sorted(f.key for f in found) == ["repo:web milk", "repo:web tea"]


@pytest.mark.parametrize(("loop", "said"), DECLARED, ids=lambda x: x if isinstance(x, str) else "")
def test_a_wrong_declaration_is_noticed(loop: Loop[Any], said: str):
    with pytest.raises(Broken) as caught:
        check_declaration(loop)
    assert said in str(caught.value)


@pytest.mark.parametrize(("loop", "said"), FOUND, ids=lambda x: x if isinstance(x, str) else "")
def test_a_broken_promise_is_noticed(loop: Loop[Any], said: str):
    with pytest.raises(Broken) as caught:
        check_loop(loop, *PAST)
    assert said in str(caught.value)
    assert "'notes'" in str(caught.value)


def test_a_past_with_nothing_in_it_is_no_fault():
    assert check_on(NOTES, transcript("s1", person("hello"))) == []
    assert check_on(NOTES) == []
