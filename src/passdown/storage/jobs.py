"""The part of the port that keeps work to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.clock import At
    from passdown.domain.job import Job, JobState

Json: TypeAlias = dict[str, Any]


class Jobs(Protocol):
    """Rows of work with leases. Effects outside the store are jobs too: the outbox."""

    def add(self, job: Job) -> bool:
        """False when a queued or running job has this key ('' is no key). Without times of its
        own it was made now and is due now."""
        ...

    def take(self, worker: str, *, lease_seconds: float, names: Sequence[str] = ()) -> Job | None:
        """The job that is due longest, now running under this worker's lease. A running job
        whose lease ran out is due again, or dead when it has no attempts left. No two workers
        take one job."""
        ...

    def beat(self, id: str, worker: str, *, lease_seconds: float) -> bool:
        """Prolong the lease; False when it is no longer this worker's."""
        ...

    def finish(self, id: str, worker: str, result: Json) -> bool:
        """False when the lease is no longer this worker's: then nothing is written. Of the ended
        jobs of one key only this one stays: timers go off for years."""
        ...

    def fail(self, id: str, worker: str, error: str, *, retry_at: At) -> Job | None:
        """Queued again for then, or dead when its attempts are used up; None when the lease is
        no longer this worker's."""
        ...

    def get(self, id: str) -> Job | None: ...

    def all(self, states: Sequence[JobState] = (), *, limit: int = 100) -> list[Job]:
        """Newest first."""
        ...
