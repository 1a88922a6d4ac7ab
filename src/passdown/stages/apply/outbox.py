"""Effects outside the store: written with the decision, delivered later, never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.clock import new_id
from passdown.domain.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from passdown.domain.change import Emit
    from passdown.domain.observation import Json
    from passdown.storage.port import Tx

PREFIX = "effect:"


def post(tx: Tx, proposal: str, n: int, change: Emit) -> None:
    """Queue one effect; its key makes a second delivery of it recognisable to the receiver."""
    key = f"{PREFIX}{proposal}:{n}"
    detail = {"effect": change.effect, "detail": change.detail, "proposal": proposal, "key": key}
    job = Job(new_id(), PREFIX + change.effect, key, detail, run_at=tx.now, created_at=tx.now)
    tx.jobs.add(job)


def deliver(job: Job, couriers: Mapping[str, Callable[[Json], Json]]) -> Json:
    """Hand one effect to who carries it; KeyError names an effect nobody carries."""
    effect = str(job.detail["effect"])
    if effect not in couriers:
        raise KeyError(f"nobody carries the effect {effect!r}")
    return couriers[effect](job.detail)
