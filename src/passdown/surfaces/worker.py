"""The worker: a job is an operation on a timer, run once, by whoever holds its lease.

Nothing it knows is lost with it: jobs are rows of the store. When it dies, the lease of the job it
ran runs out, and another worker takes that job again.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any

from passdown.config.arguments import Arguments
from passdown.config.argv import split
from passdown.domain.actor import system
from passdown.domain.clock import later, new_id
from passdown.domain.errors import PassdownError
from passdown.domain.job import Job, JobState
from passdown.domain.scope import ALL
from passdown.ops.every import due
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passdown.app import App
    from passdown.ops.jobs import Schedule
    from passdown.ops.operation import Progress
    from passdown.storage.port import Tx

ACTOR = system("worker")
RAN = "ran:"
"""The registry's names for when a timer last went off."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: a lease, a pause without work, the wait for a job at the end, the first and the
    longest wait before a failed job is tried again."""

    lease: float = 60.0
    pause: float = 1.0
    grace: float = 8.0
    first: float = 30.0
    longest: float = 3600.0

    def back_off(self, attempts: int) -> float:
        """How long to wait after that many attempts."""
        return min(self.first * 2.0 ** min(attempts - 1, 30), self.longest)


@dataclass(slots=True)
class Tally:
    """What a worker did so far."""

    ran: int = 0
    failed: int = 0
    left: bool = False
    """Whether a job was still running when a stop could wait no longer."""


class StoppedError(BaseException):
    """Ends a job from within, at its next sign of progress; not for anybody else to catch."""


class Worker:
    """Takes due jobs one at a time; while one runs in a thread of its own, keeps its lease."""

    def __init__(
        self,
        app: App,
        timers: Callable[[], Sequence[Schedule]],
        *,
        pace: Pace | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{new_id()[-8:]}"
        self.tally = Tally()
        self._app = app
        self._timers = timers
        self._pace = pace or Pace()
        self._say = say
        self._operations = tuple(app.operations)
        self._told: set[str] = set()
        # Seconds from which a job is worth a line: timers go off every few seconds, day and night.
        self._worth_a_line = 1.0
        self._stopping = False
        # Rung when a job ends or a stop is asked for; may be rung from a signal handler.
        self._bell: SimpleQueue[None] = SimpleQueue()

    def stop(self) -> None:
        """Take no more jobs; end the current one, or leave it to whoever takes it next."""
        self._stopping = True
        self._bell.put(None)

    def run(self) -> Tally:
        """Work until a stop is asked for. A store that is away is waited for."""
        while not self._stopping:
            try:
                self._plan()
                busy = self._one()
            except Exception as error:
                # Whatever it was, the rows are as they were; other work goes on.
                known = isinstance(error, PassdownError)
                self._say(f"waiting: {error if known else type(error).__name__}")
                busy = False
            if not busy:
                self._wait(self._pace.pause)
        return self.tally

    def once(self) -> Tally:
        """Do what is due now, and no more; each job is worth a line."""
        self._worth_a_line = 0.0
        self._plan()
        while not self._stopping and self._one():
            pass
        return self.tally

    def _wait(self, seconds: float) -> None:
        with suppress(Empty):
            self._bell.get(timeout=max(seconds, 0.0))

    # ---- timers

    def _plan(self) -> None:
        """Queue the job of every timer that is due."""
        timers = self._timers()
        with self._app.store.read(ALL) as tx:
            late = [t for t in timers if self._is_due(tx, t)]
        for timer in late:
            self._queue(timer)

    def _is_due(self, tx: Tx, timer: Schedule) -> bool:
        try:
            return due(timer.every, tx.registry.value(RAN + timer.key) or "", tx.now)
        except PassdownError as error:
            if timer.key not in self._told:
                self._told.add(timer.key)
                self._say(f"{timer.key} never runs: {error}")
            return False

    def _queue(self, timer: Schedule) -> None:
        job = Job(new_id(), timer.operation, timer.key, dict(timer.params))
        with suppress(_TooSoonError), self._app.store.write(ALL) as tx:
            # Added before the time is looked at again: of two workers that saw it due, the second
            # either finds the first one's job here, or the time the first one noted.
            if not tx.jobs.add(job):
                return
            if not self._is_due(tx, timer):
                raise _TooSoonError
            tx.registry.keep(RAN + timer.key, tx.now)

    # ---- jobs

    def _one(self) -> bool:
        """Run the next due job; False when there is none."""
        with self._app.store.write(ALL) as tx:
            job = tx.jobs.take(self.name, lease_seconds=self._pace.lease, names=self._operations)
        if job is None:
            return False
        began, answer = monotonic(), self._start(job)
        if self._watch(job, answer):
            self._close(job, answer, monotonic() - began)
        return True

    def _start(self, job: Job) -> Future[Any]:
        """Run it in a thread that ends with the process: a stop can't wait for it for ever."""
        answer: Future[Any] = Future()

        def work() -> None:
            try:
                answer.set_result(
                    self._app.call(job.name, job.detail, ACTOR, report=self._stop_here)
                )
            except BaseException as error:
                answer.set_exception(error)
            self._bell.put(None)

        threading.Thread(target=work, name=job.key, daemon=True).start()
        return answer

    def _stop_here(self, _: Progress) -> None:
        if self._stopping:
            raise StoppedError

    def _watch(self, job: Job, answer: Future[Any]) -> bool:
        """Keep the lease until the job ended; False when a stop could not wait for that. Then the
        lease is left to run out: the thread may still be writing, and nobody must run it twice."""
        beat_at, leave_at = monotonic() + self._pace.lease / 3, float("inf")
        while not answer.done():
            if self._stopping:
                leave_at = min(leave_at, monotonic() + self._pace.grace)
            self._wait(min(beat_at, leave_at) - monotonic())
            if monotonic() >= leave_at:
                self._say(f"{job.key} did not end in time; it is taken again later")
                self.tally.left = True
                return False
            if monotonic() >= beat_at:
                beat_at = monotonic() + self._pace.lease / 3
                self._beat(job)
        return True

    def _beat(self, job: Job) -> None:
        try:
            with self._app.store.write(ALL) as tx:
                kept = tx.jobs.beat(job.id, self.name, lease_seconds=self._pace.lease)
        except PassdownError as error:
            self._say(f"{job.key}: the lease could not be kept: {error}")
        else:
            if not kept:
                self._say(f"{job.key}: another worker took it over")

    def _close(self, job: Job, answer: Future[Any], seconds: float) -> None:
        """Write down how it ended, unless the job is somebody else's by now."""
        error = answer.exception()
        if error is None:
            self._finish(job, answer.result(), seconds)
        elif isinstance(error, StoppedError):
            self._fail(job, "stopped", wait=0.0)
        else:
            self.tally.failed += 1
            self._fail(job, str(error)[:2000], wait=self._pace.back_off(job.attempts))

    def _finish(self, job: Job, result: Any, seconds: float) -> None:
        self.tally.ran += 1
        kept = result if isinstance(result, dict) else {"result": result}
        with self._app.store.write(ALL) as tx:
            if tx.jobs.finish(job.id, self.name, kept):
                self._rest(tx, job)
        if seconds >= self._worth_a_line:
            self._say(f"{job.key or job.name} done in {seconds:.1f} s")

    def _fail(self, job: Job, why: str, *, wait: float) -> None:
        with self._app.store.write(ALL) as tx:
            retry_at = later(tx.now, seconds=wait)
            after = tx.jobs.fail(job.id, self.name, why, retry_at=retry_at)
            if after is not None and after.state is JobState.DEAD:
                self._rest(tx, job)
        dead = after is not None and after.state is JobState.DEAD
        then = "given up" if dead else f"again at {retry_at}"
        self._say(
            f"{job.key or job.name} failed ({job.attempts} of {job.max_attempts}), {then}: {why}"
        )

    def _rest(self, tx: Tx, job: Job) -> None:
        """A timer counts from the end of its job, so that a long one leaves time for others."""
        if any(timer.key == job.key for timer in self._timers()):
            tx.registry.keep(RAN + job.key, tx.now)


