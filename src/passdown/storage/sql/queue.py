"""Proposals, messages and marks over named queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from passdown.domain.errors import Conflict, NotFound, NotPending
from passdown.domain.proposal import OPEN, TRANSITIONS, Status
from passdown.storage.narrow import ANY
from passdown.storage.rows.queue import (
    mark_of,
    mark_row,
    message_of,
    message_row,
    proposal_of,
    proposal_row,
)
from passdown.storage.sql.knowledge import BEYOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.clock import At
    from passdown.domain.proposal import Mark, Message, Proposal
    from passdown.storage.narrow import Narrow
    from passdown.storage.sql.bound import Bound

SHORTEST_PREFIX = 6


class SqlQueue:
    """The port's Queue."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._rows = partial(bound.rows, "queue")
        self._row = partial(bound.row, "queue")
        self._write = partial(bound.write, "queue")
        self._written = partial(bound.written, "queue")

    def add(self, proposal: Proposal) -> None:
        """Keep a new proposal; Conflict when its id is taken."""
        if not self._write("add", **proposal_row(proposal)._asdict()):
            raise Conflict("there is a proposal of this id", where=proposal.id)

    def get(self, id: str) -> Proposal | None:
        """By whole id, or by a prefix of at least six digits that only one has."""
        whole = self._row("get", id=id)
        if whole or len(id) < SHORTEST_PREFIX:
            return proposal_of(whole) if whole else None
        found = self._rows("find", prefix=id, beyond=id + BEYOND)
        return proposal_of(found[0]) if len(found) == 1 else None

    def move(self, proposal: Proposal, expect: Status) -> Proposal:
        """Store a new state: of two deciders exactly one wins."""
        if proposal.status not in TRANSITIONS[expect]:
            raise not_pending(proposal.id)
        stored = self._written("write", **proposal_row(proposal)._asdict(), expect=expect.value)
        if stored is None:
            self._known(proposal.id)
            raise not_pending(proposal.id)
        return proposal_of(stored)

    def attach(self, proposal: Proposal) -> Proposal:
        """Store more about an open proposal without changing its status."""
        status = proposal.status
        if status not in OPEN:
            raise not_pending(proposal.id)
        stored = self._written("write", **proposal_row(proposal)._asdict(), expect=status.value)
        if stored is None:
            raise unattached(self._known(proposal.id), proposal)
        return proposal_of(stored)

    def _known(self, id: str) -> Proposal:
        row = self._row("get", id=id)
        if row is None:
            raise unknown(id)
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
        place = self._row("place", id=after) if after else (0.0,)
        if place is None:
            return []
        wanted = sorted(status.value for status in statuses or OPEN)
        rows = self._rows(
            "all", statuses=wanted, loop=loop, after=after, confidence=place[0], limit=limit
        )
        return list(map(proposal_of, rows))

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
            names = [name for (name,) in self._rows("loops")]
            return [one for name in names for one in self.best(name, limit=1)]
        of = {"loop": loop, "after": after, "limit": limit, **narrow._asdict()}
        of["flag"] = f'%"{narrow.flag}%' if narrow.flag else ""
        if before:
            return list(map(proposal_of, self._rows("lot", before=before, **of)))
        return list(map(proposal_of, self._rows("best", below=below, **of)))

    def by_fingerprint(self, fingerprint: str) -> Proposal | None:
        """The newest proposal that asked this, whatever became of it."""
        row = self._row("by_fingerprint", fingerprint=fingerprint)
        return proposal_of(row) if row else None

    def due(self, now: At, *, limit: int = 1000) -> list[Proposal]:
        """Open proposals whose deadline has passed."""
        wanted = sorted(status.value for status in OPEN)
        return list(map(proposal_of, self._rows("due", statuses=wanted, now=now, limit=limit)))

    def counts(self) -> dict[tuple[str, Status], int]:
        """How many by loop and status."""
        return {(loop, Status(status)): int(many) for loop, status, many in self._rows("counts")}

    def waiting(self, loop: str = "") -> int:
        """How many are open, of one loop or of all."""
        row = self._row("waiting", loop=loop)
        return int(row[0]) if row else 0

    def say(self, message: Message) -> Message:
        """Keep one turn; `n` is given by the store."""
        stored = self._written("say", **message_row(message)._asdict())
        if stored is None:
            raise unknown(message.proposal)
        return message_of(stored)

    def messages(self, id: str) -> list[Message]:
        """All turns, in order."""
        return list(map(message_of, self._rows("messages", id=id)))

    def mark(self, mark: Mark) -> None:
        """Note what became of it."""
        self._known(mark.proposal)
        self._write("mark", **mark_row(mark, 0)._asdict())

    def marks(self, id: str) -> list[Mark]:
        """What became of it, in order."""
        return list(map(mark_of, self._rows("marks", id=id)))


def unknown(id: str) -> NotFound:
    """There is no such proposal, or it may not be seen: nobody can tell which."""
    return NotFound("no such proposal", where=id[:80], next="Look for its id in the queue.")


def not_pending(id: str) -> NotPending:
    """Somebody else was first."""
    return NotPending(
        "the proposal changed meanwhile or was already decided",
        where=id[:80],
        next="Read it again; if it is still open, decide again.",
    )


def unattached(stored: Proposal, proposal: Proposal) -> NotPending | Conflict:
    """Why nothing could be attached: it was decided, or somebody else attached first."""
    if stored.status is not proposal.status:
        return not_pending(proposal.id)
    return Conflict(
        "the proposal changed meanwhile", where=proposal.id[:80], next="Read it again, then retry."
    )
