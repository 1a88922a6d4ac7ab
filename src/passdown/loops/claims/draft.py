"""One question before it is known whether an approved claim answers it, and what it is made of."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Seen
from passdown.loops.claims.payload import Quote
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation
    from passdown.domain.scope import Scope
    from passdown.loops.claims.payload import Category, Cure

ONCE, TWICE, OFTEN = 0.6, 0.75, 0.85
"""How sure is what sessions showed and nobody said: in one, two or more of them."""
LONGEST_QUOTE = 200
DEEPEST = 20
"""Sessions that were started from one another, one after the other."""


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
    check: str = ""


def key(*parts: str) -> str:
    """Which question it is: the same parts are the same question."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:24]


def stated_key(text: str, scope: Scope) -> str:
    """Which question a statement is, whatever its small words and their order."""
    return key("stated", scope, *(sorted(set(content_words(text))) or [text]))


def sure(sessions: int) -> float:
    """How sure is what so many sessions showed."""
    return {1: ONCE, 2: TWICE}.get(sessions, OFTEN)


def receipt(one: Observation, words: str) -> Quote:
    """The whole call where it is short, else the words as they stand in the text."""
    if len(one.text) <= LONGEST_QUOTE and one.seen is Seen.CALL:
        return Quote(one.seq, 0, len(one.text))
    start = one.text.find(words)
    if start < 0:
        return Quote(one.seq, 0, min(len(one.text), LONGEST_QUOTE))
    return Quote(one.seq, start, start + len(words))


def root(corpus: Corpus, session: str) -> str:
    """The session that this one was forked or started from, or itself."""
    for _ in range(DEEPEST):
        found = corpus.session(session)
        if found is None or not found.parent or corpus.session(found.parent) is None:
            break
        session = found.parent
    return session


def distinct(corpus: Corpus, sessions: Iterable[str]) -> int:
    """How many of these sessions did not come out of one another."""
    return len({root(corpus, session) for session in set(sessions)})
