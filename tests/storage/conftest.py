"""A store of each backend, empty, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from passdown.domain.clock import At, from_seconds, to_seconds
from passdown.storage.memory import open_memory
from passdown.storage.port import Store
from passdown.storage.postgres import open_postgres
from passdown.storage.sqlite import open_sqlite

BACKENDS = ("memory", "sqlite", "postgres")


class Hands:
    """A clock that stands still until it is moved, in either direction."""

    def __init__(self, at: At = "2026-11-21T03:15:00.000Z") -> None:
        self.at = at

    def now(self) -> At:
        return self.at

    def move(self, seconds: float) -> At:
        self.at = from_seconds(to_seconds(self.at) + seconds)
        return self.at


Make = Callable[..., Store]


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture(params=BACKENDS)
def backend(request) -> str:
    return str(request.param)


@pytest.fixture
def make(backend: str, clock: Hands, tmp_path: Path, request) -> Iterator[Make]:
    """Open a new store of this backend; all are closed at the end."""
    opened: list[Store] = []

    def new(on_statement: Callable[[str], None] | None = None) -> Store:
        path = tmp_path / f"s{len(opened)}" / "store.db"
        store: Store
        if backend == "memory":
            store = open_memory(clock, on_statement)
        elif backend == "postgres":
            dsn = request.getfixturevalue("postgres_server").fresh()
            store = open_postgres(dsn, clock, on_statement)
        else:
            store = open_sqlite(path, clock, on_statement)
        opened.append(store)
        return store

    yield new
    for store in opened:
        store.close()


@pytest.fixture
def store(make: Make) -> Store:
    return make()
