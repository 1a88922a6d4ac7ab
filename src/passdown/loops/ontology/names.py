"""The names that approvals made known: what concepts are, and what each of them is called by."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from passdown.domain.record import Life
from passdown.text.entities import ENTITY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record

CLAIM = "claim"


class Names:
    """The names in a corpus, read when they are asked for."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    @cached_property
    def records(self) -> Sequence[Record]:
        """The records of names, by key."""
        return self._corpus.records(ENTITY, lives=tuple(Life))

    @cached_property
    def every(self) -> frozenset[str]:
        """Every name that has a record."""
        return frozenset(name_of(one) for one in self.records)

    @cached_property
    def _held(self) -> frozenset[str]:
        every = self._corpus.records(CLAIM, lives=tuple(Life))
        return frozenset(str(n) for one in every for n in one.body.get("entities", ()))

    @property
    def many(self) -> int:
        """How many there are, or nearly."""
        return max(len(self.every), len(self._held))

    def has(self, name: str) -> bool:
        """Whether an approval made this name known."""
        return name in self.every or name in self._held

    def called(self, name: str) -> str:
        """What a name is called by, where it was approved to be another name of one."""
        return called_by(name, self._called)

    @cached_property
    def _called(self) -> Mapping[str, str]:
        return {alias: name_of(one) for one in self.records for alias in aliases_of(one)}


def called_by(name: str, others: Mapping[str, str]) -> str:
    """What a name is called by in the end, by what each other name stands for."""
    seen = [name]
    while (following := others.get(seen[-1])) is not None:
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
    return seen[-1]


def aliases_of(record: Record) -> tuple[str, ...]:
    """The other names of the name that this record is of."""
    return tuple(map(str, record.body.get("aliases", ())))


def name_of(record: Record) -> str:
    """The name that this record is of."""
    return str(record.body.get("name", record.text))
