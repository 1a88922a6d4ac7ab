"""What a yes implies: one record put, and the one it replaces retired."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, assert_never

from passdown.domain.change import Link, Put, Retire
from passdown.domain.errors import Conflict, Invalid, NotFound
from passdown.domain.observation import Trust
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.loops.claims import payload as asked
from passdown.text.tokens import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.observation import Observation
    from passdown.domain.scope import Scope
    from passdown.domain.settings import Settings

KIND = "claim"
BESIDE = "holds_beside"
ANSWERS = "answers"


def claim_key(text: str, scope: Scope) -> str:
    """The key of a claim's record: the same words in the same scope are the same record."""
    return hashlib.sha256(f"{normalise(text)}\0{scope}".encode("utf-8", "replace")).hexdigest()[:12]


def changes(payload: asked.Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The changes against the records as they are now; Conflict when the target has moved on."""
    match payload:
        case asked.Add():
            return [Put(_record(payload, corpus))]
        case asked.Supersede():
            return _replace(payload, corpus, Life.SUPERSEDED)
        case asked.KeepBoth():
            old, new = _target(payload.target, corpus), _record(payload, corpus)
            return [Put(new), Link(Edge(new.id, BESIDE, old.id, scope=new.scope))]
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


def _replace(
    payload: asked.Supersede | asked.Answer, corpus: Corpus, life: Life
) -> Sequence[Change]:
    old, new = _target(payload.target, corpus), _record(payload, corpus)
    if new.key == old.key:
        raise Invalid("a claim cannot take its own place", where=old.id, next="Change its text.")
    return [Put(new), Retire(KIND, old.key, old.version, life, superseded_by=new.id)]


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
    quotes = [{"seq": q.seq, "start": q.start, "end": q.end} for q in payload.quotes]
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
