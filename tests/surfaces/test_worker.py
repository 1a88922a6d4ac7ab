"""The worker: timers become jobs, jobs run once, failures are tried again and seen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.clock import At, from_seconds, later, to_seconds
from passdown.domain.errors import StoreError
from passdown.domain.job import JobState
from passdown.domain.scope import ALL
from passdown.ops.jobs import Schedule
from passdown.surfaces.worker import Pace, Worker
from tests.surfaces.counting import TICK, Counting


class Hands:
    """A clock that stands still until it is moved, in either direction."""

    def __init__(self) -> None:
        self.at: At = "2026-11-21T03:15:00.000Z"

    def now(self) -> At:
        return self.at

    def move(self, seconds: float) -> At:
        self.at = from_seconds(to_seconds(self.at) + seconds)
        return self.at


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture(params=["memory:", "sqlite"])
def counting(request, tmp_path: Path, clock: Hands) -> Iterator[Counting]:
    store = request.param if request.param == "memory:" else str(tmp_path / "store")
    found = Counting(store, tmp_path / "lines", clock)
    yield found
    found.app.close()


Make = Callable[..., Worker]


@pytest.fixture
def worker(counting: Counting) -> Make:
    def make(*timers: Schedule, said: list[str] | None = None, **pace: float) -> Worker:
        facts = {"pause": 0.01, "lease": 60.0} | pace
        app: Any = counting
        return Worker(app, lambda: timers, pace=Pace(**facts), say=(said or []).append)

    return make


@contextmanager
def running(worker: Worker) -> Iterator[threading.Thread]:
    """The worker in a thread, stopped at the end."""
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        worker.stop()
        thread.join(20)
        assert not thread.is_alive()


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def states(counting: Counting) -> list[str]:
    return [job.state.value for job in counting.jobs()]


# ---- timers


def test_a_timer_that_never_ran_is_due_at_once(worker: Make, counting: Counting) -> None:
    tally = worker(TICK).once()
    (job,) = counting.jobs()
    assert (tally.ran, job.name, job.key, job.state) == (1, "count", "tick", JobState.DONE)
    assert job.result == {"counted": 0}


def test_a_timer_comes_round_after_its_interval(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    for _ in range(3):
        worker(TICK).once()
        clock.move(1800)
    assert counting.runs() == 2


def test_a_timer_of_the_calendar_comes_round_at_its_time(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    nightly = Schedule("tick", "count", "30 4 * * *")
    worker(nightly).once()
    clock.at = "2026-11-21T04:29:59.000Z"
    worker(nightly).once()
    assert counting.runs() == 1
    clock.at = "2026-11-21T04:30:00.000Z"
    worker(nightly).once()
    worker(nightly).once()
    assert counting.runs() == 2


def test_a_timer_that_was_due_many_times_runs_once(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    worker(TICK).once()
    clock.move(86_400)
    worker(TICK).once()
    worker(TICK).once()
    assert counting.runs() == 2


def test_a_timer_counts_from_the_end_of_a_long_job(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    ran: list[At] = []
    counting.call = lambda *_, **__: ran.append(clock.move(7200))  # type: ignore[method-assign]
    worker(TICK).once()
    worker(TICK).once()
    assert len(ran) == 1


def test_a_clock_that_goes_back_stops_no_timer(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    worker(TICK).once()
    clock.move(-86_400)
    worker(TICK).once()
    worker(TICK).once()
    assert counting.runs() == 2
    clock.move(3600)
    worker(TICK).once()
    assert counting.runs() == 3


def test_a_malformed_timer_is_told_once_and_the_others_run(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    said: list[str] = [""]
    bad, odd = Schedule("bad", "count", "every day"), Schedule("odd", "count", "0 0 30 2 *")
    with counting.store.write(ALL) as tx:
        for timer in (bad, odd):
            tx.registry.keep(f"ran:{timer.key}", "2026-11-20T00:00:00.000Z")
    one = worker(bad, odd, TICK, said=said)
    for _ in range(3):
        one.once()
    told = [line for line in said if "never runs" in line]
    assert [line.split()[0] for line in told] == ["bad", "odd"]
    assert [job.key for job in counting.jobs()] == ["tick"]


def test_what_is_put_on_the_timer_reaches_the_operation(worker: Make, counting: Counting) -> None:
    worker(Schedule("tick", "count", "1h", {"n": 7})).once()
    assert counting.jobs()[0].result == {"counted": 7}


# ---- jobs


def test_jobs_run_in_the_order_they_are_due(worker: Make, counting: Counting, clock: Hands) -> None:
    now = clock.now()
    for n, ago in ((1, 10), (2, 30), (3, 20)):
        counting.add(n=n, run_at=later(now, seconds=-ago))
    counting.add(n=4, run_at=later(now, seconds=10))
    worker().once()
    assert [line.split()[1] for line in counting.lines()[::2]] == ["2", "3", "1"]


def test_a_job_that_is_no_operation_is_left_alone(worker: Make, counting: Counting) -> None:
    counting.add("effect:post")
    assert worker().once().ran == 0
    assert states(counting) == ["queued"]


def test_a_failing_job_is_tried_again_later_each_time_and_then_given_up(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    id, waits = counting.add("break", max_attempts=4), []
    for _ in range(3):
        worker(first=30, longest=100).once()
        job = counting.job(id)
        assert job.state is JobState.QUEUED
        assert "it is broken" in job.error
        waits.append(to_seconds(job.run_at) - to_seconds(clock.now()))
        worker().once()
        clock.at = job.run_at
    worker().once()
    assert waits == [30, 60, 100]
    job = counting.job(id)
    assert (job.state, job.attempts) == (JobState.DEAD, 4)
    assert len(counting.lines()) == 4


def test_a_timer_whose_job_was_given_up_comes_round_again(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    bad = Schedule("tick", "break", "1h")
    for _ in range(5):
        worker(bad).once()
        clock.move(1600)
    assert states(counting) == ["dead"]
    clock.move(2001)
    worker(bad).once()
    assert states(counting) == ["dead", "queued"]


def test_a_job_whose_worker_died_is_taken_again_when_the_lease_ran_out(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    id = counting.add()
    with counting.store.write(ALL) as tx:
        assert tx.jobs.take("a worker that died", lease_seconds=60)
    assert worker().once().ran == 0
    clock.move(60)
    assert worker().once().ran == 1
    assert (counting.job(id).state, counting.job(id).attempts) == (JobState.DONE, 2)


def test_a_job_that_kills_its_worker_each_time_is_given_up(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    id = counting.add(max_attempts=2)
    for _ in range(2):
        with counting.store.write(ALL) as tx:
            assert tx.jobs.take("a worker that died", lease_seconds=60)
        clock.move(60)
    assert worker().once().ran == 0
    assert counting.job(id).state is JobState.DEAD


def test_a_result_of_a_job_that_was_taken_over_is_not_written(
    worker: Make, counting: Counting, clock: Hands
) -> None:
    id = counting.add()

    def stolen(*_: Any, **__: Any) -> Any:
        clock.move(61)
        with counting.store.write(ALL) as tx:
            assert tx.jobs.take("a quicker worker", lease_seconds=60)
        return {"counted": 99}

    counting.call = stolen  # type: ignore[method-assign]
    worker().once()
    job = counting.job(id)
    assert (job.state, job.worker, job.result) == (JobState.RUNNING, "a quicker worker", {})


def test_a_long_job_keeps_its_lease(worker: Make, counting: Counting, clock: Hands) -> None:
    id = counting.add(seconds=0.6)
    with running(worker(lease=0.15)):
        eventually(lambda: counting.job(id).state is JobState.RUNNING)
        first = counting.job(id).lease_until
        clock.move(0.1)
        eventually(lambda: counting.job(id).lease_until > first)
        eventually(lambda: counting.job(id).state is JobState.DONE)
    assert counting.job(id).attempts == 1


# ---- ending


def test_a_stop_ends_a_job_at_its_next_sign_of_progress_and_gives_it_back(
    worker: Make, counting: Counting
) -> None:
    id = counting.add("climb", steps=1000, seconds=0.01)
    one = worker()
    with running(one):
        eventually(lambda: counting.job(id).state is JobState.RUNNING)
    job = counting.job(id)
    assert (job.state, job.error, one.tally.left) == (JobState.QUEUED, "stopped", False)
    assert len(counting.lines()) == 1


def test_a_stop_waits_for_a_short_job(worker: Make, counting: Counting) -> None:
    id = counting.add(seconds=0.3)
    counting.add()
    with running(worker()):
        eventually(lambda: counting.job(id).state is JobState.RUNNING)
    assert states(counting) == ["done", "queued"]


def test_a_job_that_cannot_end_in_time_is_left_to_its_lease(
    worker: Make, counting: Counting
) -> None:
    id = counting.add(seconds=1.0)
    one = worker(grace=0.1)
    with running(one):
        eventually(lambda: counting.job(id).state is JobState.RUNNING)
    assert one.tally.left
    assert counting.job(id).state is JobState.RUNNING
    eventually(lambda: len(counting.lines()) == 2)


def test_a_store_that_is_away_is_waited_for(
    worker: Make, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = threading.Event()
    away.set()
    store = counting.store

    class Away:
        def __getattr__(self, name: str) -> Any:
            if away.is_set():
                raise StoreError("the store is away")
            return getattr(store, name)

    monkeypatch.setattr(Counting, "store", Away())
    said = [""]
    with running(worker(TICK, said=said)):
        eventually(lambda: any("waiting: the store is away" in line for line in said))
        away.clear()
        eventually(lambda: states(counting) == ["done"])


def test_one_pass_tells_when_the_store_is_away(
    worker: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Any) -> Any:
        raise StoreError("the store is away")

    monkeypatch.setattr(Counting, "store", property(away))
    with pytest.raises(StoreError):
        worker(TICK).once()


def test_two_workers_in_one_process_share_the_jobs(worker: Make, counting: Counting) -> None:
    for n in range(40):
        counting.add(n=n, seconds=0.01)
    with running(worker()), running(worker()):
        eventually(lambda: set(states(counting)) == {"done"})
    began = [line.split()[1] for line in counting.lines() if line.startswith("began")]
    assert sorted(map(int, began)) == list(range(40))
