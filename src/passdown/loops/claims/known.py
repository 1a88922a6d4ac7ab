"""What is known already: which claim a statement joins, which one it speaks against."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.clock import later
from passdown.domain.record import Life
from passdown.domain.scope import GLOBAL
from passdown.loops.claims.changes import KIND
from passdown.loops.claims.payload import Add, Retire
from passdown.loops.claims.same import Bond, Kin, bond
from passdown.text.similar import near

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.domain.scope import Scope
    from passdown.domain.settings import Settings
    from passdown.loops.claims.payload import Payload

LIVE = (Life.ACTIVE, Life.CONTESTED)
QUESTION = "question"
NEAR = 0.6
"""From here a claim is near enough to be shown beside a question."""
MOST_FRESH = 500
"""Claims that are held so in one cycle, those first that were approved last."""
RECENT = 30
"""Days for which a claim that was approved is held against those that were there before."""


class Stand(NamedTuple):
    """How a statement stands to what is known: the claim that says the same, the one it speaks
    against, the nearest one, and whether what it says was settled after it was said."""

    same: Record | None = None
    against: Record | None = None
    nearest: Record | None = None
    settled: bool = False


class Claims:
    """Every claim that was ever approved, to see what a statement is to them."""

    def __init__(self, corpus: Corpus) -> None:
        self._records = {r.key: r for r in corpus.records(KIND, lives=tuple(Life))}
        self._kin: Kin[str] = Kin()
        for key, record in self._records.items():
            self._kin.add(key, record.text)

    def stand(self, text: str, scope: Scope, last: At = "", *, asks: bool = False) -> Stand:
        """How a statement that was last made then stands to what is served where it holds; what
        is asked stands to what is asked."""
        kin = [(self._records[key], what) for key, what in self._kin.of(text)]
        like = [(r, what) for r, what in kin if (r.body.get("category") == QUESTION) is asks]
        here = [(r, what) for r, what in like if r.scope in (scope, GLOBAL)]
        alive = [(r, what) for r, what in here if r.life in LIVE]
        same = _first(alive, Bond.SAME)
        against = _first(alive, Bond.AGAINST)
        gone = any(_ended(r, last) for r, what in here if what is Bond.SAME and r.life not in LIVE)
        return Stand(
            same=same,
            against=None if same else against,
            nearest=_nearest(text, (r for r, _ in alive)),
            settled=gone or _is_older(last, against),
        )

    def strife(self, now: At) -> Iterator[tuple[Record, Record]]:
        """Pairs of claims that speak against each other though both are told: the later one, of
        late, and the one that was there before it."""
        since = later(now, days=-RECENT)
        told = (r for r in self._records.values() if r.life is Life.ACTIVE)
        fresh = sorted((r for r in told if r.updated_at >= since), key=lambda r: r.key)
        for one in sorted(fresh, key=lambda r: r.updated_at, reverse=True)[:MOST_FRESH]:
            for key, what in self._kin.of(one.text):
                other = self._records[key]
                if what is Bond.AGAINST and _was_before(other, one) and not _is_beside(one, other):
                    yield one, other


def rivals(texts: Iterable[tuple[str, Scope]]) -> dict[tuple[str, Scope], list[str]]:
    """For each of these statements, those of them that speak against it where it holds."""
    every = list(dict.fromkeys(texts))
    kin: Kin[int] = Kin()
    for place, (text, _) in enumerate(every):
        kin.add(place, text)
    found: dict[tuple[str, Scope], list[str]] = {}
    for text, scope in every:
        those = (every[place] for place, what in kin.of(text) if what is Bond.AGAINST)
        meets = [said for said, where in those if where == scope or GLOBAL in (where, scope)]
        if meets:
            found[text, scope] = meets
    return found


def same(one: Payload, other: Payload) -> bool:
    """Whether these are one question in two wordings."""
    if isinstance(one, Retire) or isinstance(other, Retire):
        return one == other
    kinds = {one.category == QUESTION, other.category == QUESTION}
    targets = {getattr(p, "target", "") for p in (one, other)}
    return len(kinds) == len(targets) == 1 and bond(one.text, other.text) is Bond.SAME


def hesitates(payload: Payload, corpus: Corpus, settings: Settings) -> str:
    """Why a person must decide this, whatever was granted; '' where a grant suffices: it is a new
    claim, sure enough to be served, and nothing speaks against it."""
    if not isinstance(payload, Add):
        return "it changes what is told"
    if payload.confidence <= settings.number("brief.min_confidence"):
        return "it is not sure enough to be served"
    if payload.against:
        return f"somebody said otherwise: {payload.against[0]}"
    if payload.scope == GLOBAL and not _is_of_repos(payload, corpus):
        return "no repo is known of the sessions that taught it, and it would be told in every one"
    other = denied(payload.text, payload.scope, corpus)
    return f"claim {other.id} says otherwise: {other.text}" if other else ""


def _is_of_repos(payload: Add, corpus: Corpus) -> bool:
    """Whether a claim for every repo was seen in repos that are known."""
    return any(o.scope != GLOBAL for o in corpus.get(quote.seq for quote in payload.quotes))


def denied(text: str, scope: Scope, corpus: Corpus) -> Record | None:
    """A claim told where this would be, in force now, that it speaks against."""
    those = corpus.records(KIND, lives=LIVE)
    here = (r for r in those if r.scope == scope or GLOBAL in (r.scope, scope))
    return next((r for r in here if bond(text, r.text) is Bond.AGAINST), None)


def _first(those: Iterable[tuple[Record, Bond]], what: Bond) -> Record | None:
    return next((record for record, bond in those if bond is what), None)


def _nearest(text: str, those: Iterable[Record]) -> Record | None:
    scored = [(near(text, r.text), r.key, r) for r in those]
    best = max(scored, key=lambda one: one[:2], default=None)
    return best[2] if best and best[0] >= NEAR else None


def _ended(record: Record, last: At) -> bool:
    """Whether it was taken out of service after that was last said."""
    ended = max(record.valid_to, record.updated_at if record.valid_to else "")
    return bool(ended) and last <= ended


def _is_older(last: At, against: Record | None) -> bool:
    """Whether what is told was first said after that was last said."""
    return against is not None and bool(last) and last < against.valid_from


def _was_before(other: Record, one: Record) -> bool:
    if other.life is not Life.ACTIVE or (other.scope != one.scope and other.scope != GLOBAL):
        return False
    return (other.valid_from or other.created_at, other.key) < (
        one.valid_from or one.created_at,
        one.key,
    )


def _is_beside(one: Record, other: Record) -> bool:
    return other.key in one.body.get("beside", ()) or one.key in other.body.get("beside", ())
