"""What runs on its own: the schedule as data, and operations to see and retry jobs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid, NotFound
from passdown.domain.job import JobState
from passdown.ops.kinds import Id, Name
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.loop import Loop
    from passdown.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Schedule:
    """An operation on a timer; `every` is an interval (`15m`) or a cron expression."""

    key: str
    operation: str
    every: str
    params: dict[str, Any] = field(default_factory=dict)


def schedules(loops: Mapping[str, Loop[Any]], settings: Settings) -> list[Schedule]:
    """All that a worker runs: each loop's cycle, whether what is known holds, how it turned out,
    deadlines, the outbox, the index, the spool, how long things are kept, what became of what was
    audited."""
    cycles = [
        Schedule(f"mine:{name}", "mine", _every(name, settings), {"loop": name})
        for name in sorted(loops)
    ]
    return [
        *cycles,
        Schedule("check", "check", settings.text("check.every")),
        Schedule("outcomes", "outcomes", settings.text("outcomes.every")),
        Schedule("expire", "expire", settings.text("expire.every")),
        Schedule("deliver", "deliver", settings.text("outbox.every")),
        Schedule("index", "index.follow", settings.text("index.every")),
        Schedule("reread", "reread", settings.text("observe.every")),
        Schedule("retain", "retain", settings.text("retain.every")),
        Schedule("audit.sweep", "audit.sweep", settings.text("audit.sweep_at")),
        Schedule("drain", "drain", settings.text("spool.every")),
    ]


def _every(loop: str, settings: Settings) -> str:
    return settings.text(f"{loop}.every") or settings.text("mine.every")


@operation(
    "jobs",
    Effect.READ,
    cli=Shell(rows="jobs", columns=("id", "name", "state", "attempts", "run_at", "error")),
    example="passdown jobs --state dead",
)
def jobs(ctx: Ctx, state: Name = "", limit: int = 50) -> dict[str, Any]:
    """Work that waits, runs, ended or gave up, newest first."""
    if state and state not in set(JobState):
        raise Invalid(f"no state {state!r}", next=f"One of: {', '.join(JobState)}.")
    wanted = (JobState(state),) if state else ()
    with ctx.store.read(ctx.sight) as tx:
        return {"jobs": tx.jobs.all(wanted, limit=max(1, min(limit, 10_000)))}


@operation("jobs.retry", Effect.ADMIN, example="passdown jobs retry 0193ab")
def retry(ctx: Ctx, id: Id) -> dict[str, Any]:
    """Queue a job that gave up once more."""
    from passdown.domain.clock import new_id

    with ctx.store.write(ctx.sight) as tx:
        found = tx.jobs.get(id)
        if found is None:
            raise NotFound(f"no job {id}", next="`passdown jobs` lists them.")
        if found.state is not JobState.DEAD:
            raise Invalid(f"job {found.id} is {found.state.value}", next="Only dead ones wait.")
        again = replace(
            found, id=new_id(), state=JobState.QUEUED, attempts=0, run_at=tx.now, error=""
        )
        if not tx.jobs.add(again):
            raise Invalid(f"job {found.key} is queued already")
        tx.ledger.append("job.retried", ctx.actor.name, found.id, {"name": found.name})
    return {"job": again.id}


@operation("deliver", Effect.WRITE, example="passdown deliver")
def deliver(ctx: Ctx, limit: int = 100) -> dict[str, int]:
    """Hand queued effects to whoever carries them; what fails is tried again, later each time."""
    from passdown.ops.effects import deliver_due

    return deliver_due(ctx, limit)
