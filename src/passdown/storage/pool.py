"""Connections of one store, lent to one thread at a time."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from passdown.domain.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IDLE = 8
"""How many connections are kept open while nobody uses them."""


class Poolable(Protocol):
    """What can be lent again."""

    @property
    def clean(self) -> bool:
        """Whether it works and no transaction is open on it."""
        ...

    def close(self) -> None:
        """Give it up."""
        ...


C = TypeVar("C", bound=Poolable)


class Pool(Generic[C]):
    """Idle connections, newest first; more are made when all are lent."""

    def __init__(self, where: str, make: Callable[[], C]) -> None:
        self._where = where
        self._make = make
        self._idle: list[C] | None = []

    @contextmanager
    def lent(self) -> Iterator[C]:
        """A connection, as long as this lasts."""
        connection = self.take()
        try:
            yield connection
        finally:
            self.give_back(connection)

    def take(self) -> C:
        """A connection, until it is given back."""
        if self._idle is None:
            raise StoreError("the store was closed", where=self._where)
        with suppress(IndexError):
            return self._idle.pop()
        return self._make()

    def give_back(self, connection: C) -> None:
        """Keep it for the next, unless it is not fit for that."""
        if connection.clean and self._idle is not None and len(self._idle) < IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close what is idle now, and what is lent when it comes back."""
        idle, self._idle = self._idle or [], None
        for connection in idle:
            connection.close()
