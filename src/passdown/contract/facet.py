"""What records can be told apart by that a loop knows and they do not say: a filter of searches and
briefs, and what sessions can be read into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record


@dataclass(frozen=True, slots=True)
class Facet:
    """`of` gives what each record belongs to, '' where to nothing; `named` the value that is meant
    by a name, or NotFound; `open` the same where sessions can be read into it, else Conflict."""

    name: str
    of: Callable[[Corpus], Callable[[Record], str]]
    named: Callable[[Corpus, str], str]
    open: Callable[[Corpus, str], str]
