"""What is only counted, in dictionaries."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from passdown.domain.proposal import FORGOTTEN, Status
from passdown.domain.record import Life
from passdown.storage.coding import plain
from passdown.storage.rows.ledger import activity_of
from passdown.storage.sums import SYSTEM, UNDONE, Answered, Met, Stated, answers, fifth, having

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from passdown.domain.clock import At
    from passdown.storage.memory.bound import Bound
    from passdown.storage.rows.ledger import ActivityRow
    from passdown.storage.sums import Answers

UNFLAGGED = "[]"


class MemorySums:
    """The port's Sums."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def events(
        self, names: Sequence[str], *, since: str, loop: str = ""
    ) -> dict[tuple[str, str], int]:
        """Ledger entries about questions by day and name, from that day on."""
        asked = self._bound.table("proposals")
        found = Counter[tuple[str, str]]()
        for row in self._bound.table("ledger").values():
            of = asked.get(row.subject)
            wanted = row.name in names and row.at[:10] >= since
            if wanted and of is not None and self._bound.sees(of.scope):
                found[row.at[:10], row.name] += plain(loop) in ("", of.loop)
        return dict(+found)

    def approved(self, *, since: At) -> int:
        """Proposals that were carried out from then on."""
        rows = self._seen("proposals")
        return sum(row.status == Status.EXECUTED and row.decided_at >= since for row in rows)

    def known(self, *, until: At, without: str) -> int:
        """Active records made until then, but for those of one kind."""
        return len(self._known(until, without))

    def records(self) -> int:
        """Active records."""
        return sum(row.life == Life.ACTIVE for row in self._seen("records"))

    def told(self, name: str, *, since: At, until: At, without: str, verdict: str = "") -> int:
        """How many of those records an activity of this name was about from then on."""
        told = {
            item
            for row in self._activities(name)
            if row.at >= since and (not verdict or having(verdict) in row.detail)
            for item in activity_of(row).items
        }
        return len(self._known(until, without) & told)

    def arm(self, name: str) -> int:
        """Sessions that have an activity of this name."""
        return len(self._arm(name))

    def met(self) -> Met:
        """The errors of all sessions."""
        met = self._met()
        return Met(len(met), len({signature for signature, _ in met}))

    def repeats(self, name: str) -> int:
        """Kinds of errors that sessions of an arm met and an earlier session had met."""
        sessions = {row.id: row.started_at for row in self._seen("sessions")}
        arm, found = self._arm(name), 0
        earlier = set[str]()
        known = [(sessions[id], id, sign) for sign, id in self._met() if id in sessions]
        for _, id, signature in sorted(known):
            found += signature in earlier and id in arm
            earlier.add(signature)
        return found

    def outcomes(self) -> dict[str, int]:
        """Sessions by how they ended."""
        return dict(Counter(row.outcome for row in self._seen("sessions")))

    def span(self) -> tuple[At, At]:
        """When the first session began and when the last one ended."""
        every = list(self._seen("sessions"))
        began = (row.started_at for row in every if row.started_at)
        ended = (row.ended_at or row.started_at for row in every)
        return min(began, default=""), max(ended, default="")

    def answered(self, loop: str = "", of: Collection[Stated] = ()) -> list[Answered]:
        """What people answered, and what was taken back."""
        ledger = self._bound.table("ledger").values()
        undone = {row.subject for row in ledger if row.name == UNDONE}
        found: Answers = {}
        for row in self._seen("proposals"):
            back = row.id in undone and row.status == Status.EXECUTED
            decided = row.status in (Status.EXECUTED, Status.REJECTED)
            taught = back or not row.decided_by.startswith(SYSTEM)
            if decided and taught and f'"{FORGOTTEN}"' not in row.flags:
                right = row.status == Status.EXECUTED and not back
                said = (row.loop, row.action, row.confidence, right)
                found.setdefault(said, [0] * 5)[fifth(row.id)] += 1
        every = (one for one in answers(found) if one.loop == (plain(loop) or one.loop))
        return [one for one in every if not of or Stated(one.action, one.stated) in of]

    def _seen(self, table: str) -> Iterator[Any]:
        return (r for r in self._bound.table(table).values() if self._bound.sees(r.scope))

    def _known(self, until: At, without: str) -> set[str]:
        return {
            row.id
            for row in self._seen("records")
            if row.life == Life.ACTIVE and "" < row.created_at <= until and row.kind != without
        }

    def _activities(self, name: str) -> Iterator[ActivityRow]:
        for row in self._bound.table("activities").values():
            about = (self._bound.hides("records", item) for item in activity_of(row).items)
            hidden = self._bound.hides("sessions", row.session) or any(about)
            if row.name == plain(name) and not hidden:
                yield row

    def _arm(self, name: str) -> set[str]:
        sessions = {row.id for row in self._seen("sessions")}
        return sessions & {row.session for row in self._activities(name)}

    def _met(self) -> set[tuple[str, str]]:
        rows = self._seen("observations")
        return {(r.signature, r.session) for r in rows if r.signature and r.flags == UNFLAGGED}
