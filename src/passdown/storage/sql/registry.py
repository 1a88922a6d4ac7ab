"""Small facts of the store over named queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from passdown.domain.errors import Conflict
from passdown.storage.coding import named
from passdown.storage.rows.registry import actor_of, actor_row
from passdown.storage.sql.bound import in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.domain.actor import Actor
    from passdown.domain.clock import At
    from passdown.storage.sql.bound import Bound


class SqlRegistry:
    """The port's Registry."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._row = partial(bound.row, "registry")
        self._write = partial(bound.write, "registry")

    def value(self, name: str) -> str | None:
        """The named value; None when there is none."""
        row = self._row("value", name=name)
        return row[0] if row else None

    def keep(self, name: str, value: str) -> None:
        """Set the named value."""
        self._write("keep", name=named(name), value=value)

    def see(self, actor: Actor) -> None:
        """Remember that this actor exists."""
        self._write("see", **actor_row(actor)._asdict(), now=self._bound.now)

    def people(self) -> list[str]:
        """The names of the humans known."""
        return [name for (name,) in self._bound.rows("registry", "people")]

    def add_token(self, hash: str, actor: Actor) -> None:
        """Let this token speak for this actor; Conflict when it is known already."""
        row = actor_row(actor)._asdict()
        if not self._write("add_token", hash=named(hash), **row, now=self._bound.now):
            raise Conflict("this token is known already", next="Make a new one.")

    def token(self, hash: str) -> Actor | None:
        """None when it is unknown or revoked."""
        row = self._row("token", hash=hash)
        return actor_of(row) if row else None

    def holders(self) -> list[tuple[Actor, At]]:
        """Who holds each token that is not revoked and since when, by name, the oldest first."""
        rows = self._bound.rows("registry", "holders")
        return [(actor_of(row[:4]), row[4]) for row in rows]

    def revoke(self, name: str) -> int:
        """Revoke all tokens of this name; how many."""
        return self._write("revoke", name=name, now=self._bound.now)

    def forget(self, marks: Iterable[str]) -> None:
        """Remember that what has these marks was forgotten."""
        for mark in marks:
            self._write("forget", mark=named(mark), now=self._bound.now)

    def forgotten(self, marks: Iterable[str]) -> set[str]:
        """Those of these marks that are of something forgotten."""
        rows = (self._bound.rows("registry", "forgotten", marks=part) for part in in_parts(marks))
        return {mark for found in rows for (mark,) in found}

    def recall(self, marks: Iterable[str]) -> int:
        """Let what has these marks be known again; how many of them there were."""
        return sum(self._write("recall", marks=part) for part in in_parts(marks))
