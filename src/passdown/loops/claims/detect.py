"""Both detectors, merged: what people stated and what cured an error, each question once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import asdict

from passdown.contract.loop import Finding
from passdown.domain.scope import GLOBAL
from passdown.loops.claims.changes import KIND
from passdown.loops.claims.cure import cures
from passdown.loops.claims.payload import Add, Cure, Known, Quote, Supersede
from passdown.loops.claims.stated import stated
from passdown.text.calls import SHELLS
from passdown.text.entities import keys
from passdown.text.similar import Index, differs
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.domain.record import Record
    from passdown.domain.scope import Scope
    from passdown.domain.settings import Settings
    from passdown.loops.claims.cure import Cured
    from passdown.loops.claims.payload import Category, Payload
    from passdown.loops.claims.stated import Stated

SAME = 0.85
"""From here two sentences are one statement, unless a number, version or negation differs."""
NEAR = 0.6
SAME_WORDS = 0.75
"""And from here, when they share so much of their meaningful words."""
LONGEST = 400
MOST_QUOTES = 30
MOST_ENTITIES = 20

ONCE, TWICE, OFTEN = 0.6, 0.75, 0.85
"""How sure a cure is that was seen in one, two or more sessions."""
CORROBORATION = 0.05
MOST_SURE = 0.9


class Draft(NamedTuple):
    """One question, before it is known whether an approved claim answers it."""

    key: str
    text: str
    category: Category
    scope: Scope
    confidence: float
    seen: tuple[Observation, ...]
    quotes: tuple[Quote, ...]
    cure: Cure | None = None


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload]]:
    """Every question that no approved claim answers, the surest first."""
    approved = Approved(corpus)
    within = settings.whole("claims.cure_within")
    drafts = [*_statements(list(stated(corpus))), *_cures(list(cures(corpus, within)))]
    sound = (draft for draft in drafts if draft.text.isprintable() and len(draft.text) <= LONGEST)
    asked = [found for draft in sound if (found := _asked(draft, approved))]
    yield from sorted(asked, key=lambda one: (-one.confidence, one.key))


def stated_key(text: str, scope: Scope) -> str:
    """Which question a statement is, whatever its small words and their order."""
    return _key("stated", scope, *(sorted(set(content_words(text))) or [text]))


def entities(text: str) -> tuple[str, ...]:
    """The names in it that others use too, as the index of mentions knows them."""
    return tuple(dict.fromkeys(keys(text)))[:MOST_ENTITIES]


# ---- what people stated


def _statements(every: Sequence[Stated]) -> Iterator[Draft]:
    for group in _groups(every):
        first = group[0]
        sessions = {one.observation.session for one in group}
        sure = max(one.confidence for one in group) + CORROBORATION * (len(sessions) - 1)
        yield Draft(
            key=stated_key(first.text, first.observation.scope),
            text=first.text,
            category=first.category,
            scope=first.observation.scope,
            confidence=round(min(sure, MOST_SURE), 2),
            seen=tuple(one.observation for one in group),
            quotes=tuple(Quote(one.observation.seq, *one.span[:2]) for one in group),
        )


def _groups(every: Sequence[Stated]) -> list[list[Stated]]:
    """Wordings of one statement, in the scope it was made in; the first one leads."""
    groups: list[list[Stated]] = []
    indexes: dict[Scope, Index[int]] = {}
    for one in every:
        index = indexes.setdefault(one.observation.scope, Index())
        near = index.lookup(one.text, NEAR)
        leader = next(
            (n for n, score in near if one_claim(groups[n][0].text, one.text, score)), None
        )
        if leader is None:
            index.add(len(groups), one.text)
            groups.append([one])
        else:
            groups[leader].append(one)
    return groups


def one_claim(a: str, b: str, score: float) -> bool:
    """Whether two sentences that are this near say the same thing of the same thing."""
    return alike(a, b, score) and not differs(a, b)


def alike(a: str, b: str, score: float) -> bool:
    """Whether two sentences that are this near are about the same thing."""
    ours, theirs = set(content_words(a)), set(content_words(b))
    return score >= SAME or len(ours & theirs) >= SAME_WORDS * max(1, len(ours | theirs))


# ---- what cured an error


def _cures(every: Sequence[Cured]) -> Iterator[Draft]:
    groups: dict[tuple[str, Scope], list[Cured]] = {}
    for one in every:
        # A tool understands the same arguments in every repo; the rest holds where it was seen.
        scope = "" if one.kind == "usage" else one.call.scope
        groups.setdefault((one.shape, scope), []).append(one)
    for (shape, scope), group in groups.items():
        yield _of_cures(_key("cure", scope, shape), group)


def _of_cures(key: str, group: Sequence[Cured]) -> Draft:
    first = group[0]
    sessions = {one.call.session for one in group}
    scopes = {one.call.scope for one in group}
    change = first.change
    return Draft(
        key=key,
        text=_sentence(first),
        category="tool-quirk" if first.kind == "usage" and len(sessions) > 1 else "pitfall",
        scope=scopes.pop() if len(scopes) == 1 else GLOBAL,
        confidence={1: ONCE, 2: TWICE}.get(len(sessions), OFTEN),
        seen=tuple(o for one in group for o in (one.call, one.result, one.worked)),
        quotes=tuple(quote for one in group for quote in one.quotes()),
        cure=Cure(first.call.tool, change.failed, change.worked, first.result.signature),
    )


def _sentence(one: Cured) -> str:
    (failed, worked), tool = one.change, one.call.tool
    error = one.error.replace('"', "'")
    if tool.lower() in SHELLS:
        return f'`{failed}` fails here with "{error}"; `{worked}` works.'
    if one.kind == "missing":
        return f"There is no `{failed}`; the file is `{worked}`."
    return f'{tool} with `{failed}` fails here with "{error}"; with `{worked}` it works.'


# ---- what is known already


class Approved:
    """Approved claims, to see whether one of them answers a question already."""

    def __init__(self, corpus: Corpus) -> None:
        self._records = {record.key: record for record in corpus.records(KIND)}
        self._index: Index[str] = Index()
        for key, record in self._records.items():
            self._index.add(key, record.text)

    def nearest(self, text: str, scope: Scope) -> tuple[Record, float] | None:
        """The approved claim nearest to the text that is served where it holds."""
        for key, score in self._index.lookup(text, NEAR):
            record = self._records[key]
            if record.scope in (scope, GLOBAL):
                return record, score
        return None


def _asked(draft: Draft, approved: Approved) -> Finding[Payload] | None:
    near = approved.nearest(draft.text, draft.scope)
    if near is None or not alike(draft.text, near[0].text, near[1]):
        return _finding(draft, _add(draft, near[0] if near else None))
    record = near[0]
    if draft.cure or not differs(draft.text, record.text):
        return None
    payload = Supersede(**asdict(_add(draft, record)), target=record.key)
    return _finding(draft._replace(key=_key("supersede", draft.key, record.key)), payload)


def _add(draft: Draft, nearest: Record | None) -> Add:
    return Add(
        text=draft.text,
        category=draft.category,
        scope=draft.scope,
        confidence=draft.confidence,
        quotes=draft.quotes[:MOST_QUOTES],
        entities=entities(draft.text),
        cure=draft.cure,
        valid_from=min((o.at for o in draft.seen if o.at), default=""),
        nearest=Known(nearest.key, nearest.text[:600]) if nearest else None,
    )


def _finding(draft: Draft, payload: Payload) -> Finding[Payload]:
    return Finding(
        payload=payload,
        evidence=tuple(sorted({o.seq for o in draft.seen})),
        key=draft.key,
        title=draft.text,
        confidence=draft.confidence,
        scope=draft.scope,
    )


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:24]
