"""Work to be done later, once, whoever does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from passdown.domain.clock import At

Json: TypeAlias = dict[str, Any]


class JobState(StrEnum):
    """Where a job stands; a dead one used up its attempts and waits for a person."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Job:
    """One row of work. At most one queued or running job has a given `key`."""

    id: str
    name: str
    key: str
    detail: Json = field(default_factory=dict)
    state: JobState = JobState.QUEUED
    run_at: At = ""
    attempts: int = 0
    max_attempts: int = 5
    worker: str = ""
    lease_until: At = ""
    result: Json = field(default_factory=dict)
    error: str = ""
    created_at: At = ""
    finished_at: At = ""
