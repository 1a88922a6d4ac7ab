"""The promises of a loop about one finding: what it rests on, says, implies and shows."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from passdown.domain import scope as scopes
from passdown.domain.change import Emit, Link, Put, Retire, Unlink
from passdown.domain.errors import PassdownError
from passdown.testing.broken import Broken, owe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Finding, Loop, Replay
    from passdown.domain.change import Change
    from passdown.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Look:
    """One loop looking at one world: twice the same past, read at once and read as needed."""

    loop: Loop[Any]
    corpus: Corpus
    live: Corpus
    settings: Settings


def check_finding(look: Look, finding: Finding[Any]) -> None:
    """Every promise about this finding; Broken names the first that is not kept."""
    _is_worded(look.loop, finding)
    _rests_on_evidence(look, finding)
    _survives_json(look.loop, finding.payload)
    replay = _replays(look, finding)
    _changes(look, finding)
    _draws(look, finding, replay)


def _is_worded(loop: Loop[Any], finding: Finding[Any]) -> None:
    """It has a key, a title of one line, a confidence, a scope in its stored form, a verb."""
    owe(finding.key.strip(), loop, "a finding has no key")
    title = finding.title.strip()
    owe(title and title.isprintable(), loop, f"a title is not one plain line: {title!r}")
    sure = math.isfinite(finding.confidence) and 0 <= finding.confidence <= 1
    owe(sure, loop, f"{title!r} has confidence {finding.confidence}, which is not in [0, 1]")
    owe(_stored(finding.scope), loop, f"{title!r} has scope {finding.scope!r}")
    action = plain(finding.payload).get("action")
    owe(action in loop.actions, loop, f"{title!r} has action {action!r}, not one of its own")


def _stored(scope: str) -> bool:
    try:
        return scopes.parse(scope) == scope
    except PassdownError:
        return False


def _rests_on_evidence(look: Look, finding: Finding[Any]) -> None:
    """Its evidence exists, may be evidence, and is named once."""
    loop, seqs = look.loop, finding.evidence
    owe(seqs, loop, f"{finding.title!r} rests on nothing")
    owe(len(set(seqs)) == len(seqs), loop, f"{finding.title!r} names evidence twice: {seqs}")
    found = {o.seq for o in look.corpus.get(seqs) if o.minable}
    missing = sorted(set(seqs) - found)
    owe(not missing, loop, f"{finding.title!r} rests on {missing}, which is no evidence")


def _survives_json(loop: Loop[Any], payload: Any) -> None:
    """The payload is the same after a way through JSON, as text and as stored values."""
    try:
        text = msgspec.json.decode(msgspec.json.encode(payload), type=loop.payload)
        stored = msgspec.convert(json.loads(json.dumps(plain(payload))), loop.payload)
    except (TypeError, ValueError) as error:
        raise Broken(f"loop {loop.name!r}: a payload does not survive JSON: {error}") from error
    owe(text == payload == stored, loop, f"a payload comes back from JSON as {stored!r}")


def _replays(look: Look, finding: Finding[Any]) -> Replay:
    """Its replay is one answer, however often and however the past is read, and cites what is."""
    loop, title = look.loop, finding.title
    first = loop.replay(finding.payload, look.corpus, look.settings)
    for corpus in (look.corpus, look.live):
        again = loop.replay(finding.payload, corpus, look.settings)
        owe(again == first, loop, f"the replay of {title!r} changes: {first} then {again}")
    owe(first.sentence.strip(), loop, f"the replay of {title!r} has no sentence")
    owe(min(first.right, first.wrong) >= 0, loop, f"the replay of {title!r} counts below zero")
    finite = all(map(math.isfinite, first.metrics.values()))
    owe(finite, loop, f"the replay of {title!r} has a metric that is no number")
    _is_timed(loop, title, first)
    examples = {*first.right_examples, *first.wrong_examples}
    known = {o.seq for o in look.corpus.get(examples)}
    owe(examples <= known, loop, f"the replay of {title!r} cites what does not exist")
    return first


def _is_timed(loop: Loop[Any], title: str, replay: Replay) -> None:
    """Its counts over time are in order, count something, and are no more than it counts."""
    spells = replay.when
    ordered = [one.at for one in spells] == sorted({one.at for one in spells})
    owe(ordered, loop, f"the replay of {title!r} tells its times out of order")
    counts = all(min(one[1:]) >= 0 and any(one[1:]) for one in spells)
    owe(counts, loop, f"the replay of {title!r} tells times at which nothing was")
    right, wrong = sum(one.right for one in spells), sum(one.wrong for one in spells)
    sound = right <= replay.right and wrong <= replay.wrong
    owe(sound, loop, f"the replay of {title!r} counts more over time than in all")


def _changes(look: Look, finding: Finding[Any]) -> None:
    """What a yes implies is one answer, and touches only the loop's own kinds."""
    loop, title = look.loop, finding.title
    first = list(loop.changes(finding.payload, look.corpus, look.settings))
    again = list(loop.changes(finding.payload, look.live, look.settings))
    owe(first == again, loop, f"the changes of {title!r} differ between two readings of one past")
    owe(first, loop, f"a yes to {title!r} changes nothing")
    for change in first:
        _is_own(look, title, change)


