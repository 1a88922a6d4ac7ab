"""What records can be told apart by that a loop knows and they do not say: a filter of searches,
briefs and questions, and what sessions can be read into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from passdown.contract.corpus import Corpus
    from passdown.contract.query import View
    from passdown.domain.record import Record


@dataclass(frozen=True, slots=True)
class Facet:
    """`of` gives what each record belongs to, '' where to nothing; `named` the value that is meant
    by a name, or NotFound; `open` the same where sessions can be read into it, else Conflict.
    `about` gives all values that a question speaks of, by its loop and payload; `keepers` the names
    of the people to whom questions about a value are routed. With a `view`, `of` and `about` are
    given what that draws of a Corpus, which is kept and told what changed since, but of no
    question."""

    name: str
    of: Callable[[Any], Callable[[Record], str]]
    named: Callable[[Corpus, str], str]
    open: Callable[[Corpus, str], str]
    about: Callable[[Any], Callable[[str, Mapping[str, Any]], frozenset[str]]] | None = None
    keepers: Callable[[Corpus], Mapping[str, frozenset[str]]] | None = None
    view: Callable[[Corpus], View] | None = None
