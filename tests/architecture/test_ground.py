"""The ground the tests stand on holds: homes are empty, the network is out of reach."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ASKED, NetworkUsed
from tests.postgres import PostgresServer


def test_a_test_sees_an_empty_home_of_its_own(home: Path) -> None:
    assert Path.home() == home
    assert list(home.iterdir()) == []


def test_no_setting_of_the_person_who_runs_the_tests_is_seen() -> None:
    seen = {n for n in os.environ if n.startswith(("PASSDOWN_", "KORA_", "CLAUDE"))}
    assert seen == ASKED.keys()


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0)])
def test_connecting_beyond_this_machine_is_refused(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as s, pytest.raises(NetworkUsed):
        s.connect(address)


def test_resolving_a_foreign_name_is_refused() -> None:
    with pytest.raises(NetworkUsed):
        socket.getaddrinfo("example.com", 443)


def test_this_machine_is_in_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()[:2], timeout=5).close()


def test_databases_are_fresh_and_separate(postgres_server: PostgresServer) -> None:
    first, second = postgres_server.fresh(), postgres_server.fresh()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE mark (n int)")
    copy = postgres_server.fresh(copy_of=first)
    tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'mark'"
    counts = []
    for dsn in (first, second, copy):
        with psycopg.connect(dsn) as connection:
            row = connection.execute(tables).fetchone()
            counts.append(row and row[0])
        postgres_server.drop(dsn)
    assert counts == [1, 0, 1]


def test_the_server_does_not_run_as_root(postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    data = Path(row[0]).stat()
    assert data.st_uid != 0
    assert data.st_mode & 0o777 == 0o700
