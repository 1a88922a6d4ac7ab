"""A decision that dies before any of its statements: the state is the one before or the one
after, and the ledger verifies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from passdown.domain.proposal import OPEN, Status
from passdown.domain.scope import ALL
from passdown.stages.measure.verify import verify
from passdown.storage.sqlite import open_sqlite
from passdown.testing import Fuse, VirtualClock, crashes, faults
from tests.desk import ALICE, BOB, Desk, desk
from tests.notes import Add, Revise
from tests.postgres import PostgresServer

Open = Callable[[VirtualClock, Fuse], Desk]


class Case(NamedTuple):
    """How the world is made, and what is done to it while it dies."""

    prepare: Callable[[Desk], str]
    act: Callable[[Desk, str], Any]
    settled: Callable[[Desk, str], bool]


def _asked(at: Desk) -> str:
    return at.ask(Add("tea")).id


def _agreed(at: Desk) -> str:
    id = at.agree(Add("tea"))
    at.ask(Add("milk"))
    return id


def _built_on(at: Desk) -> str:
    """An approval that a later one replaced in part: its undo needs the closure."""
    id = at.agree(Add("tea"))
    at.agree(Revise("tea", "one", "two"), BOB)
    return id


def _old(at: Desk) -> str:
    id = at.ask(Add("tea")).id
    at.clock.advance(days=15)
    return id


def _has(status: Status, at: Desk, id: str) -> bool:
    return at.proposal(id).status is status


CASES = {
    "approve": Case(
        _asked,
        lambda at, id: at.call("approve", BOB, id=id),
        partial(_has, Status.EXECUTED),
    ),
    "reject": Case(
        _asked,
        lambda at, id: at.call("reject", BOB, id=id, reason="no"),
        partial(_has, Status.REJECTED),
    ),
    "undo": Case(
        _agreed,
        lambda at, id: at.call("undo", BOB, id=id),
        lambda at, _: at.note("tea") is None,
    ),
    "undo the closure": Case(
        _built_on,
        lambda at, id: at.call("undo", BOB, id=id, closure=True),
        lambda at, _: at.note("tea") is None,
    ),
    "expire": Case(
        _old,
        lambda at, _: at.call("expire", ALICE),
        partial(_has, Status.EXPIRED),
    ),
}


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """How to open one and the same store again and again."""
    dsn = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        dsn = server.fresh()
    return lambda clock, fuse: desk(request.param, tmp_path, dsn, clock=clock, on_statement=fuse)


@pytest.mark.parametrize("name", CASES)
def test_dying_before_any_statement_leaves_the_state_before_or_after(
    name: str, opened: Open
) -> None:
    case, clock, fuse = CASES[name], VirtualClock(), Fuse()
    at = opened(clock, fuse)
    id = case.prepare(at)
    before = at.digest()
    died = 0

    def act() -> None:
        case.act(at, id)

    for _ in crashes(fuse, act):
        died += 1
        at.close()
        at = opened(clock, fuse)
        assert faults(at.store) == []
        if case.settled(at, id):
            break  # it died after its commit: what is done is done, and whole
        assert at.digest() == before
    assert died >= 4
    assert case.settled(at, id)
    assert faults(at.store) == []
    at.close()


SCRIPT = """
import sys
from pathlib import Path
from tests.desk import ALICE, BOB, desk
from tests.notes import Add
from passdown.testing import VirtualClock
at = desk("sqlite", Path(sys.argv[1]))
print("ready", flush=True)
for n in range(100_000):
    id = at.ask(Add(f"key-{sys.argv[2]}-{n}")).id
    at.call("approve", BOB, id=id)
    if n % 3 == 0:
        at.call("undo", BOB, id=id)
    print(id, n % 3, flush=True)
"""


def test_killed_for_good_at_any_time_every_decision_that_was_told_is_kept(tmp_path: Path) -> None:
    told: dict[str, int] = {}
    for round, (lines, after) in enumerate(((1, 0.0), (2, 0.004), (4, 0.011), (6, 0.019))):
        child = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path), str(round)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        # However slow the machine is, it dies with something told and something under way.
        heard = [child.stdout.readline() for _ in range(lines)]
        time.sleep(after)
        os.kill(child.pid, signal.SIGKILL)
        for line in [*heard, *child.stdout.read().splitlines()]:
            id, _, rest = line.partition(" ")
            if rest:
                told[id] = int(rest)
        child.wait()
        child.stdout.close()
    assert len(told) >= 13
    _check_kept(tmp_path / "store" / "store.db", told)


def _check_kept(path: Path, told: dict[str, int]) -> None:
    store = open_sqlite(path, VirtualClock())
    assert faults(store) == []
    with store.read(ALL) as tx:
        assert verify(tx).ok
        for id, rest in told.items():
            proposal = tx.queue.get(id)
            assert proposal is not None
            assert proposal.status is Status.EXECUTED
            assert bool(tx.queue.marks(id)) is (rest == 0)
        left = tx.queue.all(tuple(OPEN), limit=100)
    assert len(left) <= 4  # at most the one question each process had just asked
    store.close()
