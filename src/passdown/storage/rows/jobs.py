"""Jobs as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.job import Job, JobState
from passdown.storage.coding import named, packed, plain, unpacked, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.clock import At


class JobRow(NamedTuple):
    """`jobs`, in the order their queries select."""

    id: str
    name: str
    key: str
    detail: str
    state: str
    run_at: str
    attempts: int
    max_attempts: int
    worker: str
    lease_until: str
    result: str
    error: str
    created_at: str
    finished_at: str


def job_row(job: Job, now: At) -> JobRow:
    """The row of a job; without a time of its own it was made now and is due now."""
    return JobRow(
        named(job.id),
        named(job.name),
        named(job.key),
        packed(job.detail),
        job.state.value,
        plain(job.run_at) or now,
        whole(job.attempts),
        whole(job.max_attempts),
        plain(job.worker),
        plain(job.lease_until),
        packed(job.result),
        plain(job.error),
        plain(job.created_at) or now,
        plain(job.finished_at),
    )


def job_of(values: Sequence[Any]) -> Job:
    """The job of a row."""
    row = JobRow(*values)
    return Job(
        row.id,
        row.name,
        row.key,
        unpacked(row.detail),
        JobState(row.state),
        row.run_at,
        row.attempts,
        row.max_attempts,
        row.worker,
        row.lease_until,
        unpacked(row.result),
        *row[11:],
    )
