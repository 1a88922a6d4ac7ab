"""One transaction of a database: named queries, bound to a sight."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from passdown.domain.errors import Internal
from passdown.storage.sql.named import flat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.domain.clock import At, Clock
    from passdown.domain.scope import Sight
    from passdown.storage.sql.beside import Beside
    from passdown.storage.sql.named import Queries

AT_ONCE = 500
"""How many values one list in a query may have; longer ones are asked in parts."""


class Connection(Protocol):
    """What a dialect gives: statements with `:name` places, errors already ours."""

    @property
    def queries(self) -> Queries: ...

    @property
    def beside(self) -> Beside | None:
        """A second full-text index, where there may be one."""
        ...

    def rows(self, sql: str, args: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it; its rows."""
        ...

    def count(self, sql: str, args: Mapping[str, Any]) -> int:
        """Run it; how many rows it wrote."""
        ...

    def bulk(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows the fastest way there is."""
        ...

    def serialise(self) -> None:
        """Wait until no other transaction writes what this one may read or write."""
        ...


class Bound:
    """The queries of one part, within one transaction and its sight."""

    def __init__(self, connection: Connection, sight: Sight, clock: Clock, *, writes: bool) -> None:
        self.connection = connection
        self.sight = sight
        self._clock = clock
        self.writes = writes
        self._ended = False
        self._scopes = None if sight.scopes is None else len(sight.scopes)
        self._seen = {} if sight.scopes is None else flat({"sight": sight.scopes})

    @cached_property
    def now(self) -> At:
        """The time of this transaction: one for all that it writes."""
        return self._clock.now()

    @property
    def bounded(self) -> bool:
        """Whether there is anything this sight does not see."""
        return self._scopes is not None

    def rows(self, part: str, name: str, /, **args: Any) -> list[tuple[Any, ...]]:
        """The rows of a named query."""
        return self.connection.rows(*self._fitted(part, name, args))

    def row(self, part: str, name: str, /, **args: Any) -> tuple[Any, ...] | None:
        """The first row of a named query; None when there is none."""
        return next(iter(self.rows(part, name, **args)), None)

    def write(self, part: str, name: str, /, **args: Any) -> int:
        """How many rows a named statement wrote."""
        self.check()
        return self.connection.count(*self._fitted(part, name, args))

    def written(self, part: str, name: str, /, **args: Any) -> tuple[Any, ...] | None:
        """The row a named statement wrote; None when it wrote none."""
        self.check()
        return self.row(part, name, **args)

    def bulk(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows."""
        self.check()
        self.connection.bulk(table, columns, rows)

    def check(self) -> None:
        """Refuse a write where only reading was asked for."""
        if not self.writes:
            raise Internal("a write inside a read transaction")

    def serialise(self) -> None:
        """Of two transactions that write, let this one see all of the other or nothing."""
        if self.writes:
            self.connection.serialise()

    def end(self) -> None:
        """No statement after this one: the connection belongs to somebody else."""
        self._ended = True

    def _fitted(self, part: str, name: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if self._ended:
            raise Internal("a transaction was used after its end")
        args["bounded"] = self.bounded
        sql = self.connection.queries.fitted(part, name, self._scopes, args)
        kept = flat(args)
        kept.update(self._seen)
        return sql, kept


def in_parts(values: Iterable[Any]) -> Iterable[list[Any]]:
    """The values in lists short enough for one query."""
    every = list(values)
    return (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE))
