"""What a yes implies: one record put, and the one it replaces retired."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, assert_never

from passdown.domain.change import Link, Put, Retire
from passdown.domain.errors import Conflict, Invalid, NotFound
from passdown.domain.observation import Trust
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.loops.claims import payload as asked
from passdown.loops.claims.draft import root
from passdown.text.entities import ENTITY, mentions, record_key
from passdown.text.tokens import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.observation import Observation
    from passdown.domain.scope import Scope
    from passdown.domain.settings import Settings

KIND = "claim"
CORROBORATION = 0.05
"""How much surer each further session makes what was stated."""
MOST_SURE = 0.9
MOST_QUOTES = 50
BESIDE = "holds_beside"
ANSWERS = "answers"


def claim_key(text: str, scope: Scope) -> str:
    """The key of a claim's record: the same words in the same scope are the same record."""
    return hashlib.sha256(f"{normalise(text)}\0{scope}".encode("utf-8", "replace")).hexdigest()[:12]


def changes(payload: asked.Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The changes against the records as they are now; Conflict when the target has moved on."""
    match payload:
        case asked.Add():
            return [Put(_record(payload, corpus)), *_names(payload, corpus)]
        case asked.Supersede():
            return _replace(payload, corpus, Life.SUPERSEDED)
        case asked.KeepBoth():
            old, new = _target(payload.target, corpus), _beside(payload, corpus)
            beside = Link(Edge(new.id, BESIDE, old.id, scope=new.scope))
            return [Put(new), *_names(payload, corpus), beside]
        case asked.Retire():
            old = _target(payload.target, corpus)
            return [Retire(KIND, old.key, old.version)]
        case asked.Answer():
            done = _replace(payload, corpus, Life.ARCHIVED)
            answer = record_id(KIND, claim_key(payload.text, payload.scope))
            question = record_id(KIND, payload.target)
            return [*done, Link(Edge(answer, ANSWERS, question, scope=payload.scope))]
        case _:
            assert_never(payload)


def join(record: Record, payload: asked.Payload, corpus: Corpus) -> Record | None:
    """The record with this evidence too, surer where other sessions show it; None when none
    does."""
    if isinstance(payload, asked.Retire):
        return None
    known = set(record.body.get("sessions", ()))
    heard = known | {root(corpus, session) for session in known}
    seen = {o.session for o in corpus.get(quote.seq for quote in payload.quotes)}
    fresh = {root(corpus, session) for session in seen} - heard
    if not fresh:
        return None
    more = [_plain(quote) for quote in payload.quotes]
    kept = list(record.body.get("quotes", ()))
    quotes = [*kept, *(q for q in more if q not in kept)][:MOST_QUOTES]
    body = {**record.body, "quotes": quotes, "sessions": sorted(known | seen)}
    risen = min(MOST_SURE, record.confidence + CORROBORATION * len(fresh))
    showed = payload.confidence if payload.cure else 0.0
    return replace(record, body=body, confidence=round(max(record.confidence, risen, showed), 2))


def _replace(
    payload: asked.Supersede | asked.Answer, corpus: Corpus, life: Life
) -> Sequence[Change]:
    old, new = _target(payload.target, corpus), _record(payload, corpus)
    if new.key == old.key:
        raise Invalid("a claim cannot take its own place", where=old.id, next="Change its text.")
    # It ceased to hold when the other began to, not when somebody came to say yes.
    until = new.valid_from if old.valid_from <= new.valid_from else ""
    gone = Retire(KIND, old.key, old.version, life, new.id, until)
    return [Put(new), gone, *_names(payload, corpus)]


def _names(payload: asked.Claim, corpus: Corpus) -> Iterator[Put]:
    """A record for each name in it, which claims share: archived, for a name tells nobody
    anything."""
    kinds = {mention.key: mention.kind for mention in mentions(payload.text)}
    for name in dict.fromkeys(payload.entities):
        key = record_key(name, payload.scope)
        body = {"name": name, "kind": kinds.get(name, "name"), "aliases": []}
        made = Record(ENTITY, key, name, body, scope=payload.scope, life=Life.ARCHIVED)
        yield Put(corpus.record(ENTITY, key) or made, shared=True)


def _beside(payload: asked.KeepBoth, corpus: Corpus) -> Record:
    """The record with the name of the claim it was found to hold beside."""
    new = _record(payload, corpus)
    if new.key == payload.target:
        raise Invalid("a claim holds beside another one", where=new.id, next="Change its scope.")
    both = sorted({*new.body.get("beside", ()), payload.target})
    return replace(new, body={**new.body, "beside": both})


def _target(key: str, corpus: Corpus) -> Record:
    found = corpus.record(KIND, key)
    if found is None:
        raise NotFound(f"no claim {record_id(KIND, key)}", next="Reject this; it is out of date.")
    if found.life not in (Life.ACTIVE, Life.CONTESTED):
        raise Conflict(f"the claim is {found.life} already", where=found.id, next="Reject this.")
    return found


def _record(payload: asked.Claim, corpus: Corpus) -> Record:
    seen = corpus.get(quote.seq for quote in payload.quotes)
    key = claim_key(payload.text, payload.scope)
    before = corpus.record(KIND, key)
    return Record(
        kind=KIND,
        key=key,
        text=payload.text,
        body=_body(payload, seen, before.body if before else {}),
        scope=payload.scope,
        trust=min((int(o.trust) for o in seen), default=int(Trust.AGENT)),
        confidence=payload.confidence,
        valid_from=payload.valid_from,
        valid_to=payload.valid_to,
        version=before.version if before else 0,
    )


def _body(
    payload: asked.Claim, seen: Sequence[Observation], before: dict[str, Any]
) -> dict[str, Any]:
    """What the claim stands on; what it stood on before is kept."""
    quotes = [_plain(quote) for quote in payload.quotes]
    kept = [q for q in before.get("quotes", ()) if q not in quotes]
    sessions = {o.session for o in seen} | set(before.get("sessions", ()))
    body: dict[str, Any] = {
        "category": payload.category,
        "quotes": [*kept, *quotes],
        "sessions": sorted(sessions),
        "entities": list(payload.entities),
    }
    if payload.check:
        body["check"] = payload.check
    if payload.cure:
        cure = payload.cure
        body["signature"] = cure.signature
        body["cure"] = {"tool": cure.tool, "failed": cure.failed, "worked": cure.worked}
    return body


def _plain(quote: asked.Quote) -> dict[str, int]:
    return {"seq": quote.seq, "start": quote.start, "end": quote.end}
