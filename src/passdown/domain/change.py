"""The only ways records change. A loop returns these as data; `stages/apply` executes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from passdown.domain.clock import At
from passdown.domain.record import Edge, Life, Record


@dataclass(frozen=True, slots=True)
class Put:
    """Create a record, or replace the version it was computed from (`record.version`). A `shared`
    one stays as it is where it is there, and is taken away with the last who wanted it."""

    record: Record
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Retire:
    """Take a record out of service; nothing is deleted. `until` is when it ceased to hold, where
    that is not now."""

    kind: str
    key: str
    version: int
    life: Life = Life.ARCHIVED
    superseded_by: str = ""
    until: At = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Relate two records."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class Unlink:
    """Take a relation back."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class Emit:
    """An effect outside the store (webhook, comment, chat): delivered later, with retries."""

    effect: str
    detail: dict[str, Any] = field(default_factory=dict)


Change: TypeAlias = Put | Retire | Link | Unlink | Emit


@dataclass(frozen=True, slots=True)
class Image:
    """What one change replaced: the record or edge as it was, or nothing where there was none.

    `after` is the version the change made, and for an edge the ledger entry that tells it, so that
    undo can see what later came to depend on it.
    """

    proposal: str
    n: int
    change: str
    kind: str
    key: str
    after: int
    before: dict[str, Any] | None
