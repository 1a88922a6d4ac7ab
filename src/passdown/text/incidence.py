"""Which claims name which entities in which sessions, and how often two stand together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.arrays import np, ordered
from passdown.text.counts import Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passdown.text.arrays import Integers, Names
    from passdown.text.counts import Counts

MOST = 40
"""A claim that names more is a listing: so many of its rarest names count."""


@dataclass(frozen=True, slots=True)
class Incidence:
    """Claims with an entity and a session: what they name, when; and the same from the names."""

    claim_ids: Names
    entity_ids: Names
    at: Names
    entities: Rows
    sessions: Rows
    claims: Rows
    session_count: int

    def entity_sessions(self) -> Integers:
        """In how many distinct sessions each entity is named."""
        return self.distinct(self.entities.values, self.entities.numbers, len(self.entity_ids))

    def distinct(self, things: Integers, claims: Integers, many: int) -> Integers:
        """Of each thing in how many distinct sessions it stands, given the claims it stands in."""
        sizes, sessions = self.sessions.of(claims)
        keys = ordered(np.repeat(things, sizes) * self.session_count + sessions)
        return np.bincount(keys // max(self.session_count, 1), minlength=many)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two entities each, the first before the second; how many claims and sessions they share."""

    left: Integers
    right: Integers
    claims: Integers
    sessions: Integers


def seen(counts: Counts) -> Incidence:
    """What was counted, of a listing its rarest names; and from the names the claims."""
    entities, many = _rarest(counts.entities, len(counts.entity_ids)), len(counts.claim_ids)
    keys = np.sort(entities.values * max(many, 1) + entities.numbers)
    return Incidence(
        counts.claim_ids,
        counts.entity_ids,
        counts.at,
        entities=entities,
        sessions=counts.sessions,
        claims=Rows.by(keys // max(many, 1), keys % max(many, 1), len(counts.entity_ids)),
        session_count=len(counts.session_ids),
    )


def pairs(
    seen: Incidence, which: NDArray[np.bool_], *, min_sessions: int, min_claims: int
) -> Pairs:
    """The pairs of these entities that share at least so many claims and sessions."""
    many = max(len(seen.entity_ids), 1)
    keys, claims = _together(seen, which, many)
    order = np.argsort(keys, kind="stable")
    keys, claims = keys[order], claims[order]
    begins = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.diff(begins, append=len(keys))
    often = counts >= min_claims
    kept = np.repeat(often, counts)
    number = np.repeat(np.arange(int(often.sum())), counts[often])
    sessions = seen.distinct(number, claims[kept], int(often.sum()))
    enough = sessions >= min_sessions
    keys = keys[begins[often]][enough]
    return Pairs(keys // many, keys % many, counts[often][enough], sessions[enough])


def _together(seen: Incidence, which: NDArray[np.bool_], many: int) -> tuple[Integers, Integers]:
    """A key for each two of these entities that stand in one claim, and that claim."""
    claims = seen.entities.numbers
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


def _rarest(entities: Rows, many: int) -> Rows:
    """The same without what a claim names beyond its rarest; of equally rare ones the first."""
    listings = np.flatnonzero(entities.sizes > MOST)
    kept = np.ones(len(entities.values), np.bool_)
    often = np.bincount(entities.values, minlength=many)
    for one in listings.tolist():
        start, end = entities.indptr[one : one + 2].tolist()
        names = entities.values[start:end]
        kept[start + np.lexsort((names, often[names]))[MOST:]] = False
    if not len(listings):
        return entities
    return Rows.by(entities.numbers[kept], entities.values[kept], len(entities.sizes))
