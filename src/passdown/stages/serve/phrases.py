"""Approved phrases answer a message: which one, what it says as things stand, or why none does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.stages.serve.served import FEEDBACK, VERDICTS, opinions
from passdown.text.phrases import LONGEST_MESSAGE, Phrase, PhraseSet, nearest, refusal
from passdown.text.template import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.domain.entry import Activity
    from passdown.domain.record import Record
    from passdown.domain.scope import Sight
    from passdown.storage.port import Store, Tx
    from passdown.text.phrases import Hit

KIND = "phrase"
"""The kind of record. Its text is the reply; its body holds `pattern`, `category`,
`min_similarity`, `prototypes`, `enabled`, and what `asked` such questions cost in `usd`."""
HOW = "match"
MOST_REPORTS = 1_000_000
PRIOR = 5
"""How many opinions the confidence of an approval weighs as much as."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a message is answered with; `reply` is '' where `why` says that nothing answers it.
    `saved_usd` is what such an answer cost on average before, None where that is not known."""

    reply: str
    why: str = ""
    phrase: str = ""
    key: str = ""
    category: str = ""
    similarity: float | None = None
    confidence: float | None = None
    saved_usd: float | None = None
    missing: tuple[str, ...] = ()


class Told(NamedTuple):
    """What people said of a phrase, and how sure it is by that."""

    opinions: dict[str, int]
    confidence: float


class Book:
    """Phrases compiled for matching; those that are switched off, or cannot be used, stand in
    `disabled` and in `unusable` with the reason."""

    def __init__(self, records: Iterable[Record], told: Mapping[str, Told] | None = None) -> None:
        self.records = {one.id: one for one in records}
        self.told = told or {}
        self.disabled = tuple(id for id, one in self.records.items() if not is_on(one))
        every = {id: phrase_of(one) for id, one in self.records.items() if is_on(one)}
        refused = {id: refusal(phrase.pattern) for id, phrase in every.items()}
        self.unusable = {id: why for id, why in refused.items() if why}
        self._set = PhraseSet(phrase for id, phrase in every.items() if not refused[id])

    def answer(self, message: str, snapshot: Mapping[str, Any]) -> Answer:
        """What this message is answered with, or why nothing answers it."""
        hits = self.fired(message)
        top = nearest(hits)
        if not top:
            return Answer("", _why_none(message, hits))
        replies = {self.records[hit.id].text for hit in top}
        if len(replies) > 1:
            named = ", ".join(self.records[hit.id].key for hit in top)
            return Answer("", f"several phrases answer it as well as each other: {named}")
        return self._said(top[0], snapshot)

    def fired(self, message: str) -> list[Hit]:
        """Every phrase that is on and whose pattern fires."""
        return self._set.match(message)

    def _said(self, hit: Hit, snapshot: Mapping[str, Any]) -> Answer:
        record = self.records[hit.id]
        now = render(record.text, snapshot)
        told = self.told.get(hit.id)
        why = f"the snapshot has no {', '.join(now.missing)}" if now.missing else ""
        return Answer(
            reply="" if why else now.text,
            why=why,
            phrase=record.id,
            key=record.key,
            category=str(record.body.get("category", "")),
            similarity=round(hit.similarity, 4),
            confidence=told.confidence if told else record.confidence,
            saved_usd=None if why else cost_of_one(record),
            missing=now.missing,
        )


class Shelf:
    """The book of a store as it now stands: made again when something was decided since."""

    def __init__(self) -> None:
        self._seen: tuple[Any, ...] = ()
        self._made: tuple[Any, ...] = ()
        self._book = Book(())

    def book(self, store: Store, sight: Sight) -> Book:
        """The book; what changed in the ledger but not in a phrase makes no new one."""
        with store.read(sight) as tx:
            seen = (sight, tx.ledger.head())
            if seen != self._seen:
                records = tx.knowledge.all(KIND)
                made = (sight, [(one.id, one.version) for one in records])
                if made != self._made:
                    self._book = Book(records, told(tx, records))
                    self._made = made
                self._seen = seen
        return self._book


def phrase_of(record: Record) -> Phrase:
    """A record as matching needs it; what it does not say is as loose as can be."""
    body = record.body
    known = body.get("prototypes")
    like = tuple(str(one) for one in known) if isinstance(known, list | tuple) else ()
    least = body.get("min_similarity")
    bar = float(least) if isinstance(least, int | float) and like else 0.0
    return Phrase(record.id, str(body.get("pattern", "")), bar, like)


def is_on(record: Record) -> bool:
    """Whether it was not switched off."""
    return record.body.get("enabled", True) is not False


def cost_of_one(record: Record) -> float | None:
    """What one answer cost before the phrase gave it; None where that is not known."""
    usd, asked = record.body.get("usd"), record.body.get("asked")
    if not isinstance(usd, int | float) or not isinstance(asked, int) or asked < 1:
        return None
    return round(usd / asked, 6)


def told(tx: Tx, records: Iterable[Record]) -> dict[str, Told]:
    """What was said of each: every report that it was wrong lowers what an approval was sure of."""
    every = list(records)
    mentioned = {id for one in _reports(tx) for id in one.items}
    found = {}
    for record in every:
        said = opinions(tx, record.id) if record.id in mentioned else dict.fromkeys(VERDICTS, 0)
        n = sum(said.values())
        sure = (PRIOR * record.confidence + said["helpful"]) / (PRIOR + n)
        found[record.id] = Told(said, round(sure, 4))
    return found


def _reports(tx: Tx) -> list[Activity]:
    return tx.ledger.activities(name=FEEDBACK, limit=MOST_REPORTS)


def _why_none(message: str, hits: Sequence[Hit]) -> str:
    if len(message) > LONGEST_MESSAGE:
        return f"longer than {LONGEST_MESSAGE} characters: no question that recurs"
    if not message.strip():
        return "an empty message"
    if hits:
        near = max(hits, key=lambda hit: hit.similarity)
        return f"a pattern fires, but only {near.similarity:.2f} like what it was approved for"
    return "no phrase fires"
