"""What the reviewer reads, and the question that a person's own statement becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from passdown.contract.card import Card, Diff, Facts, Quote, Text
from passdown.contract.loop import Finding
from passdown.domain.errors import Invalid
from passdown.domain.observation import Seen
from passdown.domain.scope import GLOBAL
from passdown.loops.claims import payload as asked
from passdown.loops.claims.ask import entities
from passdown.loops.claims.check import of_text
from passdown.loops.claims.detect import LONGEST
from passdown.loops.claims.draft import stated_key
from passdown.loops.claims.payload import Add, Category
from passdown.loops.claims.rules import PROHIBITION
from passdown.text.draw import likelihood

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.card import Block
    from passdown.contract.loop import Replay
    from passdown.domain.observation import Observation
    from passdown.domain.scope import Scope

STATED = 0.9
"""How sure a statement is that a person put to the gate in so many words."""
MOST_QUOTES = 3
ANSWERS = (
    "Three answers: yes, it takes the other's place; both hold, each in its scope"
    " (approve with --answer KEEP_BOTH); no, what is told stays (reject)."
)
CONTESTED = "While this waits, claim {} is told to nobody, if this rests on what is trusted enough."

ANYWHERE = (
    "No repo is known of the sessions that taught this. On yes it is told in every repo; edit the"
    " scope (repo:<name>) where it holds in one."
)

_SPEAKERS = {
    Seen.PROMPT: "person",
    Seen.REPLY: "assistant",
    Seen.CALL: "call",
    Seen.RESULT: "answer",
    Seen.NOTE: "note",
    Seen.EVENT: "event",
}


def another(said: str) -> str:
    """How to say otherwise what can be no claim as it is."""
    if not said.isprintable():
        return "Take the characters out that nobody sees."
    short = "Say it in a whole sentence."
    return short if len(said) <= LONGEST else "Say it shorter, or as several claims."


def state(text: str, evidence: Sequence[int], scope: Scope) -> Finding[asked.Payload]:
    """The question whether what a person says holds; the first observation is where they say it,
    in these words."""
    said = " ".join(text.split())
    if not 3 <= len(said) <= LONGEST or not said.isprintable():
        raise Invalid(
            f"a claim is one sentence of 3 to {LONGEST} printable characters",
            where=f"{len(said)} characters",
            next=another(said),
        )
    payload = Add(
        text=said,
        category=_category(said),
        scope=scope,
        confidence=STATED,
        quotes=tuple(asked.Quote(seq, 0, len(said)) for seq in evidence[:1]),
        entities=entities(said),
        check=of_text(said),
    )
    key = stated_key(said, scope)
    return Finding(payload, tuple(sorted(set(evidence))), key, said, STATED, scope)


def card(payload: asked.Payload, observations: Sequence[Observation], replay: Replay) -> Card:
    """The question in one sentence, what it stands on, and what becomes of which claim."""
    return Card(_question(payload), tuple(_blocks(payload, observations, replay)))


def _category(said: str) -> Category:
    if said.endswith("?"):
        return "question"
    return "pitfall" if PROHIBITION.match(said) else "fact"


def _question(payload: asked.Payload) -> str:
    match payload:
        case asked.Add():
            return f"Should later sessions {_where(payload.scope)} be told: {payload.text}"
        case asked.Supersede():
            return f"Should sessions {_where(payload.scope)} from now on be told: {payload.text}"
        case asked.KeepBoth():
            return f"Does this hold {_where(payload.scope)} beside what is told: {payload.text}"
        case asked.Answer():
            return f"Does this answer the open question: {payload.text}"
        case asked.Retire():
            return f"Should sessions no longer be told claim {payload.target}: {payload.reason}"
        case _:
            assert_never(payload)


def _where(scope: Scope) -> str:
    family, _, name = scope.partition(":")
    if family == "repo":
        return f"in repo {name}"
    return "of every repo" if scope == GLOBAL else f"of agent {name}"


def _blocks(
    payload: asked.Payload, observations: Sequence[Observation], replay: Replay
) -> Iterator[Block]:
    if isinstance(payload, asked.Retire):
        yield Text(f"Replay: {replay.sentence}")
        yield Diff(f"On yes: claim {payload.target} is no longer told", payload.target, "")
        yield Text(CONTESTED.format(payload.target))
        return
    yield from _quotes(payload, observations)
    if payload.scope == GLOBAL and observations and _is_of_no_repo(observations):
        yield Text(ANYWHERE)
    yield Text(f"Replay: {replay.sentence}")
    yield _diff(payload)
    if isinstance(payload, asked.Supersede):
        yield Text(ANSWERS)
        yield Text(CONTESTED.format(payload.target))
    yield Facts(tuple(_facts(payload, observations)))


def _is_of_no_repo(observations: Sequence[Observation]) -> bool:
    """Whether it was seen in sessions of which no repo is known; what a person puts to the gate
    names its scope."""
    return all(o.scope == GLOBAL and o.pointer is not None for o in observations)


def _quotes(payload: asked.Claim, observations: Sequence[Observation]) -> Iterator[Quote]:
    seen = {o.seq: o for o in observations}
    for quote in payload.quotes[:MOST_QUOTES]:
        one = seen.get(quote.seq)
        if one is None:
            continue
        yield Quote(
            text=" ".join(one.text[quote.start : quote.end].split()),
            speaker=_SPEAKERS[one.seen] + (f" {one.tool}" if one.tool else ""),
            at=one.at,
            session=one.session,
            seq=one.seq,
            file=one.pointer.file if one.pointer else "",
            offset=one.pointer.offset if one.pointer else 0,
        )


def _diff(payload: asked.Claim) -> Diff:
    new = f"{payload.text}\n({payload.category}, {payload.scope})"
    match payload:
        case asked.Supersede() | asked.Answer():
            old = payload.nearest.text if payload.nearest else payload.target
            return Diff(f"On yes: claim {payload.target} is replaced", old, new)
        case asked.KeepBoth():
            return Diff(f"On yes: a new claim; claim {payload.target} stays", "", new)
        case _:
            return Diff("On yes: a new claim", "", new)


def _facts(payload: asked.Claim, observations: Sequence[Observation]) -> Iterator[tuple[str, str]]:
    sessions = {o.session for o in observations}
    yield "Confidence", likelihood(payload.confidence)
    yield "Seen in", f"{len(sessions)} session{'' if len(sessions) == 1 else 's'}"
    if len(payload.quotes) > MOST_QUOTES:
        yield "Quotes", f"{len(payload.quotes)}, of which the first {MOST_QUOTES} are shown"
    if payload.entities:
        yield "Names", ", ".join(payload.entities)
    if payload.check:
        yield "Check", payload.check
    yield from (("Against it", text) for text in payload.against)
    near = payload.nearest
    yield "Nearest claim", f"{near.text} [{near.key}]" if near else "none"
