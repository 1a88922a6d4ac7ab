"""One row of the ledger: append-only, hash-chained. Bodies stand apart, keyed by their hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from passdown.domain.clock import At

Json: TypeAlias = dict[str, Any]

GENESIS = "0" * 64

EXCHANGE = "exchange"
"""The activity that keeps what an engine answered about a session, which is also its one item."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `detail` is None when its body was erased: the chain still holds."""

    seq: int
    at: At
    actor: str
    name: str
    subject: str
    body: str
    prev: str
    hash: str
    detail: Json | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What was served, withheld or used: kept apart, so that a read never writes to the chain."""

    at: At
    name: str
    session: str
    items: tuple[str, ...] = ()
    detail: Json = field(default_factory=dict)


def canonical(detail: Json) -> str:
    """The one text of a body, whatever order its keys came in."""
    return json.dumps(detail, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def body_hash(detail: Json) -> str:
    """The name a body is stored under."""
    return text_hash(canonical(detail))


def text_hash(text: str) -> str:
    """The name of a body of which this is the one text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def chain_hash(seq: int, at: At, actor: str, name: str, subject: str, body: str, prev: str) -> str:
    """What binds an entry to all before it."""
    row = json.dumps([seq, at, actor, name, subject, body, prev], ensure_ascii=False)
    return hashlib.sha256(row.encode("utf-8", "surrogatepass")).hexdigest()
