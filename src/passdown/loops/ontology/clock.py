"""The clock of this loop: it counts what was decided, not days."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from passdown.domain.proposal import Status
from passdown.domain.record import Life
from passdown.loops.ontology.known import BY_HAND, KIND, LOOP, NODE
from passdown.loops.ontology.names import CLAIM
from passdown.text.entities import ENTITY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At


class Clock:
    """Counts events: a claim approved or changed, what was done to ontologies, a name set by hand
    or made another name of one. One reading of a thousand files is as many as what came of it."""

    def __init__(self, corpus: Corpus) -> None:
        self._times = sorted(_times(corpus))

    @property
    def now(self) -> int:
        """How many there were."""
        return len(self._times)

    def at(self, at: At) -> int:
        """How many there were until then."""
        return bisect_right(self._times, at)

    def since(self, at: At) -> int:
        """How many came later than that."""
        return self.now - self.at(at)


def _times(corpus: Corpus) -> Iterator[At]:
    every = tuple(Life)
    for one in corpus.records(CLAIM, lives=every):
        yield one.created_at
        if one.updated_at > one.created_at:
            yield one.updated_at
    for proposal in corpus.kept.asked(LOOP):
        if proposal.status is Status.EXECUTED:
            yield proposal.decided_at
    for one in corpus.records(KIND, lives=every):
        if one.made_by.startswith(BY_HAND):
            yield one.updated_at
    for one in corpus.records(ENTITY, lives=every):
        if one.body.get(NODE) or one.updated_at > one.created_at:
            yield one.updated_at
