"""Jobs over named queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from passdown.domain.clock import later
from passdown.storage.coding import packed
from passdown.storage.rows.jobs import job_of, job_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.clock import At
    from passdown.domain.job import Job, JobState, Json
    from passdown.storage.sql.bound import Bound

LEASE_RAN_OUT = "its last worker stopped without a word"


class SqlJobs:
    """The port's Jobs. Only `add` waits for other writers: of two like jobs one is kept."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._rows = partial(bound.rows, "jobs")
        self._row = partial(bound.row, "jobs")
        self._write = partial(bound.write, "jobs")
        self._written = partial(bound.written, "jobs")

    def add(self, job: Job) -> bool:
        """False when a queued or running job has this key."""
        self._bound.serialise()
        # Asked first: the index alone would wait for whoever is just finishing that job.
        if self._row("open", key=job.key):
            return False
        return bool(self._write("add", **job_row(job, self._bound.now)._asdict()))

    def take(self, worker: str, *, lease_seconds: float, names: Sequence[str] = ()) -> Job | None:
        """The job that is due longest, now running under this worker's lease."""
        now = self._bound.now
        until = later(now, seconds=lease_seconds)
        self._write("bury", now=now, error=LEASE_RAN_OUT)
        row = self._written("take", worker=worker, lease_until=until, now=now, names=list(names))
        return job_of(row) if row else None

    def beat(self, id: str, worker: str, *, lease_seconds: float) -> bool:
        """Prolong the lease; False when it is no longer this worker's."""
        until = later(self._bound.now, seconds=lease_seconds)
        return bool(self._write("beat", id=id, worker=worker, lease_until=until))

    def finish(self, id: str, worker: str, result: Json) -> bool:
        """False when the lease is no longer this worker's: then nothing is written."""
        done = {"result": packed(result), "now": self._bound.now}
        row = self._written("finish", id=id, worker=worker, **done)
        if row:
            self._write("forget", key=row[0], id=id)
        return bool(row)

    def fail(self, id: str, worker: str, error: str, *, retry_at: At) -> Job | None:
        """Queued again for then, or dead when its attempts are used up."""
        when = {"retry_at": retry_at, "now": self._bound.now}
        row = self._written("fail", id=id, worker=worker, error=error, **when)
        return job_of(row) if row else None

    def get(self, id: str) -> Job | None:
        """The job; None when there is none."""
        row = self._row("get", id=id)
        return job_of(row) if row else None

    def all(self, states: Sequence[JobState] = (), *, limit: int = 100) -> list[Job]:
        """Newest first."""
        wanted = [state.value for state in states]
        return list(map(job_of, self._rows("all", states=wanted, limit=limit)))
