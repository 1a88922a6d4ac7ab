"""Approved knowledge. Kinds are values, not tables: a new loop needs no migration."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

from passdown.domain.clock import At
from passdown.domain.scope import GLOBAL, Scope

Json: TypeAlias = dict[str, Any]


class Life(StrEnum):
    """Where a record stands; only an active one is served."""

    ACTIVE = "active"
    CONTESTED = "contested"
    SUPERSEDED = "superseded"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Record:
    """One piece of approved knowledge. `version` is given by the store: 0 means not stored."""

    kind: str
    key: str
    text: str
    body: Json = field(default_factory=dict)
    scope: Scope = GLOBAL
    life: Life = Life.ACTIVE
    trust: int = 5
    confidence: float = 1.0
    valid_from: At = ""
    valid_to: At = ""
    made_by: str = ""
    created_at: At = ""
    updated_at: At = ""
    version: int = 0

    @property
    def id(self) -> str:
        """12 hex digits that name the record everywhere, shown as `[pd:…]`."""
        return record_id(self.kind, self.key)


@dataclass(frozen=True, slots=True)
class Edge:
    """A typed relation between two records, by their ids."""

    source: str
    type: str
    target: str
    body: Json = field(default_factory=dict)
    scope: Scope = GLOBAL


@lru_cache(maxsize=16_384)
def record_id(kind: str, key: str) -> str:
    """The id a record of this kind and key has, stored or not."""
    return hashlib.sha256(f"{kind}\0{key}".encode()).hexdigest()[:12]
