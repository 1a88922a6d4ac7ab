"""Search over approved knowledge: full text, then scope, trust and validity. Abstains rather
than pad."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.storage.port import Tx

WIDER = 5
"""Candidates looked at for each result, so that re-ranking has something to choose from."""


class Found(NamedTuple):
    """One result and why it stands where it does."""

    record: Record
    score: float
    words: tuple[str, ...]
    full_text: float


def search(tx: Tx, query: str, *, kinds: Sequence[str] = (), limit: int, now: At) -> list[Found]:
    """Active, valid records that share words with the query, best first; none when none does."""
    words = content_words(query)
    if not words:
        return []
    hits = {h.id: h.score for h in tx.index.search(words, kinds=kinds, limit=limit * WIDER)}
    records = [r for r in tx.knowledge.by_ids(hits) if _serves(r, now)]
    found = [_judge(r, hits[r.id], words) for r in records]
    found.sort(key=lambda f: (-f.score, f.record.id))
    return found[:limit]


def _serves(record: Record, now: At) -> bool:
    if record.life.value != "active" or record.valid_from > now:
        return False
    return not (record.valid_to and record.valid_to <= now)


def _judge(record: Record, full_text: float, words: Sequence[str]) -> Found:
    own = set(content_words(record.text))
    shared = tuple(w for w in dict.fromkeys(words) if w in own)
    near = 1.0 if record.scope == "global" else 1.1
    sure = 0.8 + 0.2 * record.confidence
    trust = 0.9 + 0.02 * record.trust
    cover = 0.5 + 0.5 * len(shared) / len(set(words))
    return Found(record, full_text * near * sure * trust * cover, shared, full_text)