class _TooSoonError(Exception):
    """Takes back a job that another worker has just run."""


def main(argv: list[str]) -> int:
    """`passdown worker [--once]`: until SIGTERM or Ctrl-C, or until nothing is due."""
    options, words = split(argv)
    said = _arguments().parse_args(words)
    from passdown.app import open_app

    app = open_app(store=options.store, flags=options.flags)
    worker = working(app, _heed_signals)
    tally = worker.once() if said.once else worker.run()
    if said.json:
        print(encode({"ran": tally.ran, "failed": tally.failed}), flush=True)
    if tally.left:
        # Its thread may be inside the store: the process ends as it would by a power cut.
        os._exit(0)
    app.close()
    return 1 if said.once and tally.failed else 0


def working(app: App, prepare: Callable[[Worker], None] | None = None) -> Worker:
    """A worker on all timers of this app, which tells on standard error what it does; from its
    first line on, it is prepared."""
    from passdown.ops.jobs import schedules

    def say(line: str) -> None:
        print(f"{app.clock.now()} {line}", file=sys.stderr, flush=True)

    worker = Worker(app, lambda: schedules(app.loops, app.settings), say=say)
    if prepare is not None:
        prepare(worker)
    say(f"worker {worker.name} on {app.store.describe()['where']}")
    return worker


def _heed_signals(worker: Worker) -> None:
    """The first signal ends the current job well, a second one ends everything at once."""

    def heed(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        worker.stop()

    signal.signal(signal.SIGTERM, heed)
    signal.signal(signal.SIGINT, heed)


def _arguments() -> Arguments:
    what = "Run what is due: mining, deadlines, the outbox, the index."
    known = Arguments("worker", what, "--once")
    known.add_argument("--once", action="store_true", help="do what is due now, then end")
    known.add_argument("--json", action="store_true", help="print a tally as JSON at the end")
    return known
