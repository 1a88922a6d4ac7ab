"""Delivers effects from the outbox: at least once, with a key the receiver can tell twice by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.clock import later, new_id
from passdown.domain.scope import ALL
from passdown.ops.couriers import COURIERS
from passdown.stages.apply.outbox import PREFIX, deliver

if TYPE_CHECKING:
    from passdown.domain.job import Job
    from passdown.ops.operation import Ctx

LEASE = 60.0
FIRST_WAIT = 10.0
LONGEST_WAIT = 6 * 3600.0


def deliver_due(ctx: Ctx, limit: int) -> dict[str, int]:
    """Deliver what is due, at most so many; how many went and how many failed."""
    worker, done, failed = f"outbox:{new_id()}", 0, 0
    names = tuple(PREFIX + effect for effect in COURIERS)
    # Without a name to ask for, every job there is would be taken for an effect.
    while names and done + failed < limit and (job := _take(ctx, worker, names)):
        if _one(ctx, worker, job):
            done += 1
        else:
            failed += 1
    return {"delivered": done, "failed": failed}


def _take(ctx: Ctx, worker: str, names: tuple[str, ...]) -> Job | None:
    with ctx.store.write(ALL) as tx:
        return tx.jobs.take(worker, lease_seconds=LEASE, names=names)


def _one(ctx: Ctx, worker: str, job: Job) -> bool:
    """Deliver outside any transaction; False when it failed and was put back."""
    try:
        result = deliver(job, COURIERS)
    except Exception as error:  # a courier is foreign code: its failure is data
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** max(0, job.attempts - 1))
        again = later(ctx.clock.now(), seconds=wait)
        with ctx.store.write(ALL) as tx:
            tx.jobs.fail(job.id, worker, f"{type(error).__name__}: {error}"[:500], retry_at=again)
        return False
    with ctx.store.write(ALL) as tx:
        tx.jobs.finish(job.id, worker, result)
    return True
