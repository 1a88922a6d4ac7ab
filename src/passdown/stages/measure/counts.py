"""What the store holds and how the queue does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.proposal import OPEN, PUBLIC, STATUS_VALUES
from passdown.domain.record import Life

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.domain.proposal import Status
    from passdown.storage.port import Tx


def counts(tx: Tx) -> dict[str, Any]:
    """Observations, records in force and contested, proposals by loop and by public status, and the
    ledger's length."""
    queue = tx.queue.counts()
    return {
        "observed": tx.observations.counts(),
        "records": tx.knowledge.counts(),
        "contested": len(tx.knowledge.all(lives=(Life.CONTESTED,))),
        "proposals": _by_status(queue),
        "open": _open_by_loop(queue),
        "ledger": tx.ledger.head()[0],
    }


def _by_status(queue: Mapping[tuple[str, Status], int]) -> dict[str, int]:
    found = dict.fromkeys(STATUS_VALUES, 0)
    for (_, status), n in queue.items():
        found[PUBLIC[status]] += n
    return found


def _open_by_loop(queue: Mapping[tuple[str, Status], int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (loop, status), n in sorted(queue.items()):
        if status in OPEN:
            found[loop] = found.get(loop, 0) + n
    return found
