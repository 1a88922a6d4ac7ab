"""Search over approved knowledge: full text, then scope, trust and validity. Abstains rather
than pad."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.storage.index import Hit
    from passdown.storage.port import Tx

WIDER = 3
"""Candidates looked at for each result, so that re-ranking has something to choose from."""

WIDEST = 1000
"""Candidates looked at where a filter may refuse most of them."""

LIVES = ("active",)
ONCE = ("active", "superseded")
"""What was served at some time, though another has replaced it since."""


class Only(NamedTuple):
    """Which records are wanted; what is empty asks for nothing."""

    category: str = ""
    scope: str = ""
    entity: str = ""
    trust: int = 0

    def takes(self, record: Record) -> bool:
        """Whether this is one of them."""
        return (
            (not self.category or record.body.get("category") == self.category)
            and (not self.scope or record.scope == self.scope)
            and record.trust >= self.trust
            and (not self.entity or _mentions(record.text, self.entity))
        )


ANY = Only()


class Found(NamedTuple):
    """One result and why it stands where it does."""

    record: Record
    score: float
    words: tuple[str, ...]
    parts: Mapping[str, float]


def search(
    tx: Tx,
    query: str,
    *,
    kinds: Sequence[str] = (),
    only: Only = ANY,
    limit: int,
    now: At,
    as_of: At = "",
) -> list[Found]:
    """Active, valid records that share words with the query, best first; none when none does.
    With `as_of` those that were valid then, also where another has replaced them since."""
    words = content_words(query)
    if not words:
        return []
    most = limit * WIDER if only == ANY and not as_of else max(limit * WIDER, WIDEST)
    lives = ONCE if as_of else LIVES
    hits = {h.id: h for h in tx.index.search(words, kinds=kinds, lives=lives, limit=most)}
    fit = _stood if as_of else _serves
    records = [r for r in tx.knowledge.by_ids(hits) if fit(r, as_of or now) and only.takes(r)]
    found = [_judge(r, hits[r.id], words) for r in records]
    found.sort(key=lambda f: (-f.score, f.record.id))
    return found[:limit]


def _serves(record: Record, now: At) -> bool:
    if record.life.value != "active" or record.valid_from > now:
        return False
    return not (record.valid_to and record.valid_to <= now)


def _stood(record: Record, at: At) -> bool:
    """Whether it was so then; one that was replaced stood until it was, at the latest."""
    if (record.valid_from or record.created_at) > at:
        return False
    until = record.valid_to
    if record.life.value == "superseded":
        until = min(until or record.updated_at, record.updated_at)
    return not (until and until <= at)


def _mentions(text: str, entity: str) -> bool:
    from passdown.text.entities import keys

    return entity.casefold() in map(str.casefold, keys(text))


def _judge(record: Record, hit: Hit, words: Sequence[str]) -> Found:
    shared = tuple(w for w in dict.fromkeys(words) if w in hit.words)
    parts = {
        "full_text": hit.score,
        "scope": 1.0 if record.scope == "global" else 1.1,
        "confidence": 0.8 + 0.2 * record.confidence,
        "trust": 0.9 + 0.02 * record.trust,
        "shared_words": 0.5 + 0.5 * len(shared) / len(set(words)),
    }
    score = 1.0
    for part in parts.values():
        score *= part
    return Found(record, score, shared, parts)
