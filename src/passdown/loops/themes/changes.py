"""What a yes implies: a page, held against its claims as they are now; another name; a relation."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, assert_never

from msgspec.structs import replace as with_

from passdown.domain.change import Link, Put, Retire, Unlink
from passdown.domain.errors import Conflict, Invalid
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.domain.scope import GLOBAL
from passdown.loops.themes import payload as asked
from passdown.loops.themes.claims import aliases, named
from passdown.loops.themes.clusters import about, theme
from passdown.loops.themes.kinds import check
from passdown.loops.themes.page import text_of, told
from passdown.loops.themes.payload import CLAIM
from passdown.loops.themes.synthesis import scope_of, scopes, support
from passdown.text.entities import ENTITY, record_key
from passdown.text.tokens import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.settings import Settings
    from passdown.loops.themes.claims import Claim
    from passdown.loops.themes.clusters import Theme

CITES, POINTS, IS_ABOUT = "cites", "links_to", "is_about"
KEPT_SESSIONS = 500
_PART = re.compile(r"[^\w]+")


def changes(payload: asked.Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The changes against claims and pages as they are now; Conflict where too little of what the
    page was to say still holds, Invalid where it says what no claim does."""
    match payload:
        case asked.File() | asked.Update():
            return list(_page(payload, corpus, settings))
        case asked.Alias():
            return list(_alias(payload, corpus))
        case asked.Relate():
            return [Link(_relation(payload, corpus))]
        case _:
            assert_never(payload)


def page_key(names: Sequence[str]) -> str:
    """The key of a new page: the names it is about, in words and for certain."""
    words = _PART.sub("-", normalise(" ".join(names[:3]))[:60]).strip("-")
    digest = hashlib.sha256("\0".join(sorted(names)).encode("utf-8", "replace")).hexdigest()[:8]
    return f"{words}-{digest}" if words else digest


# ---- pages


def _page(
    payload: asked.File | asked.Update, corpus: Corpus, settings: Settings
) -> Iterator[Change]:
    check(payload, settings)
    claims = named(corpus, settings, payload.claims)
    page, found = _verified(payload, claims, settings)
    record = _record(page, found, corpus)
    yield Put(record)
    for one in page.supersedes:
        if (one.kind, one.key) != (record.kind, record.key):
            old = _standing(one, corpus)
            yield Retire(old.kind, old.key, old.version, Life.SUPERSEDED, record.id)
    yield from _edges(page, record, corpus)


def _verified(
    page: asked.File | asked.Update, claims: Mapping[str, Claim], settings: Settings
) -> tuple[asked.File | asked.Update, Theme]:
    """The page with what of its claims still holds and is about its names, and no word else."""
    found = theme(
        page.entities,
        about(page.entities, claims.values()),
        page.support.score,
        page.support.significance,
    )
    left = {claim.key: claim for claim in found.claims}
    for one in page.statements:
        if one.claim in claims and one.text != claims[one.claim].record.text[:600]:
            what = f"a statement is not what claim {record_id(CLAIM, one.claim)} says"
            raise Invalid(what, where=one.text[:120], next="Cite claims word for word.")
    _enough(page, found, settings)
    kept = tuple(one for one in page.statements if one.claim in left)
    if not kept:
        raise Conflict("none of what it cites holds any more", next="Mine again, then decide.")
    pairs = tuple(p for p in page.against if p.one in left and p.other in left)
    keys = tuple(key for key in page.claims if key in left)
    told_where = scopes(found.claims)
    if not {*told_where} <= {*page.scopes}:
        raise Conflict("its claims are of other repos than it says", next="Mine again.")
    fresh = with_(page, claims=keys, statements=kept, against=pairs)
    return with_(fresh, support=support(found), scopes=told_where), found


def _enough(page: asked.File | asked.Update, found: Theme, settings: Settings) -> None:
    """Conflict, with the figures, where what is left is no theme any more. An update may shrink
    a page: it stands already."""
    if isinstance(page, asked.Update) and found.claims:
        return
    if missing := lacking(found, settings):
        raise Conflict(f"it is below the thresholds now: {missing}", next="Reject this.")


def lacking(found: Theme, settings: Settings) -> str:
    """What a cluster lacks to be a theme, in figures; '' when it is one."""
    least = (
        ("sessions", len(found.sessions), settings.whole("themes.min_sessions")),
        ("claims", len(found.claims), settings.whole("themes.min_claims")),
    )
    return ", ".join(f"{n} of {wanted} {what}" for what, n, wanted in least if n < wanted)


def _record(page: asked.File | asked.Update, found: Theme, corpus: Corpus) -> Record:
    before = _before(page, corpus)
    made = Record(
        kind=page.kind,
        key=before.key if before else page_key(page.entities),
        text=told(page),
        body=_body(page, found),
        scope=scope_of(page.scopes),
        trust=min(claim.record.trust for claim in found.claims),
        confidence=round(min(claim.record.confidence for claim in found.claims), 2),
        valid_from=page.support.since,
    )
    return replace(made, version=before.version) if before else made


