"""Sessions, observations and sources in dictionaries."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from passdown.domain.errors import Invalid, NotFound
from passdown.storage.coding import packed, plain
from passdown.storage.rows.observations import (
    observation_of,
    observation_row,
    session_of,
    session_row,
    source_of,
    source_row,
)
from passdown.storage.rows.registry import CounterRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passdown.domain.clock import At
    from passdown.domain.observation import Observation, Seen, Session, Source
    from passdown.storage.memory.bound import Bound
    from passdown.storage.rows.observations import ObservationRow, SessionRow

UNFLAGGED = "[]"


class MemoryObservations:
    """The port's Observations."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def add(self, session: Session, items: Sequence[Observation]) -> list[int]:
        """Keep the session and those items whose uid is new in it."""
        row = session_row(session)
        self._bound.change("sessions")[row.id] = row
        new = self._new(row.id, items)
        if not new:
            return []
        table = self._bound.change("observations")
        seqs = self._reserve(len(new))
        for seq, item in zip(seqs, new, strict=True):
            table[seq] = observation_row(item, seq)
        return list(seqs)

    def _new(self, session: str, items: Sequence[Observation]) -> list[Observation]:
        known = {row.uid for row in self._every() if row.session == session}
        new: dict[str, Observation] = {}
        for item in items:
            if plain(item.session) != session:
                raise Invalid("an observation of another session", where=item.session)
            if plain(item.uid) not in known:
                new.setdefault(plain(item.uid), item)
        return list(new.values())

    def _reserve(self, many: int) -> range:
        counters = self._bound.change("counters")
        last = counters["observations"].value if "observations" in counters else 0
        counters["observations"] = CounterRow("observations", last + many)
        return range(last + 1, last + many + 1)

    def _every(self) -> Iterator[ObservationRow]:
        table = self._bound.table("observations")
        return (table[seq] for seq in sorted(table))

    def _seen(self) -> Iterator[ObservationRow]:
        return (row for row in self._every() if self._bound.sees(row.scope))

    def _sessions(self) -> list[SessionRow]:
        table = self._bound.table("sessions")
        return [row for row in table.values() if self._bound.sees(row.scope)]

    def homes(self, uids: Iterable[str]) -> dict[str, str]:
        """The session in which each of these uids that is known was seen first."""
        wanted = set(map(plain, uids))
        seen = reversed(list(self._seen()))
        return {row.uid: row.session for row in seen if row.uid in wanted}

    def session(self, id: str) -> Session | None:
        """The session; None when there is none to be seen."""
        row = self._bound.table("sessions").get(plain(id))
        return session_of(row) if row and self._bound.sees(row.scope) else None

    def sessions(self, *, since: At = "", format: str = "", limit: int = 1000) -> list[Session]:
        """Newest first, by start; those of one format when it is named."""
        wanted = plain(format)
        rows = (row for row in self._sessions() if row.format == (wanted or row.format))
        found = sorted(row for row in rows if row.started_at >= since)
        found.sort(key=lambda row: row.started_at, reverse=True)
        return list(map(session_of, found[:limit]))

    def get(self, seqs: Iterable[int]) -> list[Observation]:
        """Those that exist and may be seen, in ascending seq."""
        wanted = set(seqs)
        return [observation_of(row) for row in self._seen() if row.seq in wanted]

    def scan(
        self,
        *,
        after: int = 0,
        kinds: Sequence[Seen] = (),
        since: At = "",
        session: str = "",
        flagged: bool = False,
        newest: bool = False,
        limit: int = 1000,
    ) -> list[Observation]:
        """Ascending seq, or descending with `newest`; flagged ones only when asked for."""
        rows = reversed(list(self._seen())) if newest else self._seen()
        found = (
            observation_of(row)
            for row in rows
            if row.seq > after
            and (flagged or row.flags == UNFLAGGED)
            and (not kinds or row.seen in kinds)
            and row.session == (plain(session) or row.session)
            and row.at >= since
        )
        return list(islice(found, limit))

    def by_signature(self, signature: str, *, limit: int = 1000) -> list[Observation]:
        """Unflagged observations with this error signature, ascending seq."""
        wanted = plain(signature)
        found = (
            observation_of(row)
            for row in self._seen()
            if wanted and row.signature == wanted and row.flags == UNFLAGGED
        )
        return list(islice(found, limit))

    def flag(self, seq: int, flags: Sequence[str]) -> None:
        """Replace the flags of one observation."""
        table = self._bound.change("observations")
        if seq not in table or self._bound.hides("observations", seq):
            raise NotFound(f"no observation {seq}")
        table[seq] = table[seq]._replace(flags=packed(list(flags)))

    def counts(self) -> dict[str, int]:
        """How many of each there are to be seen."""
        seen = list(self._seen())
        kinds = Counter(row.seen for row in seen)
        return {
            "sessions": len(self._sessions()),
            "observations": len(seen),
            "flagged": sum(row.flags != UNFLAGGED for row in seen),
            "sources": len(self._bound.table("sources")),
            **dict(sorted(kinds.items())),
        }

    def drop(self, session: str) -> int:
        """Forget a session and its observations; how many went."""
        table = self._bound.change("observations")
        if self.session(session) is None:
            return 0
        gone = [row.seq for row in self._every() if row.session == plain(session)]
        indexed, anew = self._bound.change("indexed_seen"), self._bound.change("indexed_anew")
        for seq in gone:
            del table[seq]
            indexed.pop(seq, None)
            anew.pop(seq, None)
        del self._bound.change("sessions")[plain(session)]
        return len(gone)

    def drop_source(self, key: str) -> None:
        """Forget how far a file was read."""
        self._bound.change("sources").pop(plain(key), None)

    def source(self, key: str) -> Source | None:
        """How far this file was read; None when it never was."""
        row = self._bound.table("sources").get(plain(key))
        return source_of(row) if row else None

    def put_source(self, source: Source) -> None:
        """Note how far this file was read."""
        row = source_row(source)
        self._bound.change("sources")[row.key] = row

    def sources(self) -> list[Source]:
        """All files, by key."""
        return [source_of(row) for row in sorted(self._bound.table("sources").values())]
