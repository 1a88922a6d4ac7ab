"""Jobs and their leases, in every backend."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from passdown.domain.clock import later
from passdown.domain.job import Job, JobState
from passdown.domain.scope import ALL
from passdown.storage.port import Store


def add(store: Store, *jobs: Job) -> list[bool]:
    with store.write(ALL) as tx:
        return [tx.jobs.add(job) for job in jobs]


def take(store: Store, worker: str = "w", lease: float = 60, **how) -> Job | None:
    with store.write(ALL) as tx:
        return tx.jobs.take(worker, lease_seconds=lease, **how)


def test_a_job_is_taken_once_and_finished_by_its_worker(store: Store, clock):
    assert add(store, Job("1", "mine", "k", {"a": 1})) == [True]
    job = take(store)
    assert job == Job(
        "1", "mine", "k", {"a": 1}, JobState.RUNNING, clock.now(), 1, 5, "w",
        later(clock.now(), seconds=60), created_at=clock.now(),
    )  # fmt: skip
    assert take(store, "other") is None
    with store.write(ALL) as tx:
        assert not tx.jobs.finish("1", "other", {"done": 0})
        assert tx.jobs.finish("1", "w", {"done": 1})
        assert not tx.jobs.finish("1", "w", {"done": 2})
        done = tx.jobs.get("1")
        assert done == replace(
            job, state=JobState.DONE, result={"done": 1}, lease_until="", finished_at=clock.now()
        )
        assert tx.jobs.get("none") is None


def test_what_has_ended_is_neither_prolonged_nor_failed(store: Store, clock):
    add(store, Job("1", "mine", "k"))
    take(store)
    with store.write(ALL) as tx:
        assert tx.jobs.finish("1", "w", {})
        done = tx.jobs.get("1")
        assert not tx.jobs.beat("1", "w", lease_seconds=60)
        assert tx.jobs.fail("1", "w", "late", retry_at=clock.now()) is None
        assert tx.jobs.get("1") == done


def test_of_like_jobs_only_one_waits_or_runs(store: Store):
    assert add(store, Job("1", "mine", "k"), Job("2", "mine", "k")) == [True, False]
    take(store)
    assert add(store, Job("3", "mine", "k")) == [False]
    with store.write(ALL) as tx:
        tx.jobs.finish("1", "w", {})
        assert tx.jobs.add(Job("4", "mine", "k"))
        assert tx.jobs.add(Job("5", "mine", ""))
        assert tx.jobs.add(Job("6", "mine", ""))
        assert not tx.jobs.add(Job("6", "mine", "new key, known id"))


def test_of_the_ended_jobs_of_one_key_the_last_that_succeeded_stays(store: Store, clock):
    def run(id: str, key: str = "k", *, well: bool = True) -> None:
        add(store, Job(id, "mine", key, max_attempts=1))
        take(store)
        with store.write(ALL) as tx:
            if well:
                assert tx.jobs.finish(id, "w", {})
            else:
                tx.jobs.fail(id, "w", "broken", retry_at=clock.now())

    def ended() -> set[str]:
        with store.read(ALL) as tx:
            return {job.id for job in tx.jobs.all()}

    for id in ("1", "2"):
        run(id)
    assert ended() == {"2"}
    run("3", well=False)
    assert ended() == {"2", "3"}
    run("4")
    run("5", key="other")
    run("6", key="")
    run("7", key="")
    assert ended() == {"4", "5", "6", "7"}


def test_the_job_that_is_due_longest_goes_first(store: Store, clock):
    for id, seconds in (("late", -1), ("first", -9), ("soon", 5), ("second", -5)):
        add(store, Job(id, "mine", id, run_at=later(clock.now(), seconds=seconds)))
    assert [job.id for job in (take(store), take(store), take(store)) if job] == [
        "first", "second", "late"
    ]  # fmt: skip
    assert take(store) is None
    clock.move(5)
    assert take(store, names=["other"]) is None
    assert (job := take(store, names=["other", "mine"])) is not None
    assert job.id == "soon"


def test_a_lease_that_ran_out_is_taken_by_another(store: Store, clock):
    add(store, Job("1", "mine", "k"))
    take(store, "dying", lease=10)
    clock.move(9)
    assert take(store, "other") is None
    clock.move(1)
    again = take(store, "other", lease=10)
    assert again is not None
    assert (again.worker, again.attempts) == ("other", 2)
    with store.write(ALL) as tx:
        assert not tx.jobs.beat("1", "dying", lease_seconds=10)
        assert not tx.jobs.finish("1", "dying", {})
        assert tx.jobs.fail("1", "dying", "late", retry_at=clock.now()) is None
        assert tx.jobs.get("1") == again


def test_a_heartbeat_keeps_the_lease(store: Store, clock):
    add(store, Job("1", "mine", "k"))
    take(store, lease=10)
    for _ in range(5):
        clock.move(9)
        with store.write(ALL) as tx:
            assert tx.jobs.beat("1", "w", lease_seconds=10)
        assert take(store, "other") is None


def test_a_failure_is_tried_again_later_and_then_waits_for_a_person(store: Store, clock):
    add(store, Job("1", "mine", "k", max_attempts=2))
    take(store)
    retry = later(clock.now(), seconds=30)
    with store.write(ALL) as tx:
        queued = tx.jobs.fail("1", "w", "no luck", retry_at=retry)
        assert queued is not None
        assert (queued.state, queued.run_at, queued.error) == (JobState.QUEUED, retry, "no luck")
        assert (queued.worker, queued.finished_at) == ("", "")
    assert take(store) is None
    clock.move(30)
    assert take(store) is not None
    with store.write(ALL) as tx:
        dead = tx.jobs.fail("1", "w", "none at all", retry_at=retry)
        assert dead is not None
        assert (dead.state, dead.attempts, dead.error) == (JobState.DEAD, 2, "none at all")
        assert (dead.worker, dead.finished_at) == ("w", clock.now())
    clock.move(3600)
    assert take(store) is None


def test_a_worker_that_died_with_the_last_attempt_leaves_a_dead_job(store: Store, clock):
    add(store, Job("1", "mine", "k", max_attempts=1))
    take(store, lease=10)
    clock.move(10)
    assert take(store, "other") is None
    with store.read(ALL) as tx:
        dead = tx.jobs.get("1")
        assert dead is not None
        assert (dead.state, dead.finished_at) == (JobState.DEAD, clock.now())
        assert "without a word" in dead.error


def test_a_job_at_its_last_attempt_runs_as_long_as_its_lease(store: Store, clock):
    add(store, Job("1", "mine", "k", max_attempts=1))
    running = take(store, lease=10)
    clock.move(9)
    assert take(store, "other") is None
    with store.read(ALL) as tx:
        assert tx.jobs.get("1") == running


def test_jobs_are_listed_newest_first(store: Store, clock):
    for id in ("1", "2", "3"):
        add(store, Job(id, "mine", id))
        clock.move(1)
    take(store)
    with store.read(ALL) as tx:
        assert [job.id for job in tx.jobs.all()] == ["3", "2", "1"]
        assert [job.id for job in tx.jobs.all(limit=1)] == ["3"]
        assert [job.id for job in tx.jobs.all([JobState.QUEUED])] == ["3", "2"]
        assert [job.id for job in tx.jobs.all([JobState.RUNNING, JobState.DEAD])] == ["1"]


def test_many_workers_take_every_job_exactly_once(store: Store):
    add(store, *(Job(f"{n:03}", "mine", f"k{n}") for n in range(60)))
    taken: list[tuple[str, str]] = []

    def work(worker: str) -> None:
        while job := take(store, worker):
            taken.append((job.id, worker))
            with store.write(ALL) as tx:
                assert tx.jobs.finish(job.id, worker, {})

    workers = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(6)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(id for id, _ in taken) == [f"{n:03}" for n in range(60)]


# The others have one writer at a time, whatever it writes.
@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_a_lease_does_not_wait_for_a_long_write(store: Store):
    add(store, Job("1", "mine", "k"))
    with store.write(ALL) as tx:
        tx.registry.keep("long", "write")
        taken: list[Job | None] = []
        other = threading.Thread(target=lambda: taken.append(take(store)))
        other.start()
        other.join(5)
        assert [job.id for job in taken if job] == ["1"]