def _before(page: asked.File | asked.Update, corpus: Corpus) -> Record | None:
    """The record that is replaced; Conflict where that is not what was looked at."""
    if isinstance(page, asked.Update):
        if page.kind != page.target.kind:
            raise Invalid("a page stays of its kind", where="kind", next="File another one.")
        return _standing(page.target, corpus)
    record = corpus.record(page.kind, page_key(page.entities))
    if record is not None and record.life is Life.ACTIVE:
        raise Conflict("there is such a page", where=record.id, next="Propose to update it.")
    return record


def _standing(target: asked.Target, corpus: Corpus) -> Record:
    record = corpus.record(target.kind, target.key)
    if record is None or record.life is not Life.ACTIVE or not record.body.get("page"):
        where = record_id(target.kind, target.key)
        raise Conflict("there is no such page any more", where=where, next="Reject this.")
    if record.version != target.version:
        raise Conflict("the page was changed since", where=record.id, next="Mine again.")
    return record


def _body(page: asked.File | asked.Update, found: Theme) -> dict[str, Any]:
    """What is kept: the page, what it was made from, and what finds it."""
    return {
        "title": page.title,
        "page": text_of(page),
        "entities": list(page.entities),
        "keys": list(page.claims),
        "claims": [record_id(CLAIM, key) for key in page.claims],
        "cited": [one.claim for one in page.statements],
        "cites": [record_id(CLAIM, one.claim) for one in page.statements],
        "fields": dict(page.fields),
        "sessions": sorted(found.sessions)[:KEPT_SESSIONS],
        "session_count": page.support.sessions,
        "claim_count": page.support.claims,
        "score": page.support.score,
        "significance": page.support.significance,
    }


def _edges(page: asked.File | asked.Update, record: Record, corpus: Corpus) -> Iterator[Change]:
    """What the page cites, points to and is about; and no longer does."""
    now = _ends(record) | _names(record, page.scopes, corpus)
    now |= {(POINTS, record_id(one.kind, one.key)) for one in page.links}
    old = corpus.record(record.kind, record.key)
    was = _ends(old) if old and old.life is Life.ACTIVE else set()
    was |= _names(old, page.scopes, corpus) if was and old else set()
    for type, end in sorted(was - now):
        yield Unlink(Edge(record.id, type, end, scope=old.scope if old else record.scope))
    for type, end in sorted(now):
        yield Link(Edge(record.id, type, end, scope=record.scope))


def _ends(record: Record) -> set[tuple[str, str]]:
    return {(CITES, id) for id in record.body.get("cites", ())}


def _names(record: Record, scopes: Sequence[str], corpus: Corpus) -> set[tuple[str, str]]:
    """The records of its names, as far as names have one."""
    every = (record_key(n, s) for n in record.body["entities"] for s in (GLOBAL, *scopes))
    return {(IS_ABOUT, record_id(ENTITY, k)) for k in every if corpus.record(ENTITY, k)}


# ---- names


def _alias(payload: asked.Alias, corpus: Corpus) -> Iterator[Change]:
    called = aliases(corpus)
    if called.get(payload.alias, payload.alias) == called.get(payload.name, payload.name):
        raise Conflict("these are one name already", next="Reject this.")
    name = called.get(payload.name, payload.name)
    record = corpus.record(ENTITY, record_key(name, GLOBAL)) or entity(name)
    known = [*record.body.get("aliases", ()), payload.alias]
    yield Put(replace(record, body={**record.body, "aliases": sorted(dict.fromkeys(known))}))


def entity(name: str) -> Record:
    """The record of a name that no approval made yet; never told by itself."""
    body = {"name": name, "kind": "name", "aliases": []}
    return Record(ENTITY, record_key(name, GLOBAL), name, body, life=Life.ARCHIVED)


def _relation(payload: asked.Relate, corpus: Corpus) -> Edge:
    called = aliases(corpus)
    ends = [called.get(name, name) for name in (payload.source, payload.target)]
    if ends[0] == ends[1]:
        raise Invalid("a name stands in no relation to itself", where=ends[0])
    known = {str(r.body.get("name")): r for r in corpus.records(ENTITY, lives=tuple(Life))}
    if unknown := [name for name in ends if name not in known]:
        step = "Names come from approved claims; look at `passdown graph`."
        raise Invalid(f"no entity {unknown[0][:80]!r}", where="relate", next=step)
    source, target = (known[name] for name in ends)
    scope = source.scope if source.scope != GLOBAL else target.scope
    return Edge(source.id, payload.type, target.id, scope=scope)
