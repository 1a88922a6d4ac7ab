"""Which claims name which entities in which sessions, as arrays, and how often two stand together.

Claims, entities and sessions are numbered in the order of their ids, so that nothing depends on the
order in which the claims came.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.embed import spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from passdown.text.arrays import Integers
    from passdown.text.recurrence import Mention

MOST = 40
"""A claim that names more is a listing: so many of its rarest names count."""


@dataclass(frozen=True, slots=True)
class Rows:
    """For each row its values, ascending."""

    indptr: Integers
    values: Integers

    @property
    def sizes(self) -> Integers:
        """How many values each row has."""
        return np.diff(self.indptr)

    def of(self, rows: Integers) -> tuple[Integers, Integers]:
        """How many values these rows have, and all of them in turn."""
        sizes, at = spread(self.indptr, rows)
        return sizes, self.values[at]


@dataclass(frozen=True, slots=True)
class Incidence:
    """Claims with an entity and a session: what they name, when; and the same from the names."""

    claim_ids: Sequence[str]
    entity_ids: Sequence[str]
    at: Sequence[str]
    entities: Rows
    sessions: Rows
    claims: Rows
    session_count: int

    def entity_sessions(self) -> Integers:
        """In how many distinct sessions each entity is named."""
        claims = np.repeat(np.arange(len(self.claim_ids)), self.entities.sizes)
        return self.distinct(self.entities.values, claims, len(self.entity_ids))

    def distinct(self, things: Integers, claims: Integers, many: int) -> Integers:
        """Of each thing in how many distinct sessions it stands, given the claims it stands in."""
        sizes, sessions = self.sessions.of(claims)
        keys = np.unique(np.repeat(things, sizes) * self.session_count + sessions)
        return np.bincount(keys // max(self.session_count, 1), minlength=many)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two entities each, the first before the second; how many claims and sessions they share."""

    left: Integers
    right: Integers
    claims: Integers
    sessions: Integers


def read(mentions: Iterable[Mention]) -> Incidence:
    """Every claim once, with all that was said of it; at the earliest of its times."""
    told = [one for one in mentions if one.entities and one.sessions]
    claim_ids, claim = _numbered([one.claim_id for one in told])
    entity_ids, entity = _numbered(list(chain.from_iterable(one.entities for one in told)))
    session_ids, session = _numbered(list(chain.from_iterable(one.sessions for one in told)))
    named = np.repeat(claim, np.asarray([len(one.entities) for one in told], np.int64))
    held = np.repeat(claim, np.asarray([len(one.sessions) for one in told], np.int64))
    named, entity = _rarest(*_unique(named, entity, len(entity_ids)), len(entity_ids))
    at = dict[int, str]()
    for number, one in zip(claim.tolist(), told, strict=True):
        at[number] = min(at.get(number, one.at), one.at)
    return Incidence(
        claim_ids,
        entity_ids,
        [at[number] for number in range(len(claim_ids))],
        entities=_rows(named, entity, len(claim_ids)),
        sessions=_rows(*_unique(held, session, len(session_ids)), len(claim_ids)),
        claims=_rows(*_unique(entity, named, len(claim_ids)), len(entity_ids)),
        session_count=len(session_ids),
    )


def pairs(
    seen: Incidence, which: NDArray[np.bool_], *, min_sessions: int, min_claims: int
) -> Pairs:
    """The pairs of these entities that share at least so many claims and sessions."""
    many = max(len(seen.entity_ids), 1)
    keys, claims = _together(seen, which, many)
    found, at, counts = np.unique(keys, return_inverse=True, return_counts=True)
    often = counts >= min_claims
    number, kept = np.cumsum(often) - 1, often[at]
    sessions = seen.distinct(number[at[kept]], claims[kept], int(often.sum()))
    enough = sessions >= min_sessions
    keys = found[often][enough]
    return Pairs(keys // many, keys % many, counts[often][enough], sessions[enough])


def _together(seen: Incidence, which: NDArray[np.bool_], many: int) -> tuple[Integers, Integers]:
    """A key for each two of these entities that stand in one claim, and that claim."""
    claims = np.repeat(np.arange(len(seen.claim_ids)), seen.entities.sizes)
    kept = which[seen.entities.values]
    names, claims = seen.entities.values[kept], claims[kept]
    keys, of = [names[:0]], [claims[:0]]
    for apart in range(1, MOST):
        same = claims[apart:] == claims[:-apart]
        if not same.any():
            break
        keys.append(names[:-apart][same] * many + names[apart:][same])
        of.append(claims[apart:][same])
    return np.concatenate(keys), np.concatenate(of)


def _numbered(names: Sequence[str]) -> tuple[list[str], Integers]:
    """The names once each, sorted, and for each name its number among those."""
    ordered = sorted(set(names))
    number = {name: at for at, name in enumerate(ordered)}
    return ordered, np.fromiter((number[name] for name in names), np.int64, len(names))


def _unique(rows: Integers, values: Integers, many: int) -> tuple[Integers, Integers]:
    keys = np.unique(rows * max(many, 1) + values)
    return keys // max(many, 1), keys % max(many, 1)


def _rows(rows: Integers, values: Integers, many: int) -> Rows:
    return Rows(np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=many))]), values)


def _rarest(claims: Integers, names: Integers, many: int) -> tuple[Integers, Integers]:
    """The same without what a claim names beyond its rarest; of equally rare ones the first."""
    often = np.bincount(names, minlength=many)
    order = np.lexsort((names, often[names], claims))
    begins = np.searchsorted(claims, claims)
    kept = np.sort(order[np.arange(len(order)) - begins < MOST])
    return claims[kept], names[kept]
