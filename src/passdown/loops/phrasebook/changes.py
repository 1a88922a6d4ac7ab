"""What a yes implies: a phrase is made, replaced or taken out of service."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.change import Put, Retire as TakeOut
from passdown.domain.errors import Conflict, Invalid
from passdown.domain.record import Life, Record
from passdown.loops.phrasebook.payload import KIND, Add, Payload, Retire, Update, Was
from passdown.text.phrases import compiled
from passdown.text.template import placeholders
from passdown.text.tokens import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.settings import Settings

_PART = re.compile(r"[^a-z0-9]+")
_SYNTAX = re.compile(r"\(\?i\)|\\[a-zA-Z]")
_NEARLY = re.compile(r"\{\s*snapshot\b[^}]*\}")


def changes(payload: Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The record as it would be; Invalid with the reason where pattern or reply can be none,
    Conflict where the phrase is not what was asked about."""
    match payload:
        case Add():
            check(payload)
            return [Put(_new(payload, corpus))]
        case Update():
            check(payload)
            return [Put(_changed(payload, corpus))]
        case Retire(target=key):
            return [TakeOut(KIND, key, known(corpus, key).version)]


def check(payload: Add | Update) -> None:
    """Invalid, with the reason, where the pattern is evil or a placeholder is misspelt."""
    compiled(payload.pattern)
    sound = set(placeholders(payload.reply))
    for found in _NEARLY.findall(payload.reply):
        if found.strip("{}") not in sound:
            raise Invalid(
                f"no placeholder: {found[:80]}",
                where="reply",
                next="Write it as {snapshot.NAME}, with the dotted name of one value.",
            )


def key_of(payload: Add) -> str:
    """The key of a new phrase: words it is asked in, and what tells it from all others."""
    said = (*payload.prototypes, _SYNTAX.sub(" ", payload.pattern))[0]
    words = _PART.sub("-", normalise(said)[:48]).strip("-")
    digest = hashlib.sha256(normalise(said).encode("utf-8", "replace")).hexdigest()[:8]
    return f"{words}-{digest}" if words else digest


def known(corpus: Corpus, key: str) -> Record:
    """The phrase of this key that is in service; Conflict when there is none."""
    record = corpus.record(KIND, key)
    if record is None or record.life is not Life.ACTIVE:
        raise Conflict(f"no phrase {key}", next="`passdown phrases list` names those there are.")
    return record


def was(record: Record) -> Was:
    """The phrase as it is, for whoever is asked whether to change it."""
    body = record.body
    return Was(
        pattern=str(body.get("pattern", "")),
        reply=record.text,
        category=str(body.get("category", "")),
        min_similarity=float(body.get("min_similarity", 0.0)),
        enabled=bool(body.get("enabled", True)),
    )


def _new(payload: Add, corpus: Corpus) -> Record:
    key = key_of(payload)
    before = corpus.record(KIND, key)
    if before is not None and before.life is Life.ACTIVE:
        raise Conflict(f"there is a phrase {key}", next="Propose to change that one.")
    version = before.version if before else 0
    sure = payload.seen.raw or 1.0
    return Record(
        KIND, key, payload.reply, _body(payload, enabled=True), confidence=sure, version=version
    )


def _changed(payload: Update, corpus: Corpus) -> Record:
    record = known(corpus, payload.target)
    if record.version != payload.version:
        raise Conflict(f"{payload.target} was changed since", next="Look at it, then ask again.")
    body = {**record.body, **_body(payload, enabled=payload.enabled)}
    if not payload.seen.size:  # a person's edit was made from nothing that was seen
        body |= {name: record.body.get(name) for name in ("asked", "usd")}
    return replace(record, text=payload.reply, body=body)


def _body(payload: Add | Update, *, enabled: bool) -> dict[str, Any]:
    """What is kept: what matching and telling need, and what it was made from."""
    return {
        "pattern": payload.pattern,
        "reply": payload.reply,
        "category": payload.category,
        "min_similarity": payload.min_similarity,
        "prototypes": list(payload.prototypes),
        "enabled": enabled,
        "verbatim": payload.verbatim,
        "stale": list(payload.stale),
        "synthesized": payload.synthesized,
        "asked": payload.seen.size,
        "usd": payload.seen.usd,
    }
