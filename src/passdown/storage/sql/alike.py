"""Questions by their shape over named queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from passdown.domain.proposal import Status
from passdown.storage.alike import Group
from passdown.storage.rows.queue import proposal_of

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.storage.sql.bound import Bound


class SqlAlike:
    """The port's Alike."""

    def __init__(self, bound: Bound) -> None:
        self._rows = partial(bound.rows, "alike")

    def waiting(self, loop: str, shape: str, *, limit: int) -> list[Proposal]:
        """Open ones of this shape, surest first, then id."""
        return list(map(proposal_of, self._rows("waiting", loop=loop, shape=shape, limit=limit)))

    def many(self, loop: str, shape: str) -> int:
        """How many open ones have this shape."""
        ((n,),) = self._rows("many", loop=loop, shape=shape)
        return int(n)

    def decided(
        self, loop: str, action: str, status: Status, confidence: float, *, limit: int
    ) -> list[Proposal]:
        """Those of this kind and status that were as sure as this or less, surest first."""
        of = {"loop": loop, "action": action, "status": status.value, "confidence": confidence}
        return list(map(proposal_of, self._rows("decided", **of, limit=limit)))

    def groups(self, loop: str, *, limit: int) -> list[Group]:
        """Open ones of a loop by shape, where several have the same, the largest first."""
        rows = self._rows("groups", loop=loop, limit=limit)
        return [Group(name, shape, int(n), first) for name, shape, n, first in rows]

    def answers(self, loop: str, shape: str, by: str, *, most: int = 0) -> tuple[int, int]:
        """How many of this shape this person answered yes, as asked, and how many otherwise."""
        rows = self._rows("answers", loop=loop, shape=shape, by=by, most=most)
        every = sum(int(n) for *_, n in rows)
        yes = sum(int(n) for status, same, n in rows if same and status == Status.EXECUTED)
        return yes, every - yes
