"""Workers as real processes: together, killed, and told to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from passdown.domain.job import JobState
from passdown.domain.scope import ALL
from tests.surfaces.counting import Counting

ROOT = Path(__file__).parents[2]

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path: Path) -> str:
    """Where the store is that the processes share."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_dsn"))
    return str(tmp_path / "store")


@pytest.fixture
def counting(place: str, tmp_path: Path) -> Iterator[Counting]:
    found = Counting(place, tmp_path / "lines")
    yield found
    found.app.close()


@pytest.fixture
def start(place: str, counting: Counting) -> Iterator[Start]:
    """Start a worker process that is ready when this returns."""
    started: list[subprocess.Popen[str]] = []

    def new(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.surfaces.counting", place, str(counting.file)]
        process = subprocess.Popen([*command, *words], cwd=ROOT, text=True, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield new
    for process in started:
        process.kill()
        process.communicate()


def eventually(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def ended(counting: Counting) -> bool:
    return all(job.state is JobState.DONE for job in counting.jobs())


def test_two_workers_on_one_store_never_run_one_job_twice(counting: Counting, start: Start) -> None:
    jobs = 60
    for n in range(jobs):
        counting.add(n=n, seconds=0.005)
    start()
    start()
    eventually(lambda: ended(counting))
    began = [line.split() for line in counting.lines() if line.startswith("began")]
    assert Counter(n for _, n, _ in began) == Counter(str(n) for n in range(jobs))
    assert len({pid for _, _, pid in began}) == 2
    assert all(job.attempts == 1 for job in counting.jobs())


def test_two_workers_on_one_store_run_a_timer_once_each_time(
    counting: Counting, start: Start
) -> None:
    both = [start("--every", "1s"), start("--every", "1s")]
    began = time.monotonic()
    eventually(lambda: counting.runs() >= 4)
    for process in both:
        process.terminate()
        assert process.wait(20) == 0
    seconds = time.monotonic() - began
    assert counting.runs() <= seconds + 2
    assert len(counting.lines()) == 2 * counting.runs()
    assert len(counting.jobs()) <= 2


def test_a_job_of_a_killed_worker_is_taken_again(counting: Counting, start: Start) -> None:
    id = counting.add(seconds=3)
    first = start("--lease", "1")
    eventually(lambda: len(counting.lines()) == 1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert counting.job(id).state is JobState.RUNNING
    start("--lease", "1")
    eventually(lambda: counting.job(id).state is JobState.DONE)
    assert counting.job(id).attempts == 2
    assert [line.split()[0] for line in counting.lines()] == ["began", "began", "ended"]
    assert counting.job(id).result == {"counted": 0}


def test_a_worker_that_lives_keeps_a_job_longer_than_its_lease(
    counting: Counting, start: Start
) -> None:
    id = counting.add(seconds=3)
    start("--lease", "1")
    start("--lease", "1")
    eventually(lambda: counting.job(id).state is JobState.DONE)
    assert counting.job(id).attempts == 1
    assert len(counting.lines()) == 2


def test_a_worker_told_to_end_finishes_its_job(counting: Counting, start: Start) -> None:
    counting.add(seconds=0.5)
    counting.add()
    process = start()
    eventually(lambda: len(counting.lines()) == 1)
    process.terminate()
    assert process.wait(20) == 0
    assert [job.state for job in counting.jobs()] == [JobState.DONE, JobState.QUEUED]


def test_a_worker_told_to_end_gives_back_a_long_job(counting: Counting, start: Start) -> None:
    id = counting.add("climb", steps=10_000, seconds=0.01)
    process = start()
    eventually(lambda: len(counting.lines()) == 1)
    process.terminate()
    assert process.wait(20) == 0
    assert (counting.job(id).state, counting.job(id).error) == (JobState.QUEUED, "stopped")


def test_workers_killed_at_random_lose_nothing(counting: Counting, start: Start) -> None:
    jobs = 30
    for n in range(jobs):
        counting.add(n=n, seconds=0.02, max_attempts=100)
    for wait in (0.15, 0.3, 0.05, 0.2):
        process = start("--lease", "1")
        time.sleep(wait)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    start("--lease", "1")
    eventually(lambda: ended(counting))
    finished = Counter(line.split()[1] for line in counting.lines() if line.startswith("ended"))
    assert finished.keys() == {str(n) for n in range(jobs)}
    with counting.store.read(ALL) as tx:
        assert len(tx.jobs.all((JobState.DONE,), limit=100)) == jobs
