"""Questions and what answers them: one that was answered since is not asked, and what answers an
approved one asks to take its place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from passdown.domain.scope import GLOBAL
from passdown.loops.claims.changes import KIND
from passdown.loops.claims.draft import key
from passdown.loops.claims.payload import Add, Answer, Known
from passdown.loops.claims.unanswered import Questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Finding
    from passdown.domain.record import Record
    from passdown.domain.scope import Scope
    from passdown.loops.claims.draft import Draft
    from passdown.loops.claims.payload import Payload

QUESTION = "question"


def still_open(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """The drafts without the questions that a later statement where they hold answers."""
    asked = {d.key: d for d in drafts if d.category == QUESTION}
    index = Questions({key: d.text for key, d in asked.items()})
    closed = {
        key
        for said in drafts
        if said.category != QUESTION
        for key in index.answered_by(said.text)
        if said.scope in (asked[key].scope, GLOBAL) and _last(said) > _last(asked[key])
    }
    return (draft for draft in drafts if draft.key not in closed)


def _last(draft: Draft) -> str:
    return max((o.at for o in draft.seen), default="")


class Asked:
    """Approved questions that nobody answered yet."""

    def __init__(self, corpus: Corpus) -> None:
        every = (r for r in corpus.records(KIND) if r.body.get("category") == QUESTION)
        self._records = {record.key: record for record in every}
        self._questions = Questions({r.key: r.text for r in self._records.values()})

    def by(self, finding: Finding[Payload]) -> Finding[Payload]:
        """The finding as the answer to one of them; as it is where it answers none, or says what
        is known."""
        payload = finding.payload
        if not isinstance(payload, Add) or payload.category == QUESTION or finding.joins:
            return finding
        record = self._answered(payload.text, payload.scope)
        if record is None:
            return finding
        known = Known(record.key, record.text[:600])
        fields = {**asdict(payload), "nearest": known, "target": record.key}
        which = key("answer", finding.key, record.key)
        return replace(finding, payload=Answer(**fields), key=which)

    def _answered(self, text: str, scope: Scope) -> Record | None:
        answered = (self._records[key] for key in self._questions.answered_by(text))
        return next((r for r in answered if GLOBAL in (scope, r.scope) or r.scope == scope), None)
