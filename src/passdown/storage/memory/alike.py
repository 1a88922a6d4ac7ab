"""Questions by their shape in dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.proposal import OPEN, Status
from passdown.storage.alike import Group
from passdown.storage.rows.queue import proposal_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from passdown.domain.proposal import Proposal
    from passdown.storage.memory.bound import Bound
    from passdown.storage.rows.queue import ProposalRow

ANSWERED = (Status.EXECUTED, Status.REJECTED)


class MemoryAlike:
    """The port's Alike, over `proposals`."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def waiting(self, loop: str, shape: str, *, limit: int) -> list[Proposal]:
        """Open ones of this shape, surest first, then id."""
        found = [row for row in self._shaped(OPEN) if (row.loop, row.shape) == (loop, shape)]
        found.sort(key=lambda row: (-row.confidence, row.id))
        return [proposal_of(row) for row in found[:limit]]

    def many(self, loop: str, shape: str) -> int:
        """How many open ones have this shape."""
        return sum((row.loop, row.shape) == (loop, shape) for row in self._shaped(OPEN))

    def decided(
        self, loop: str, action: str, status: Status, confidence: float, *, limit: int
    ) -> list[Proposal]:
        """Those of this kind and status that were as sure as this or less, surest first."""
        rows: list[ProposalRow] = list(self._bound.table("proposals").values())
        of = (loop, action, status)
        found = [
            r for r in rows if (r.loop, r.action, r.status) == of and self._bound.sees(r.scope)
        ]
        found = sorted(found, key=lambda row: (-row.confidence, row.id))
        return [proposal_of(r) for r in found if r.confidence <= confidence][:limit]

    def groups(self, loop: str, *, limit: int) -> list[Group]:
        """Open ones of a loop by shape, where several have the same, the largest first."""
        ids: dict[tuple[str, str], list[str]] = {}
        for row in self._shaped(OPEN):
            if row.loop == loop:
                ids.setdefault((row.loop, row.shape), []).append(row.id)
        found = [Group(*of, len(some), min(some)) for of, some in ids.items() if len(some) > 1]
        return sorted(found, key=lambda group: (-group.n, group.loop, group.shape))[:limit]

    def answers(self, loop: str, shape: str, by: str, *, most: int = 0) -> tuple[int, int]:
        """How many of this shape this person answered yes, as asked, and how many otherwise."""
        every = self._shaped(ANSWERED)
        found = [r for r in every if (r.loop, r.shape, r.decided_by) == (loop, shape, by)]
        found.sort(key=lambda row: row.status, reverse=True)
        found = found[: most or len(found)]
        yes = sum(row.status == Status.EXECUTED and row.original is None for row in found)
        return yes, len(found) - yes

    def _shaped(self, statuses: Collection[Status]) -> list[ProposalRow]:
        rows: list[ProposalRow] = list(self._bound.table("proposals").values())
        return [r for r in rows if r.shape and r.status in statuses and self._bound.sees(r.scope)]
