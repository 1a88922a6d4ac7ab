"""A store of each backend, empty, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from passdown.domain.clock import At, from_seconds, to_seconds
from passdown.storage.memory import open_memory
from passdown.storage.port import Store
from passdown.storage.postgres import open_postgres
from passdown.storage.sqlite import open_sqlite
from tests.postgres import PostgresServer

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

SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'passdown%'"


class Databases:
    """Databases without a store in them; emptying one costs a tenth of making one."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._empty: list[str] = []

    def lend(self) -> str:
        return self._empty.pop() if self._empty else self._server.fresh()

    def take_back(self, dsn: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as db:
            db.execute("SET client_min_messages TO error")
            for (name,) in db.execute(SCHEMAS).fetchall():
                db.execute(f"DROP SCHEMA {name} CASCADE".encode())
        self._empty.append(dsn)


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> Databases:
    return Databases(postgres_server)


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
    lent: list[str] = []

    def new(on_statement: Callable[[str], None] | None = None) -> Store:
        store: Store
        if backend == "memory":
            store = open_memory(clock, on_statement)
        elif backend == "postgres":
            lent.append(request.getfixturevalue("postgres_databases").lend())
            store = open_postgres(lent[-1], clock, on_statement)
        else:
            path = tmp_path / f"s{len(opened)}" / "store.db"
            store = open_sqlite(path, clock, on_statement)
        opened.append(store)
        return store

    yield new
    for store in opened:
        store.close()
    for dsn in lent:
        request.getfixturevalue("postgres_databases").take_back(dsn)


@pytest.fixture
def store(make: Make) -> Store:
    return make()
