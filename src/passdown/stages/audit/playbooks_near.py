"""How near playbooks are to a change by what they mean, where a model tells it: nearer than chance
brings one, and nothing less does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.dense import likeness, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.stages.audit.playbooks import About, Book

MOST_PAST = 60
"""Earlier changes by which chance is told, the newest."""
MOST_BOOKS = 200
LONGEST = 2000
"""Characters of a text whose meaning is asked for."""


@dataclass(frozen=True, slots=True)
class Near:
    """How near each playbook is, by its id, and what unrelated changes of the same repository do
    not exceed."""

    scores: Mapping[str, float]
    bar: float

    def is_near(self, id: str) -> bool:
        """Whether one is nearer than chance has it."""
        return self.scores.get(id, -1.0) > self.bar


def of_change(about: About) -> str:
    """A change as a text: the same for one of now and for one of before."""
    names = " ".join(sorted(about.words))
    return f"{' '.join(about.paths)} {names}"[:LONGEST]


def of_book(book: Book) -> str:
    """A playbook as a text."""
    return f"{book.title}\n{book.text}"[:LONGEST]


def near(
    now: bytes,
    books: Sequence[tuple[Book, bytes]],
    past: Sequence[tuple[About, bytes]],
    quantile: float,
) -> Near:
    """How near each playbook is; `past` are earlier changes, which count for the playbooks that are
    not for their paths."""
    known = [(book, unpacked(vector)) for book, vector in books]
    asked = unpacked(now)
    scores = {book.id: likeness(asked, vector) for book, vector in known}
    best = sorted(
        max((likeness(unpacked(raw), vector) for book, vector in known
             if not book.first(about.paths)), default=-1.0)
        for about, raw in past
    )  # fmt: skip
    return Near(scores, best[int(quantile * (len(best) - 1) + 0.999)] if best else 1.0)