def _is_own(look: Look, title: str, change: Change) -> None:
    kinds = look.loop.kinds
    if isinstance(change, Put):
        own = change.record.kind in kinds
        owe(own, look.loop, f"{title!r} puts a {change.record.kind}, which is not its kind")
        now = look.corpus.record(change.record.kind, change.record.key)
        version = now.version if now else 0
        sound = change.record.version in (0, version)
        owe(sound, look.loop, f"{title!r} replaces a version there is not")
    elif isinstance(change, Retire):
        owe(change.kind in kinds, look.loop, f"{title!r} retires a {change.kind}, not its kind")
    else:
        known = isinstance(change, Link | Unlink | Emit)
        owe(known, look.loop, f"{title!r} implies {change!r}, which is no Change")


def _draws(look: Look, finding: Finding[Any], replay: Replay) -> None:
    """Its card asks a question in one line, can be drawn as lines and sent as JSON."""
    loop, evidence = look.loop, look.corpus.get(finding.evidence)
    card = loop.card(finding.payload, evidence, replay)
    question = card.question.strip()
    owe(question and question.isprintable(), loop, f"a card asks nothing: {card.question!r}")
    lines = list(card.lines())
    owe(all(isinstance(line, str) for line in lines), loop, f"a line of {question!r} is no text")
    owe(any(map(str.strip, lines[1:])), loop, f"the card {question!r} shows nothing to decide by")
    try:
        sent = json.loads(msgspec.json.encode(card))
    except (TypeError, ValueError) as error:
        raise Broken(f"loop {loop.name!r}: a card cannot be sent as JSON: {error}") from error
    owe(len(sent["blocks"]) == len(card.blocks), loop, "a card loses blocks in JSON")


def plain(payload: Any) -> dict[str, Any]:
    """A payload as it is stored."""
    found: dict[str, Any] = msgspec.to_builtins(payload)
    return found


def alike(one: Sequence[Finding[Any]], two: Sequence[Finding[Any]], names: Names) -> bool:
    """Whether two looks found the same, seqs aside: each names its observations its own way."""
    pairs = zip(sorted(one, key=_place), sorted(two, key=_place), strict=False)
    return len(one) == len(two) and all(names.alike(a, b) for a, b in pairs)


def _place(finding: Finding[Any]) -> tuple[str, str, str]:
    return str(plain(finding.payload).get("action")), finding.key, finding.title


@dataclass(frozen=True, slots=True)
class Names:
    """What the seqs of two worlds stand for."""

    one: dict[int, str]
    two: dict[int, str]

    def alike(self, a: Finding[Any], b: Finding[Any]) -> bool:
        """Whether these are one finding made in two worlds."""
        said = (a.key, a.title, a.confidence, a.scope) == (b.key, b.title, b.confidence, b.scope)
        evidence = {self.one[s] for s in a.evidence} == {self.two[s] for s in b.evidence}
        return said and evidence and self._same(plain(a.payload), plain(b.payload))

    def _same(self, a: Any, b: Any) -> bool:
        if isinstance(a, dict) and isinstance(b, dict):
            return a.keys() == b.keys() and all(self._same(a[k], b[k]) for k in a)
        if isinstance(a, list | tuple) and isinstance(b, list | tuple):
            return len(a) == len(b) and all(map(self._same, a, b))
        if isinstance(a, int) and isinstance(b, int) and a in self.one and b in self.two:
            return a == b or self.one[a] == self.two[b]
        return bool(a == b)
