"""What a person wrote into a mirrored file, as the loop whose file it is understands it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.contract.loop import Finding
    from passdown.domain.scope import Scope

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Edit(Generic[P]):
    """One line that is not what was written there, and the question that it is.

    `said` is kept as an observation; `ask` makes the finding that rests on it. `conflict` says how
    the record changed since the file was written, '' when it did not.
    """

    file: str
    line: int
    before: str
    after: str
    scope: Scope
    said: str
    ask: Callable[[int], Finding[P]]
    conflict: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """A changed file that is the loop's: its next mirror replaces it, or takes it away."""

    file: str


@dataclass(frozen=True, slots=True)
class Misread:
    """An edit that can be no question, and what to do instead."""

    file: str
    line: int
    what: str
    next: str
