"""What the reviewer reads: what recurs, the page with its citations, and what becomes of which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.contract.card import Card, Diff, Facts, Quote, Table, Text
from passdown.domain.record import record_id
from passdown.loops.themes import payload as asked
from passdown.loops.themes.page import count, text_of
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.contract.card import Block
    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Replay
    from passdown.domain.observation import Observation
    from passdown.domain.settings import Settings

SHOWN = 3
WIDTH = 200


def card(payload: asked.Payload, observations: Sequence[Observation], replay: Replay) -> Card:
    """The question in one sentence, the page as it would read, what it rests on."""
    quotes = [Quote(o.text, o.seen.value, o.at, o.session, o.seq) for o in observations[:SHOWN]]
    blocks = (Text(f"Replay: {replay.sentence}"), *_blocks(payload), *quotes)
    return Card(one_line(_question(payload), 400), blocks)


def hesitates(payload: asked.Payload, corpus: Corpus, settings: Settings) -> str:
    """A page is read by a person before anybody is told it, whatever was granted."""
    return "a person reads a page before it is one"


def wire(payload: asked.Payload) -> Mapping[str, Any]:
    """The names that posters and scripts know."""
    if isinstance(payload, asked.Alias | asked.Relate):
        return {}
    support = payload.support
    return {
        "entity_ids": list(payload.entities),
        "claim_ids": [record_id(asked.CLAIM, key) for key in payload.claims],
        "session_count": support.sessions,
        "claim_count": support.claims,
        "score": support.score,
        "significance": support.significance,
        "page": text_of(payload),
    }


def _question(payload: asked.Payload) -> str:
    match payload:
        case asked.File():
            return f"Should there be a page of kind {payload.kind} about {payload.title}?"
        case asked.Update():
            title = payload.target.title or payload.title
            return f"Should the page about {title} be written anew?"
        case asked.Alias():
            return f"Is `{payload.alias}` another name of `{payload.name}`?"
        case asked.Relate():
            type = payload.type.replace("_", " ")
            return f"Is it so that `{payload.source}` {type} `{payload.target}`?"


def _blocks(payload: asked.Payload) -> Iterator[Block]:
    if isinstance(payload, asked.Alias):
        yield Text(f"On yes, what names `{payload.alias}` counts as naming `{payload.name}`.")
        return
    if isinstance(payload, asked.Relate):
        yield Facts((("On yes", f"{payload.source} {payload.type} {payload.target}"),))
        return
    if len(payload.scopes) > 1:
        where = ", ".join(payload.scopes)
        yield Text(f"It quotes claims of {where}; on yes it is told everywhere.")
    page = text_of(payload)
    before = payload.before if isinstance(payload, asked.Update) else ""
    title = "On yes, the page" if before else "On yes, a new page"
    yield Diff(title, before, page)
    for one in payload.supersedes:
        yield Text(f"On yes, the page {one.title or one.key} gives way to this one.")
    yield _cited(payload)
    yield Facts(tuple(_facts(payload)))


def _cited(payload: asked.File | asked.Update) -> Block:
    rows = (
        (record_id(asked.CLAIM, one.claim), str(one.sessions), one_line(one.text, WIDTH))
        for one in payload.statements
    )
    return Table(("Claim", "Sessions", "Says"), tuple(rows))


def _facts(payload: asked.File | asked.Update) -> Iterator[tuple[str, str]]:
    support = payload.support
    yield "Names", ", ".join(payload.entities)
    yield "Seen", f"{count(support.sessions, 'session')}, {count(support.claims, 'claim')}"
    yield "From", f"{support.since[:10]} to {support.until[:10]}"
    yield "Score", f"{support.score:g}"
    tested = "not tested: there is too little to test against"
    p = support.significance
    yield "By chance", tested if p is None else f"p = {p:.2g}, adjusted for all that was tested"
