"""Proposals, messages and marks in dictionaries."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict, NotFound, NotPending
from passdown.domain.proposal import OPEN, TRANSITIONS, Status
from passdown.storage.coding import plain
from passdown.storage.narrow import ANY
from passdown.storage.rows.queue import (
    mark_of,
    mark_row,
    message_of,
    message_row,
    proposal_of,
    proposal_row,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.clock import At
    from passdown.domain.proposal import Mark, Message, Proposal
    from passdown.storage.memory.bound import Bound
    from passdown.storage.narrow import Narrow
from passdown.storage.rows.queue import ProposalRow

SHORTEST_PREFIX = 6


class MemoryQueue:
    """The port's Queue: `proposals` by id, what was said of them by proposal and number."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def add(self, proposal: Proposal) -> None:
        """Keep a new proposal; Conflict when its id is taken."""
        row = proposal_row(proposal)
        if self._bound.change("proposals").setdefault(row.id, row) is not row:
            raise Conflict("there is a proposal of this id", where=proposal.id)

    def _seen(self) -> list[ProposalRow]:
        table = self._bound.table("proposals")
        return [table[id] for id in sorted(table) if self._bound.sees(table[id].scope)]

    def get(self, id: str) -> Proposal | None:
        """By whole id, or by a prefix of at least six digits that only one has."""
        wanted = plain(id)
        found = [row for row in self._seen() if row.id == wanted]
        if not found and len(id) >= SHORTEST_PREFIX:
            found = [row for row in self._seen() if row.id.startswith(wanted)]
        return proposal_of(found[0]) if len(found) == 1 else None

    def move(self, proposal: Proposal, expect: Status) -> Proposal:
        """Store a new state: of two deciders exactly one wins."""
        if proposal.status not in TRANSITIONS[expect]:
            raise _not_pending(proposal.id)
        stored = self._known(proposal.id)
        if (stored.status, stored.version) != (expect.value, proposal.version):
            raise _not_pending(proposal.id)
        return self._write(stored, proposal)

    def attach(self, proposal: Proposal) -> Proposal:
        """Store more about an open proposal without changing its status."""
        if proposal.status not in OPEN:
            raise _not_pending(proposal.id)
        stored = self._known(proposal.id)
        if stored.status != proposal.status:
            raise _not_pending(proposal.id)
        if stored.version != proposal.version:
            raise Conflict(
                "the proposal changed meanwhile",
                where=proposal.id[:80],
                next="Read it again, then retry.",
            )
        return self._write(stored, proposal)

    def _known(self, id: str) -> ProposalRow:
        row: ProposalRow | None = self._bound.table("proposals").get(plain(id))
        if row is None or not self._bound.sees(row.scope):
            raise NotFound("no such proposal", where=id[:80], next="Look for its id in the queue.")
        return row

    def _write(self, stored: ProposalRow, proposal: Proposal) -> Proposal:
        row = proposal_row(proposal)._replace(
            loop=stored.loop,
            proposed_by=stored.proposed_by,
            created_at=stored.created_at,
            scope=stored.scope,
            fingerprint=stored.fingerprint,
            version=stored.version + 1,
        )
        self._bound.change("proposals")[row.id] = row
        return proposal_of(row)

    def all(
        self,
        statuses: Sequence[Status] = (),
        *,
        loop: str = "",
        after: str = "",
        limit: int = 100,
    ) -> list[Proposal]:
        """Highest confidence first, then id; open ones unless `statuses` says otherwise."""
        ranked = sorted(self._seen(), key=_rank)
        if after:
            place = next((_rank(row) for row in ranked if row.id == plain(after)), (1.0, ""))
            ranked = [row for row in ranked if _rank(row) > place]
        wanted = statuses or OPEN
        found = [row for row in ranked if row.status in wanted]
        return [proposal_of(row) for row in found if row.loop == (plain(loop) or row.loop)][:limit]

    def best(
        self,
        loop: str,
        *,
        below: float = 0.0,
        after: str = "",
        before: str = "",
        narrow: Narrow = ANY,
        limit: int = 100,
    ) -> list[Proposal]:
        """Open ones of a loop by value, or between two ids by id; of no loop the best of each."""
        if not loop:
            names = sorted({row.loop for row in self._seen() if row.status in OPEN})
            return [one for name in names for one in self.best(name, limit=1)]
        found = [
            row
            for row in self._seen()
            if row.status in OPEN
            and row.loop == plain(loop)
            and narrow.takes(row.scope, row.flags, row.confidence, row.created_at)
        ]
        if before:
            return [proposal_of(row) for row in found if after < row.id < before][:limit]
        place = (-below, plain(after))
        found.sort(key=_worth)
        return [proposal_of(row) for row in found if not after or _worth(row) > place][:limit]

    def by_fingerprint(self, fingerprint: str) -> Proposal | None:
        """The newest proposal that asked this, whatever became of it."""
        found = [row for row in self._seen() if row.fingerprint == plain(fingerprint)]
        newest = max(found, key=lambda row: (row.created_at, row.id), default=None)
        return proposal_of(newest) if newest else None

    def due(self, now: At, *, limit: int = 1000) -> list[Proposal]:
        """Open proposals whose deadline has passed."""
        found = [row for row in self._seen() if row.status in OPEN and "" < row.deadline <= now]
        found.sort(key=lambda row: (row.deadline, row.id))
        return list(map(proposal_of, found[:limit]))

    def counts(self) -> dict[tuple[str, Status], int]:
        """How many by loop and status."""
        return dict(Counter((row.loop, Status(row.status)) for row in self._seen()))

    def waiting(self, loop: str = "") -> int:
        """How many are open, of one loop or of all."""
        return sum(row.status in OPEN and loop in ("", row.loop) for row in self._seen())

    def say(self, message: Message) -> Message:
        """Keep one turn; `n` is given by the store."""
        id = self._known(message.proposal).id
        n = len(self._of("messages", id)) + 1
        row = message_row(message)._replace(n=n)
        self._bound.change("messages")[id, n] = row
        return message_of(row)

    def messages(self, id: str) -> list[Message]:
        """All turns, in order."""
        return list(map(message_of, self._of("messages", id)))

    def mark(self, mark: Mark) -> None:
        """Note what became of it."""
        id = self._known(mark.proposal).id
        n = len(self._of("marks", id)) + 1
        self._bound.change("marks")[id, n] = mark_row(mark, n)

    def marks(self, id: str) -> list[Mark]:
        """What became of it, in order."""
        return list(map(mark_of, self._of("marks", id)))

    def _of(self, name: str, id: str) -> list[Any]:
        if not any(row.id == plain(id) for row in self._seen()):
            return []
        table = self._bound.table(name)
        return [table[known] for known in sorted(table) if known[0] == plain(id)]


def _rank(row: ProposalRow) -> tuple[float, str]:
    return -row.confidence, row.id


def _worth(row: ProposalRow) -> tuple[float, str]:
    return -row.value, row.id


def _not_pending(id: str) -> NotPending:
    return NotPending(
        "the proposal changed meanwhile or was already decided",
        where=id[:80],
        next="Read it again; if it is still open, decide again.",
    )
