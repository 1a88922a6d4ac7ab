"""What a person had forgotten, known again by marks that say nothing of it.

A mark is keyed by a salt of the store's own: it tells whoever reads the same thing again, on any
machine that shares the store, and nobody else anything.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.domain.clock import At
    from passdown.stages.observe.draw import Batch
    from passdown.storage.port import Registry, Tx

SALT = "forgotten.salt"
"""The registry's name for what marks are keyed with."""
FILE, SESSION, UID = "file", "session", "uid"


class Forgotten:
    """The marks of one store."""

    def __init__(self, registry: Registry, salt: str) -> None:
        self._registry = registry
        self._salt = salt.encode()

    def mark(self, kind: str, name: str) -> str:
        """The mark of a file, session or uid."""
        text = f"{kind}\0{name}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._salt, text, "sha256").hex()[:32]

    def add(self, kind: str, names: Iterable[str]) -> None:
        """Let these never come back by themselves."""
        self._registry.forget(self.mark(kind, name) for name in names)

    def lift(self, kind: str, names: Iterable[str]) -> None:
        """Let these come back."""
        self._registry.recall([self.mark(kind, name) for name in names])

    def among(self, kind: str, names: Iterable[str]) -> set[str]:
        """Those of these that were forgotten."""
        marks = {self.mark(kind, name): name for name in names}
        return {marks[mark] for mark in self._registry.forgotten(marks)}


def forgotten(tx: Tx) -> Forgotten | None:
    """The marks of this store; None where nothing was ever forgotten."""
    salt = tx.registry.value(SALT)
    return Forgotten(tx.registry, salt) if salt else None


def forgetting(tx: Tx) -> Forgotten:
    """The marks of this store, which has them from now on."""
    salt = tx.registry.value(SALT)
    if not salt:
        salt = token_hex(32)
        tx.registry.keep(SALT, salt)
    return Forgotten(tx.registry, salt)


class Sieved(NamedTuple):
    """A batch without what is not to be kept, and how much of it that was: forgotten by a person,
    or older than what is kept."""

    batch: Batch
    forgotten: int = 0
    expired: int = 0


def sieved(tx: Tx, batch: Batch, *, again: bool = False, since: At = "") -> Sieved:
    """What of a batch is to be kept; with `again`, what was forgotten may come back."""
    marks = forgotten(tx)
    young = (
        [s for s in batch.items if not s.item.at or s.item.at >= since] if since else batch.items
    )
    expired = len(batch.items) - len(young)
    if marks is None:
        return Sieved(replace(batch, items=young) if expired else batch, 0, expired)
    if again:
        _lift(marks, batch)
        return Sieved(replace(batch, items=young), 0, expired)
    known = _known(marks, batch)
    items = [s for s in young if s.item.session not in known and s.item.uid not in known]
    facts = [fact for fact in batch.facts if fact.id not in known]
    return Sieved(replace(batch, items=items, facts=facts), len(young) - len(items), expired)


def _names(batch: Batch) -> dict[str, set[str]]:
    sessions = {s.item.session for s in batch.items} | {fact.id for fact in batch.facts}
    return {SESSION: sessions, UID: {s.item.uid for s in batch.items}}


def _known(marks: Forgotten, batch: Batch) -> set[str]:
    return {name for kind, names in _names(batch).items() for name in marks.among(kind, names)}


def _lift(marks: Forgotten, batch: Batch) -> None:
    for kind, names in {**_names(batch), FILE: {batch.file.key}}.items():
        marks.lift(kind, names)
