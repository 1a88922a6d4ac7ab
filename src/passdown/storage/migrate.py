"""Numbered plain-SQL migrations: each applied once, whole, with a backup before it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Protocol

from passdown.domain.errors import Integrity, NewerSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 12
"""The number of the last migration there is; opening a store compares only this."""

FOLDER = os.path.join(os.path.dirname(__file__), "migrations")


class Migration(NamedTuple):
    """One file of `migrations/<backend>/`."""

    number: int
    checksum: str
    sql: str


class Migratable(Protocol):
    """What a backend does for its migrations."""

    def applied(self) -> Mapping[int, str]:
        """Numbers and checksums of those applied; empty in a new store."""
        ...

    def keep_copy(self, number: int) -> None:
        """Back up what this schema number holds."""
        ...

    def apply(self, migration: Migration) -> None:
        """Run it and note it in one transaction; nothing when another process just did."""
        ...


def migrate(
    store: Migratable, backend: str, where: str, *, upto: int = SCHEMA, folder: str = FOLDER
) -> None:
    """Bring a store to this schema; refused when it is newer or a migration was edited."""
    known = {each.number: each for each in migrations(backend, folder) if each.number <= upto}
    applied = store.applied()
    last = max(applied, default=0)
    if last > upto:
        raise newer(last, upto, where)
    for number, checksum in applied.items():
        if known[number].checksum != checksum:
            raise Integrity(f"migration {number} was edited after it was applied", where=where)
    if 0 < last < upto:
        store.keep_copy(last)
    for number in range(last + 1, upto + 1):
        store.apply(known[number])


def migrations(backend: str, folder: str = FOLDER) -> list[Migration]:
    """All migrations of a backend, in order."""
    from hashlib import sha256

    found = []
    for name in sorted(os.listdir(os.path.join(folder, backend))):
        if name.endswith(".sql"):
            with open(os.path.join(folder, backend, name), encoding="utf-8") as file:
                sql = file.read()
            found.append(Migration(int(name[:4]), sha256(sql.encode()).hexdigest(), sql))
    return found


def newer(found: int, known: int, where: str) -> NewerSchema:
    """The store was written by a newer passdown: nothing of it is touched."""
    return NewerSchema(
        f"the store has schema {found}, this passdown knows up to {known}",
        where=where,
        next="Upgrade passdown, or restore a backup made before the upgrade.",
    )
