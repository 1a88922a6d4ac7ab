"""Sessions, observations and sources over named queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid, NotFound
from passdown.storage.coding import packed, plain
from passdown.storage.rows.observations import (
    ObservationRow,
    observation_of,
    observation_row,
    session_of,
    session_row,
    source_of,
    source_row,
)
from passdown.storage.sql.bound import in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.domain.clock import At
    from passdown.domain.observation import Observation, Seen, Session, Source
    from passdown.storage.sql.bound import Bound


class SqlObservations:
    """The port's Observations."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._rows = partial(bound.rows, "observations")
        self._row = partial(bound.row, "observations")
        self._write = partial(bound.write, "observations")

    def add(self, session: Session, items: Sequence[Observation]) -> list[int]:
        """Keep the session and those items whose uid is new in it."""
        row = session_row(session)
        self._write("put_session", **row._asdict())
        new = self._new(row.id, items)
        if not new:
            return []
        last = self._bound.written("observations", "reserve", many=len(new))
        seqs = list(range(last[0] - len(new) + 1, last[0] + 1)) if last else []
        rows = map(observation_row, new, seqs)
        self._bound.bulk("observations", ObservationRow._fields, rows)
        return seqs

    def _new(self, session: str, items: Sequence[Observation]) -> list[Observation]:
        first: dict[str, Observation] = {}
        for item in items:
            if plain(item.session) != session:
                raise Invalid("an observation of another session", where=item.session)
            first.setdefault(plain(item.uid), item)
        known = self._known(session, first)
        return [item for uid, item in first.items() if uid not in known]

    def _known(self, session: str, uids: Iterable[str]) -> set[str]:
        # Most sessions are new, and then none of their observations need be looked for.
        parts = in_parts(uids if self._row("any_of", session=session) else ())
        return {uid for part in parts for (uid,) in self._rows("known", session=session, uids=part)}

    def homes(self, uids: Iterable[str]) -> dict[str, str]:
        """The session in which each of these uids that is known was seen first."""
        every = (self._rows("homes", uids=part) for part in in_parts(map(plain, uids)))
        return {uid: session for rows in every for uid, session in rows}

    def session(self, id: str) -> Session | None:
        """The session; None when there is none to be seen."""
        row = self._row("session", id=id)
        return session_of(row) if row else None

    def sessions(self, *, since: At = "", format: str = "", limit: int = 1000) -> list[Session]:
        """Newest first, by start; those of one format when it is named."""
        rows = self._rows("sessions", since=since, format=format, limit=limit)
        return list(map(session_of, rows))

    def get(self, seqs: Iterable[int]) -> list[Observation]:
        """Those that exist and may be seen, in ascending seq."""
        parts = in_parts(sorted(set(seqs)))
        return [observation_of(row) for part in parts for row in self._rows("get", seqs=part)]

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
        args: dict[str, Any] = {"after": after, "since": since, "session": session}
        args |= {"unflagged": not flagged, "newest": newest, "oldest": not newest}
        seen = [kind.value for kind in kinds]
        rows = self._rows("scan", **args, kinds=seen, limit=limit)
        return list(map(observation_of, rows))

    def by_signature(self, signature: str, *, limit: int = 1000) -> list[Observation]:
        """Unflagged observations with this error signature, ascending seq."""
        rows = self._rows("by_signature", signature=signature, limit=limit)
        return list(map(observation_of, rows))

    def flag(self, seq: int, flags: Sequence[str]) -> None:
        """Replace the flags of one observation."""
        if not self._write("flag", seq=seq, flags=packed(list(flags))):
            raise NotFound(f"no observation {seq}")

    def counts(self) -> dict[str, int]:
        """How many of each there are to be seen."""
        kinds = self._rows("count_observations")
        sessions, sources = (self._rows(f"count_{what}") for what in ("sessions", "sources"))
        return {
            "sessions": int(sessions[0][0]),
            "observations": sum(int(many) for _, many, _ in kinds),
            "flagged": sum(int(flagged) for *_, flagged in kinds),
            "sources": int(sources[0][0]),
            **{kind: int(many) for kind, many, _ in sorted(kinds)},
        }

    def drop(self, session: str) -> int:
        """Forget a session and its observations; how many went."""
        self._bound.check()
        if self.session(session) is None:
            return 0
        gone = self._write("drop_observations", session=session)
        self._write("drop_session", session=session)
        return gone

    def drop_source(self, key: str) -> None:
        """Forget how far a file was read."""
        self._write("drop_source", key=key)

    def source(self, key: str) -> Source | None:
        """How far this file was read; None when it never was."""
        row = self._row("source", key=key)
        return source_of(row) if row else None

    def put_source(self, source: Source) -> None:
        """Note how far this file was read."""
        self._write("put_source", **source_row(source)._asdict())

    def sources(self) -> list[Source]:
        """All files, by key."""
        return list(map(source_of, self._rows("sources")))
