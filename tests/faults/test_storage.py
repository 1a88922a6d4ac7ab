"""Many writers, sudden death, a full disk and a folder that cannot be written: nothing is lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.clock import SystemClock
from passdown.domain.job import JobState
from passdown.domain.scope import ALL
from passdown.stages.measure.verify import verify
from passdown.storage.port import Store
from tests.faults.writer import decide, opened

ROOT = Path(__file__).parent.parent.parent
WRITERS, DECISIONS = 8, 15

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(params=("sqlite", "postgres"))
def backend(request) -> str:
    return str(request.param)


@pytest.fixture
def place(backend: str, tmp_path: Path, request) -> str:
    if backend == "postgres":
        return str(request.getfixturevalue("postgres_dsn"))
    return str(tmp_path / "store" / "store.db")


@pytest.fixture
def store(backend: str, place: str) -> Iterator[Store]:
    store = opened(backend, place)
    yield store
    store.close()


@pytest.fixture
def start(backend: str, place: str) -> Iterator[Start]:
    """Start a process at some task on the store; what is still there at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def new(task: str, name: str = "writer", count: int = 0) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.faults.writer", task, backend, place, name]
        started.append(
            subprocess.Popen([*command, str(count)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        )
        return started[-1]

    yield new
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def said(process: subprocess.Popen[str], seconds: float = 120) -> list[list[str]]:
    """All that a process promised before it ended well."""
    output, _ = process.communicate(timeout=seconds)
    assert process.returncode == 0
    return [line.split() for line in output.splitlines()]


def heard(process: subprocess.Popen[str], word: str) -> None:
    """Wait until a process says this."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(word):
            return
    raise AssertionError(f"it ended without saying {word}")


def decisions(store: Store) -> int:
    """How many decisions there are; all of each, or the store is broken."""
    with store.read(ALL) as tx:
        assert verify(tx).ok
        count = tx.knowledge.get("count", "all")
        total = int(count.text) if count else 0
        assert len(tx.ledger.entries(name="count.updated", limit=10_000)) == total
        assert sum(tx.queue.counts().values()) == total
        assert tx.observations.counts()["observations"] == total
        assert len(tx.knowledge.versions("count", "all")) == total
        assert len(tx.jobs.all(limit=10_000)) == total
        return total


def test_eight_processes_that_write_at_once_lose_nothing(store, start, backend):
    writers = [start("write", f"w{n}", DECISIONS) for n in range(WRITERS)]
    longest = [int(lines[-1][1]) for lines in map(said, writers)]
    print(f"longest wait of {WRITERS} writers on {backend}: {max(longest)} ms")
    assert decisions(store) == WRITERS * DECISIONS
    with store.read(ALL) as tx:
        for n in range(WRITERS):
            mine = [e for e in tx.ledger.entries() if e.actor == f"w{n}"]
            assert [e.detail for e in mine] == [{"n": k} for k in range(DECISIONS)]


def test_four_processes_take_every_job_once(store, start):
    with store.write(ALL) as tx:
        for n in range(60):
            decide(tx, "me", n)
    workers = [start("work", f"w{n}") for n in range(4)]
    taken = [line[1] for worker in workers for line in said(worker)]
    with store.read(ALL) as tx:
        assert sorted(taken) == sorted(job.id for job in tx.jobs.all([JobState.DONE]))
    assert len(taken) == 60


def test_eight_processes_that_make_the_store_at_once_make_one(backend, place, start):
    writers = [start("write", f"w{n}", 1) for n in range(WRITERS)]
    for writer in writers:
        said(writer)
    store = opened(backend, place)
    assert decisions(store) == WRITERS
    store.close()


def test_a_writer_killed_within_a_transaction_leaves_nothing_of_it(store, start):
    for killed in range(1, 4):
        writer = start("linger")
        heard(writer, "inside")
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        started = time.monotonic()
        assert decisions(store) == 2 * killed - 1
        with store.write(ALL) as tx:
            decide(tx, "survivor", killed)
        assert time.monotonic() - started < 10
        assert decisions(store) == 2 * killed


def test_a_writer_killed_at_any_moment_has_kept_all_it_promised(store, start):
    chance = random.Random(7)
    promised = 0
    for _ in range(6):
        writer = start("write", count=100_000)
        heard(writer, "wrote")
        time.sleep(chance.random() / 3)
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        promised += 1 + sum(line.startswith("wrote") for line in rest.splitlines()[:-1])
        kept = decisions(store)
        # The last one may have been kept and not yet said.
        assert promised <= kept <= promised + 2
        promised = kept


def test_a_restore_killed_at_any_moment_leaves_one_of_the_two(store, start, tmp_path: Path):
    for which, more in (("a", 3), ("b", 40)):
        with store.write(ALL) as tx:
            for n in range(more):
                decide(tx, "me", n)
        store.backup(tmp_path / which)
    chance = random.Random(7)
    for _ in range(5):
        process = start("restore", str(tmp_path))
        heard(process, "restored")
        time.sleep(chance.random() / 5)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert decisions(store) in (3, 43)
    with store.write(ALL) as tx:
        decide(tx, "me", 0)
    assert decisions(store) in (4, 44)


only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@only_sqlite
def test_a_full_disk_is_reported_and_what_was_promised_is_kept(store, start):
    lines = said(start("enlarge", count=900_000))
    kept = [line for line in lines if line[0] == "wrote"]
    (refused,) = [line for line in lines if line[0] == "refused"]
    assert len(kept) > 5
    assert refused[1] == "store"
    assert "disk" in refused
    assert ["read", str(len(kept))] in lines
    assert lines[-1] == ["recovered"]
    with store.read(ALL) as tx:
        assert verify(tx).ok
        assert tx.ledger.head()[0] == len(kept) + 1


@only_sqlite
def test_a_folder_that_cannot_be_written_is_reported(start):
    found: list[Any] = said(start("unprivileged"))
    assert [line for line in found if line[0] in ("new", "there")] == [
        ["new", "store", "True", "True"],
        ["there", "store", "True", "True"],
    ]


@only_sqlite
def test_a_clock_that_goes_backwards_does_not_hide_a_lease(place: str):
    class Backwards(SystemClock):
        offset = 0.0

        def now(self) -> str:
            from passdown.domain.clock import from_seconds

            return from_seconds(time.time() - self.offset)

    from passdown.domain.job import Job
    from passdown.storage.sqlite import open_sqlite

    clock = Backwards()
    store = open_sqlite(place, clock)
    with store.write(ALL) as tx:
        tx.jobs.add(Job("j", "mine", "k"))
        assert tx.jobs.take("w", lease_seconds=60)
    clock.offset = 3600
    with store.write(ALL) as tx:
        assert tx.jobs.take("other", lease_seconds=60) is None
        assert tx.jobs.finish("j", "w", {})
        tx.ledger.append("n", "me", "s", {})
    with store.read(ALL) as tx:
        assert verify(tx).ok
    store.close()
