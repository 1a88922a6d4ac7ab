"""What is only counted, over named queries."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from passdown.domain.proposal import FORGOTTEN, Status
from passdown.storage.sql.bound import AT_ONCE
from passdown.storage.sums import SYSTEM, UNDONE, Answered, Met, Stated, answers, fifth, having

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from passdown.domain.clock import At
    from passdown.storage.sql.bound import Bound
    from passdown.storage.sums import Answers


class SqlSums:
    """The port's Sums."""

    def __init__(self, bound: Bound) -> None:
        self._rows = partial(bound.rows, "sums")

    def events(
        self, names: Sequence[str], *, since: str, loop: str = ""
    ) -> dict[tuple[str, str], int]:
        """Ledger entries about questions by day and name, from that day on."""
        rows = self._rows("events", names=list(names), since=since, loop=loop)
        return {(day, name): int(n) for day, name, n in rows}

    def approved(self, *, since: At) -> int:
        """Proposals that were carried out from then on."""
        return self._one("approved", since=since)

    def known(self, *, until: At, without: str) -> int:
        """Active records made until then, but for those of one kind."""
        return self._one("known", until=until, without=without)

    def records(self) -> int:
        """Active records."""
        return self._one("records")

    def told(self, name: str, *, since: At, until: At, without: str, verdict: str = "") -> int:
        """How many of those records an activity of this name was about from then on."""
        like = f"%{having(verdict)}%" if verdict else ""
        of = {"since": since, "until": until, "without": without, "verdict": like}
        return self._one("told", name=name, **of)

    def arm(self, name: str) -> int:
        """Sessions that have an activity of this name."""
        return self._one("arm", name=name)

    def met(self) -> Met:
        """The errors of all sessions."""
        ((times, kinds),) = self._rows("met")
        return Met(int(times), int(kinds))

    def repeats(self, name: str) -> int:
        """Kinds of errors that sessions of an arm met and an earlier session had met."""
        return self._one("repeats", name=name)

    def outcomes(self) -> dict[str, int]:
        """Sessions by how they ended."""
        return {outcome: int(n) for outcome, n in self._rows("outcomes")}

    def span(self) -> tuple[At, At]:
        """When the first session began and when the last one ended."""
        ((first, last),) = self._rows("span")
        return first or "", last or ""

    def answered(self, loop: str = "", of: Collection[Stated] = ()) -> list[Answered]:
        """What people answered, and what was taken back."""
        args: dict[str, Any] = {"loop": loop, "system": SYSTEM, "forgotten": f'%"{FORGOTTEN}"%'}
        # Where many are asked for, all of a loop are read in less.
        few = of if len(of) <= AT_ONCE else ()
        args["only"] = bool(few)
        args["actions"] = sorted({one.action for one in few})
        args["confidences"] = sorted({one.stated for one in few})
        found: Answers = {}
        for name, action, stated, status, *below in self._rows("answered", **args):
            fifths = [int(b) - int(a) for a, b in pairwise((0, *below))]
            found[name, action, stated, status == Status.EXECUTED] = fifths
        for name, action, stated, id, by_person in self._rows("undone", undone=UNDONE, **args):
            found.setdefault((name, action, stated, False), [0] * 5)[fifth(id)] += 1
            if by_person:
                found[name, action, stated, True][fifth(id)] -= 1
        return [one for one in answers(found) if not of or Stated(one.action, one.stated) in of]

    def _one(self, name: str, /, **args: object) -> int:
        ((n,),) = self._rows(name, **args)
        return int(n)
