"""From drafts to questions: what joins a claim asks nothing, what speaks against one asks which of
them holds, and of two claims that are both told the later one asks to replace the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import asdict

from passdown.contract.loop import Finding
from passdown.loops.claims.changes import join
from passdown.loops.claims.draft import key
from passdown.loops.claims.known import QUESTION, Claims, rivals
from passdown.loops.claims.payload import Add, Cure, Known, Quote, Supersede
from passdown.text.entities import keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record
    from passdown.loops.claims.draft import Draft
    from passdown.loops.claims.payload import Payload

MOST_QUOTES = 30
MOST_ENTITIES = 20
MOST_AGAINST = 5


def ask(drafts: Iterable[Draft], corpus: Corpus) -> list[Finding[Payload]]:
    """Each draft as the question it is, or as evidence of the claim that says it already."""
    every, claims = list(drafts), Claims(corpus)
    denied = rivals((d.text, d.scope) for d in every if not d.cure and d.category != QUESTION)
    found = [_asked(d, claims, denied.get((d.text, d.scope), []), corpus) for d in every]
    return [one for one in (*found, *_strife(claims, corpus)) if one]


def entities(text: str) -> tuple[str, ...]:
    """The names in it that others use too, as the index of mentions knows them."""
    return tuple(dict.fromkeys(keys(text)))[:MOST_ENTITIES]


def _asked(
    draft: Draft, claims: Claims, denied: Sequence[str], corpus: Corpus
) -> Finding[Payload] | None:
    last = max((o.at for o in draft.seen), default="")
    asks = draft.category == QUESTION
    stand = claims.stand(draft.text, draft.scope, last, asks=asks)
    payload = _add(draft, stand.nearest, denied)
    if stand.same:
        return _joining(draft, payload, stand.same, corpus)
    if stand.settled:
        return None
    if stand.against is None or draft.cure or asks:
        return _finding(draft, payload)
    known = Known(stand.against.key, stand.against.text[:600])
    fields = {**asdict(payload), "nearest": known, "target": stand.against.key}
    which = draft._replace(key=key("supersede", draft.key, stand.against.key))
    return _finding(which, Supersede(**fields))


def _joining(draft: Draft, payload: Add, record: Record, corpus: Corpus) -> Finding[Payload] | None:
    """The draft as evidence of the record; None when it shows nothing that is not known."""
    if join(record, payload, corpus) is None:
        return None
    return _finding(draft, payload, record.key)


def _strife(claims: Claims, corpus: Corpus) -> Iterator[Finding[Payload]]:
    for later, before in claims.strife(corpus.now):
        seqs = [int(q["seq"]) for q in later.body.get("quotes", ())]
        evidence = tuple(o.seq for o in corpus.get(seqs))
        if evidence:
            which = key("strife", later.key, before.key)
            payload = _again(later, before)
            title, sure = later.text, later.confidence
            yield Finding(payload, evidence, which, title, sure, later.scope)


def _again(later: Record, before: Record) -> Supersede:
    """The claim as it stands, asked to take the place of the one before."""
    body = later.body
    cure = body.get("cure")
    return Supersede(
        text=later.text,
        category=body.get("category", "fact"),
        scope=later.scope,
        confidence=later.confidence,
        quotes=tuple(Quote(**quote) for quote in body.get("quotes", ())),
        entities=tuple(body.get("entities", ())),
        check=body.get("check", ""),
        cure=Cure(**cure, signature=body.get("signature", "")) if cure else None,
        valid_from=later.valid_from,
        nearest=Known(before.key, before.text[:600]),
        target=before.key,
    )


def _add(draft: Draft, nearest: Record | None, denied: Sequence[str]) -> Add:
    return Add(
        text=draft.text,
        category=draft.category,
        scope=draft.scope,
        confidence=draft.confidence,
        quotes=draft.quotes[:MOST_QUOTES],
        entities=entities(draft.text),
        check=draft.check,
        cure=draft.cure,
        valid_from=min((o.at for o in draft.seen if o.at), default=""),
        nearest=Known(nearest.key, nearest.text[:600]) if nearest else None,
        against=tuple(text[:600] for text in denied[:MOST_AGAINST]),
    )


def _finding(draft: Draft, payload: Payload, joins: str = "") -> Finding[Payload]:
    return Finding(
        payload=payload,
        evidence=tuple(sorted({o.seq for o in draft.seen})),
        key=draft.key,
        title=draft.text,
        confidence=draft.confidence,
        scope=draft.scope,
        joins=joins,
    )
