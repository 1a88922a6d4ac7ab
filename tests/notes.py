"""A small loop with every kind of change in it: what tests of the gate, apply and undo stand on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from passdown.contract import Card, Facts, Finding, Loop, Quote, Replay, over_time
from passdown.domain.change import Change, Emit, Link, Put, Retire, Unlink
from passdown.domain.errors import Conflict
from passdown.domain.observation import Seen
from passdown.domain.record import Edge, Record, record_id
from passdown.domain.scope import GLOBAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract import Corpus
    from passdown.domain.observation import Observation
    from passdown.domain.settings import Settings

KIND = "note"
MARK = "note: "


class Add(Struct, frozen=True, tag_field="action", tag="ADD", forbid_unknown_fields=True):
    """Shall this be noted?"""

    text: str
    scope: str = GLOBAL


class Reword(Struct, frozen=True, tag_field="action", tag="REWORD", forbid_unknown_fields=True):
    """Shall the note of this key say this?"""

    key: str
    text: str


class Revise(Struct, frozen=True, tag_field="action", tag="REVISE", forbid_unknown_fields=True):
    """Shall the note of this key say one thing, and then the other?"""

    key: str
    first: str
    then: str


class Drop(Struct, frozen=True, tag_field="action", tag="DROP", forbid_unknown_fields=True):
    """Shall the note of this key go?"""

    key: str


class Join(Struct, frozen=True, tag_field="action", tag="JOIN", forbid_unknown_fields=True):
    """Do these two belong together?"""

    source: str
    target: str
    why: str = ""


class Part(Struct, frozen=True, tag_field="action", tag="PART", forbid_unknown_fields=True):
    """Do these two not belong together?"""

    source: str
    target: str


class Shout(Struct, frozen=True, tag_field="action", tag="SHOUT", forbid_unknown_fields=True):
    """Shall this be noted, and told outside?"""

    text: str


class Rule(Struct, frozen=True, tag_field="action", tag="RULE", forbid_unknown_fields=True):
    """Shall this bind everybody?"""

    text: str


Payload = Add | Reword | Revise | Drop | Join | Part | Shout | Rule


def key_of(text: str) -> str:
    """The key of a note that says this."""
    return " ".join(text.casefold().split())


def said(observation: Observation) -> str:
    """What an observation asks to be noted; '' when it asks nothing."""
    text = observation.text
    return text[len(MARK) :].strip() if text.startswith(MARK) else ""


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload]]:
    """One finding for each thing that was asked to be noted, however often."""
    every: dict[str, list[Observation]] = {}
    for one in corpus.observations(kinds=(Seen.PROMPT,)):
        text = key_of(said(one))
        if text and corpus.record(KIND, text) is None:
            every.setdefault(text, []).append(one)
    for items in every.values():
        yield finding(Add(said(items[0]), items[0].scope), [o.seq for o in items], items[0].scope)


def state(text: str, seqs: Sequence[int], scope: str) -> Finding[Payload]:
    """The finding that somebody states this."""
    return finding(Add(text, scope), seqs, scope)


def finding(payload: Payload, seqs: Sequence[int], scope: str = GLOBAL) -> Finding[Payload]:
    """A finding of this loop about whatever its payload says."""
    text = getattr(payload, "text", "") or getattr(payload, "key", "") or repr(payload)
    title = " ".join(f"{type(payload).__name__}: {text}".split())[:120]
    sure = min(0.95, 0.7 + 0.05 * len(seqs))
    return Finding(payload, tuple(sorted(seqs)), f"{scope} {key_of(text)}", title, sure, scope)


def replay(payload: Payload, corpus: Corpus, settings: Settings) -> Replay:
    """For: prompts that asked for it; against: prompts that say it is not so."""
    text = key_of(getattr(payload, "text", ""))
    prompts = list(corpus.observations(kinds=(Seen.PROMPT,)))
    right = [o for o in prompts if text and key_of(said(o)) == text]
    wrong = [o for o in prompts if text and key_of(o.text) == f"not {text}"]
    return Replay(
        f"Asked for {len(right)} times, denied {len(wrong)} times.",
        len(right),
        len(wrong),
        tuple(o.seq for o in right[:3]),
        tuple(o.seq for o in wrong[:3]),
        when=over_time(right, wrong),
    )


def doubt(record: Record, why: str, seqs: Sequence[int]) -> Finding[Payload]:
    """What is asked where a note did harm."""
    return finding(Drop(record.key), seqs, record.scope)


def changes(payload: Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """What a yes implies, in the world as it is."""
    match payload:
        case Add(text, scope):
            return [Put(_fresh(corpus, text, scope))]
        case Reword(key, text):
            return [Put(replace(_known(corpus, key), text=text))]
        case Revise(key, first, then):
            old = _known(corpus, key)
            new = replace(old, text=then, version=old.version + 1)
            return [Put(replace(old, text=first)), Put(new)]
        case Drop(key):
            return [Retire(KIND, key, _known(corpus, key).version)]
        case Join(source, target, why):
            return [Link(edge(source, target, why))]
        case Part(source, target):
            return [Unlink(edge(source, target))]
        case Shout(text):
            return [Put(_fresh(corpus, text, GLOBAL)), Emit("shout", {"text": text})]
        case Rule(text):
            return [Put(_fresh(corpus, text, GLOBAL))]


def edge(source: str, target: str, why: str = "") -> Edge:
    """The relation of two notes, by their keys."""
    body = {"why": why} if why else {}
    return Edge(record_id(KIND, source), "joins", record_id(KIND, target), body)


def card(payload: Payload, evidence: Sequence[Observation], replay: Replay) -> Card:
    """The question with what was said."""
    quotes = tuple(Quote(o.text, o.trust.name.lower(), o.at, o.session, o.seq) for o in evidence)
    facts = Facts((("replay", replay.sentence),))
    return Card(finding(payload, [1]).title + "?", (*quotes, facts))


def _fresh(corpus: Corpus, text: str, scope: str) -> Record:
    key = key_of(text)
    if corpus.record(KIND, key) is not None:
        raise Conflict(f"noted already: {key}", next="Reword it instead.")
    return Record(KIND, key, text, scope=scope)


def _known(corpus: Corpus, key: str) -> Record:
    found = corpus.record(KIND, key)
    if found is None:
        raise Conflict(f"no note {key}", next="Mine again.")
    return found


NOTES: Loop[Any] = Loop(
    name="notes",
    summary="What somebody asked to be noted.",
    kinds=(KIND,),
    payload=Payload,
    actions=("ADD", "REWORD", "REVISE", "DROP", "JOIN", "PART", "SHOUT", "RULE"),
    settings=(),
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    doubt=doubt,
    state=state,
    policy=frozenset({"RULE"}),
)
