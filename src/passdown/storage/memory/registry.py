"""Small facts of the store in dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.actor import Kind
from passdown.domain.errors import Conflict
from passdown.storage.coding import named, plain
from passdown.storage.rows.registry import (
    FactRow,
    MarkedRow,
    SeenRow,
    TokenRow,
    actor_of,
    actor_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.domain.actor import Actor
    from passdown.domain.clock import At
    from passdown.storage.memory.bound import Bound


class MemoryRegistry:
    """The port's Registry."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def value(self, name: str) -> str | None:
        """The named value; None when there is none."""
        row = self._bound.table("facts").get(plain(name))
        return row.value if row else None

    def keep(self, name: str, value: str) -> None:
        """Set the named value."""
        row = FactRow(named(name), plain(value))
        self._bound.change("facts")[row.name] = row

    def see(self, actor: Actor) -> None:
        """Remember that this actor exists."""
        row = actor_row(actor)
        self._bound.change("actors")[row.kind, row.name] = SeenRow(*row, self._bound.now)

    def people(self) -> list[str]:
        """The names of the humans known."""
        rows = self._bound.table("actors").values()
        return sorted(row.name for row in rows if row.kind == Kind.HUMAN)

    def add_token(self, hash: str, actor: Actor) -> None:
        """Let this token speak for this actor; Conflict when it is known already."""
        row = TokenRow(named(hash), *actor_row(actor), self._bound.now, "")
        if self._bound.change("tokens").setdefault(row.hash, row) is not row:
            raise Conflict("this token is known already", next="Make a new one.")

    def token(self, hash: str) -> Actor | None:
        """None when it is unknown or revoked."""
        row = self._bound.table("tokens").get(plain(hash))
        return actor_of(row[1:5]) if row and not row.revoked_at else None

    def holders(self) -> list[tuple[Actor, At]]:
        """Who holds each token that is not revoked and since when, by name, the oldest first."""
        rows = [row for row in self._bound.table("tokens").values() if not row.revoked_at]
        rows.sort(key=lambda row: (row.name, row.made_at, row.hash))
        return [(actor_of(row[1:5]), row.made_at) for row in rows]

    def revoke(self, name: str) -> int:
        """Revoke all tokens of this name; how many."""
        table = self._bound.change("tokens")
        mine = [row for row in table.values() if row.name == plain(name) and not row.revoked_at]
        for row in mine:
            table[row.hash] = row._replace(revoked_at=self._bound.now)
        return len(mine)

    def forget(self, marks: Iterable[str]) -> None:
        """Remember that what has these marks was forgotten."""
        table = self._bound.change("forgotten")
        for mark in map(named, marks):
            table.setdefault(mark, MarkedRow(mark, self._bound.now))

    def forgotten(self, marks: Iterable[str]) -> set[str]:
        """Those of these marks that are of something forgotten."""
        return set(marks) & self._bound.table("forgotten").keys()

    def recall(self, marks: Iterable[str]) -> int:
        """Let what has these marks be known again; how many of them there were."""
        table = self._bound.change("forgotten")
        return sum(table.pop(mark, None) is not None for mark in set(marks))
