"""The names that approvals made known, kept while their records come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.ontology.known import NODE
from passdown.loops.ontology.names import aliases_of, called_by, name_of

if TYPE_CHECKING:
    from passdown.domain.clock import At
    from passdown.domain.record import Record


class Named(NamedTuple):
    """What the record of a name says: by its key, whether it is a concept though no claim holds
    it, and what else it is called."""

    key: str
    name: str
    since: At
    node: bool
    aliases: tuple[str, ...]


class Called:
    """The records of names by id; what each other name stands for."""

    def __init__(self) -> None:
        self.records: dict[str, Named] = {}
        self._ids: dict[str, tuple[str, ...]] = {}
        self._others: dict[str, str] = {}

    def put(self, id: str, record: Record | None) -> bool:
        """The record as it is now, None where it went; whether another name may stand for
        something else now."""
        before = self.records.pop(id, None)
        if before is not None:
            left = tuple(one for one in self._ids.pop(before.name) if one != id)
            if left:
                self._ids[before.name] = left
        now = _named(record) if record is not None else None
        if now is not None:
            self.records[id] = now
            self._ids[now.name] = (*self._ids.get(now.name, ()), id)
        return _said(before) != _said(now)

    def settle(self) -> frozenset[str]:
        """Other names stand for what the records say of them by now; those that stand for
        something else than before."""
        before = self._others
        telling = sorted((one for one in self.records.values() if one.aliases), key=_key)
        self._others = now = {alias: one.name for one in telling for alias in one.aliases}
        every = before.keys() | now.keys()
        return frozenset(n for n in every if called_by(n, before) != called_by(n, now))

    def of(self, name: str) -> str:
        """What a name is called by."""
        return called_by(name, self._others) if name in self._others else name

    def ids(self, name: str) -> tuple[str, ...]:
        """The records of a name."""
        return self._ids.get(name, ())

    def since(self, name: str) -> At:
        """Since when a name is known; '' where no record says so."""
        ids = self._ids.get(name, ())
        if len(ids) == 1:
            return self.records[ids[0]].since
        return max(map(self.records.__getitem__, ids), key=_key).since if ids else ""


def _named(record: Record) -> Named:
    node = bool(record.body.get(NODE))
    return Named(record.key, name_of(record), record.created_at, node, aliases_of(record))


def _key(one: Named) -> str:
    return one.key


def _said(one: Named | None) -> tuple[str, ...]:
    """The name and what else it is called; nothing where it is called nothing else."""
    return (one.key, one.name, *one.aliases) if one is not None and one.aliases else ()
