"""One transaction of dictionaries: tables of rows, bound to a sight, copied when written."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from passdown.domain.errors import Internal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from passdown.domain.clock import At, Clock
    from passdown.domain.scope import Scope, Sight

Table: TypeAlias = "dict[Any, Any]"
Tables: TypeAlias = "dict[str, Table]"
T = TypeVar("T")


class Derived:
    """What was made of a table, as long as it is the same: whoever writes has a copy."""

    def __init__(self) -> None:
        self._made: dict[Any, tuple[Mapping[Any, Any], Any]] = {}

    def of(self, table: Mapping[Any, Any], make: Callable[[Any], T]) -> T:
        """What `make` gives for this table, made once."""
        known = self._made.get(make)
        if known is None or known[0] is not table:
            known = self._made[make] = table, make(table)
        found: T = known[1]
        return found


class Bound:
    """The tables of one transaction; without a hook for its writes it only reads."""

    def __init__(
        self,
        tables: Tables,
        sight: Sight,
        clock: Clock,
        on_write: Callable[[str], None] | None,
        made: Derived | None = None,
    ) -> None:
        self.tables = dict(tables)
        self.sight = sight
        self._clock = clock
        self._on_write = on_write
        self._copied: set[str] = set()
        self._ended = False
        self._made = made or Derived()

    @cached_property
    def now(self) -> At:
        """The time of this transaction: one for all that it writes."""
        return self._clock.now()

    def sees(self, scope: Scope) -> bool:
        """Whether a row of this scope may be shown."""
        return self.sight.sees(scope)

    def hides(self, table: str, key: Any) -> bool:
        """Whether this table has that row, beyond the sight."""
        row = self.table(table).get(key)
        return row is not None and not self.sees(row.scope)

    def table(self, name: str) -> Mapping[Any, Any]:
        """A table to read."""
        self._check()
        return self.tables.get(name, {})

    def derived(self, name: str, make: Callable[[Any], T]) -> T:
        """What is made of a table; kept until another transaction wrote to it."""
        table = self.table(name)
        return make(table) if name in self._copied else self._made.of(table, make)

    def change(self, name: str) -> Table:
        """A table to write: this transaction's own copy of it."""
        self._check()
        if self._on_write is None:
            raise Internal("a write inside a read transaction")
        self._on_write(name)
        if name not in self._copied:
            self.tables[name] = dict(self.tables.get(name, {}))
            self._copied.add(name)
        return self.tables[name]

    def end(self) -> None:
        """No access after this."""
        self._ended = True

    def _check(self) -> None:
        if self._ended:
            raise Internal("a transaction was used after its end")
