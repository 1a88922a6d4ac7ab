"""Jobs in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.clock import later
from passdown.domain.job import JobState
from passdown.storage.coding import packed, plain
from passdown.storage.rows.jobs import job_of, job_row
from passdown.storage.sql.jobs import LEASE_RAN_OUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.clock import At
    from passdown.domain.job import Job, Json
    from passdown.storage.memory.bound import Bound
    from passdown.storage.rows.jobs import JobRow

ALIVE = (JobState.QUEUED, JobState.RUNNING)


class MemoryJobs:
    """The port's Jobs."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def add(self, job: Job) -> bool:
        """False when a queued or running job has this key."""
        row, table = job_row(job, self._bound.now), self._bound.change("jobs")
        alive = {other.key for other in table.values() if other.key and other.state in ALIVE}
        if row.key in alive:
            return False
        return table.setdefault(row.id, row) is row

    def take(self, worker: str, *, lease_seconds: float, names: Sequence[str] = ()) -> Job | None:
        """The job that is due longest, now running under this worker's lease."""
        table, now = self._bound.change("jobs"), self._bound.now
        for row in [row for row in table.values() if _lost(row, now)]:
            table[row.id] = row._replace(
                state="dead", error=LEASE_RAN_OUT, finished_at=now, lease_until=""
            )
        due = [row for row in table.values() if _due(row, now) and row.name in (names or row.name)]
        row = min(due, key=lambda row: (_since(row), row.id), default=None)
        if row is None:
            return None
        table[row.id] = row._replace(
            state="running",
            attempts=row.attempts + 1,
            worker=plain(worker),
            lease_until=later(now, seconds=lease_seconds),
        )
        return job_of(table[row.id])

    def beat(self, id: str, worker: str, *, lease_seconds: float) -> bool:
        """Prolong the lease; False when it is no longer this worker's."""
        return self._set(id, worker, lease_until=later(self._bound.now, seconds=lease_seconds))

    def finish(self, id: str, worker: str, result: Json) -> bool:
        """False when the lease is no longer this worker's: then nothing is written."""
        end = {"finished_at": self._bound.now, "lease_until": "", "error": ""}
        if not self._set(id, worker, state="done", result=packed(result), **end):
            return False
        table = self._bound.change("jobs")
        new = table[plain(id)]
        for row in [row for row in table.values() if new.key and row.key == new.key]:
            if row.state not in ALIVE and row is not new:
                del table[row.id]
        return True

    def fail(self, id: str, worker: str, error: str, *, retry_at: At) -> Job | None:
        """Queued again for then, or dead when its attempts are used up."""
        row = self._running(id, worker)
        if row is None:
            return None
        after = {"state": "queued", "run_at": plain(retry_at), "finished_at": "", "worker": ""}
        if row.attempts >= row.max_attempts:
            after = {"state": "dead", "finished_at": self._bound.now}
        self._set(id, worker, error=plain(error), lease_until="", **after)
        return self.get(id)

    def _running(self, id: str, worker: str) -> JobRow | None:
        row: JobRow | None = self._bound.change("jobs").get(plain(id))
        mine = row and row.state == JobState.RUNNING and row.worker == plain(worker)
        return row if mine else None

    def _set(self, id: str, worker: str, /, **values: Any) -> bool:
        row = self._running(id, worker)
        if row is None:
            return False
        self._bound.change("jobs")[row.id] = row._replace(**values)
        return True

    def get(self, id: str) -> Job | None:
        """The job; None when there is none."""
        row = self._bound.table("jobs").get(plain(id))
        return job_of(row) if row else None

    def all(self, states: Sequence[JobState] = (), *, limit: int = 100) -> list[Job]:
        """Newest first."""
        rows = self._bound.table("jobs").values()
        found = [row for row in rows if not states or row.state in states]
        found.sort(key=lambda row: (row.created_at, row.id), reverse=True)
        return list(map(job_of, found[:limit]))


def _since(row: JobRow) -> At:
    return row.run_at if row.state == JobState.QUEUED else row.lease_until


def _due(row: JobRow, now: At) -> bool:
    return row.state in ALIVE and _since(row) <= now


def _lost(row: JobRow, now: At) -> bool:
    return row.state == JobState.RUNNING and _due(row, now) and row.attempts >= row.max_attempts
