"""What was counted of claims: who names which entities, in which sessions, and when.

The counts of now are made from those of before by the claims that are new, changed or gone, and are
what counting all of them gives. Everything is numbered in the order of its ids, so that nothing
depends on the order in which the claims came.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from passdown.text.arrays import np, ordered
from passdown.text.embed import spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from passdown.text.arrays import Integers, Names
    from passdown.text.recurrence import Mention


@dataclass(frozen=True, slots=True)
class Rows:
    """For each row its values, ascending."""

    indptr: Integers
    values: Integers

    @property
    def sizes(self) -> Integers:
        """How many values each row has."""
        return np.diff(self.indptr)

    @property
    def numbers(self) -> Integers:
        """For each value the row it is in."""
        return np.repeat(np.arange(len(self.indptr) - 1), self.sizes)

    def of(self, rows: Integers) -> tuple[Integers, Integers]:
        """How many values these rows have, and all of them in turn."""
        sizes, at = spread(self.indptr, rows)
        return sizes, self.values[at]

    @classmethod
    def by(cls, rows: Integers, values: Integers, many: int) -> Rows:
        """So many rows, of values that stand in their order."""
        sizes = np.bincount(rows, minlength=many)
        return cls(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), values)


@dataclass(frozen=True, slots=True)
class Counts:
    """Every claim with an entity and a session: when it was, what it names and which sessions
    contributed it."""

    claim_ids: Names
    entity_ids: Names
    session_ids: Names
    at: Names
    entities: Rows
    sessions: Rows


def counted(mentions: Iterable[Mention]) -> Counts:
    """Every claim once, with all that was said of it; at the earliest of its times. A claim without
    an entity or a session is none."""
    told = [one for one in mentions if one.entities and one.sessions]
    claim_ids, claim = _numbered([one.claim_id for one in told])
    entity_ids, entity = _numbered(list(chain.from_iterable(one.entities for one in told)))
    session_ids, session = _numbered(list(chain.from_iterable(one.sessions for one in told)))
    named = np.repeat(claim, np.asarray([len(one.entities) for one in told], np.int64))
    held = np.repeat(claim, np.asarray([len(one.sessions) for one in told], np.int64))
    at = dict[str, str]()
    for one in told:
        at[one.claim_id] = min(at.get(one.claim_id, one.at), one.at)
    return Counts(
        claim_ids,
        entity_ids,
        session_ids,
        _names([at[id] for id in claim_ids]),
        entities=_rows(named, entity, len(claim_ids), len(entity_ids)),
        sessions=_rows(held, session, len(claim_ids), len(session_ids)),
    )


def changed(before: Counts, told: Sequence[Mention], gone: Iterable[str] = ()) -> Counts:
    """The counts once these claims are as they are told now, and those are gone: what counting all
    of them anew gives, byte for byte, for the price of those that changed."""
    fresh = counted(told)
    touched = [*(one.claim_id for one in told), *gone]
    at, there = _found(before.claim_ids, _names(touched))
    if not len(fresh.claim_ids) and not there.any():
        return before
    kept = np.ones(len(before.claim_ids), np.bool_)
    kept[at[there]] = False
    return _joined(before, kept, fresh)


def _numbered(names: Sequence[str]) -> tuple[Names, Integers]:
    """The names once each, in order, and for each name its number among those."""
    each = sorted(set(names))
    number = {name: at for at, name in enumerate(each)}
    return _names(each), np.fromiter(map(number.__getitem__, names), np.int64, len(names))


def _names(names: Sequence[str]) -> Names:
    found = np.empty(len(names), object)
    found[:] = names
    return found


def _rows(rows: Integers, values: Integers, many: int, most: int) -> Rows:
    """So many rows, of fewer values than that, each once."""
    keys = ordered(rows * max(most, 1) + values)
    return Rows.by(keys // max(most, 1), keys % max(most, 1), many)


# ---- from counts of before


@dataclass(frozen=True, slots=True)
class _Ids:
    """Ids of before and of now in one order, and the number there that each had in either; of one
    that is gone it is of no meaning."""

    names: Names
    old: Integers
    new: Integers


def _joined(before: Counts, kept: NDArray[np.bool_], fresh: Counts) -> Counts:
    """The claims of before that are kept, and the others; of ids those that a claim has."""
    claim = _ids(before.claim_ids, kept, fresh.claim_ids)
    entity = _ids(before.entity_ids, _used(before.entities, kept), fresh.entity_ids)
    session = _ids(before.session_ids, _used(before.sessions, kept), fresh.session_ids)

    def rows(old: Rows, new: Rows, value: _Ids) -> Rows:
        return _joined_rows(old, kept, new, claim, value)

    return Counts(
        claim.names,
        entity.names,
        session.names,
        _inserted(before.at[kept], claim.new, fresh.at),
        entities=rows(before.entities, fresh.entities, entity),
        sessions=rows(before.sessions, fresh.sessions, session),
    )


def _used(rows: Rows, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which values are in a row that is kept."""
    found = np.zeros(int(rows.values.max(initial=-1)) + 1, np.bool_)
    found[rows.values[kept[rows.numbers]]] = True
    return found


def _ids(old: Names, kept: NDArray[np.bool_], new: Names) -> _Ids:
    still = old[kept]
    at, there = _found(still, new)
    where = at[~there]
    place = np.cumsum(kept) - 1
    number = place + np.searchsorted(where, place, side="right")
    return _Ids(np.insert(still, where, new[~there]), number, at + np.cumsum(~there) - ~there)


def _found(names: Names, wanted: Names) -> tuple[Integers, NDArray[np.bool_]]:
    """Where each of these is or would be, and which of them are there."""
    at = np.searchsorted(names, wanted)
    within = np.flatnonzero(at < len(names))
    there = np.zeros(len(wanted), np.bool_)
    there[within] = names[at[within]] == wanted[within]
    return at, there


def _inserted(old: Names, at: Integers, new: Names) -> Names:
    """Both together, the new ones at these places of the whole."""
    found: Names = np.insert(old, at - np.arange(len(at)), new)
    return found


def _joined_rows(old: Rows, kept: NDArray[np.bool_], new: Rows, claim: _Ids, value: _Ids) -> Rows:
    still = kept[old.numbers]
    rows, values = claim.old[old.numbers[still]], value.old[old.values[still]]
    more = claim.new[new.numbers]
    values = np.insert(values, np.searchsorted(rows, more), value.new[new.values])
    return Rows.by(np.concatenate([rows, more]), values, len(claim.names))
