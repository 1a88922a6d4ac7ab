"""The phrasebook as its operator reads and edits it: every edit is a question put to the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from passdown.domain.errors import Invalid, NotFound
from passdown.domain.record import Life
from passdown.loops.phrasebook.category import CATEGORIES, DEFAULT
from passdown.loops.phrasebook.changes import check, was
from passdown.loops.phrasebook.payload import KIND, Payload, Update
from passdown.text.template import render

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record
    from passdown.domain.settings import Settings

Short = Annotated[str, Meta(max_length=200)]
Long = Annotated[str, Meta(max_length=4_000)]
EVERY = tuple(Life)


def listed(corpus: Corpus, category: Short = "") -> dict[str, Any]:
    """The phrases that were approved, by category and key."""
    found = [one for one in corpus.records(KIND) if category in ("", one.body.get("category"))]
    found.sort(key=lambda one: (str(one.body.get("category")), one.key))
    known = {str(one.body.get("category") or DEFAULT) for one in corpus.records(KIND)}
    choices = sorted(known | {DEFAULT, *CATEGORIES})
    return {"phrases": [_row(one) for one in found], "categories": choices}


def show(corpus: Corpus, settings: Settings, phrase: Short) -> dict[str, Any]:
    """One phrase by its key or id, and what it says as things stand."""
    record = _found(corpus, phrase, EVERY)
    now = render(record.text, settings.snapshot)
    whole = {**record.body, "life": record.life.value, "version": record.version}
    return {**_row(record), **whole, "says_now": now.text, "unresolved": list(now.missing)}


def export(corpus: Corpus) -> dict[str, Any]:
    """Every phrase as another program can take it over, in one order."""
    rows = [
        {
            "key": one.key,
            "pattern": one.body["pattern"],
            "reply": one.text,
            "category": one.body.get("category"),
            "min_similarity": one.body.get("min_similarity", 0.0),
            "prototypes": one.body.get("prototypes", []),
            "enabled": one.body.get("enabled", True),
        }
        for one in corpus.records(KIND)
    ]
    return {"version": 1, "phrases": rows}


def edit(
    corpus: Corpus,
    phrase: Short,
    pattern: Long = "",
    reply: Long = "",
    category: Short = "",
    min_similarity: float = -1.0,
    enable: bool = False,
    reason: Short = "",
) -> Payload:
    """Ask to change a phrase: what is given replaces what is there, once that is approved."""
    record = _found(corpus, phrase)
    now, on = _now(record), bool(record.body.get("enabled", True))
    said = {"pattern": pattern, "reply": reply, "category": category}
    given = now | {name: text for name, text in said.items() if text}
    if min_similarity >= 0:
        given["min_similarity"] = min_similarity
    asked = _update(record, enabled=enable or on, reason=reason, **given)
    if given == now and (on or not enable):
        raise Invalid("nothing would change", where=record.key, next="Give what is to be other.")
    return asked


def disable(corpus: Corpus, phrase: Short, reason: Short = "") -> Payload:
    """Ask that a phrase answers nothing until it is enabled again."""
    record = _found(corpus, phrase)
    return _update(record, enabled=False, reason=reason, **_now(record))


def _now(record: Record) -> dict[str, Any]:
    """What of a phrase can be edited, as it is."""
    body = record.body
    return {
        "pattern": str(body["pattern"]),
        "reply": record.text,
        "category": str(body.get("category", "")),
        "min_similarity": float(body.get("min_similarity", 0.0)),
    }


def _update(record: Record, *, enabled: bool, reason: str, **given: Any) -> Update:
    import msgspec

    raw = {
        "action": "UPDATE",
        "target": record.key,
        "version": record.version,
        "prototypes": record.body.get("prototypes", ()),
        "enabled": enabled,
        "verbatim": record.body.get("verbatim", ""),
        "was": msgspec.to_builtins(was(record)),
        "reason": reason,
        **given,
    }
    try:
        asked = msgspec.convert(raw, Update)
    except msgspec.ValidationError as error:
        raise Invalid(f"not a phrase: {error}", where=record.key) from error
    check(asked)
    return asked


def _found(corpus: Corpus, phrase: str, lives: tuple[Life, ...] = (Life.ACTIVE,)) -> Record:
    """The phrase of this key or id, or of a beginning of one that no other has."""
    every = corpus.records(KIND, lives=lives)
    exact = [one for one in every if phrase in (one.key, one.id)]
    near = [
        one for one in every if phrase and (one.key.startswith(phrase) or one.id.startswith(phrase))
    ]
    found = exact or near
    if len(found) != 1:
        what = "several phrases" if found else "no phrase"
        raise NotFound(f"{what} {phrase[:80]!r}", next="`passdown phrases list` names them.")
    return found[0]


def _row(record: Record) -> dict[str, Any]:
    body = record.body
    return {
        "id": record.id,
        "key": record.key,
        "category": body.get("category", ""),
        "enabled": bool(body.get("enabled", True)),
        "pattern": body["pattern"],
        "reply": record.text,
    }
