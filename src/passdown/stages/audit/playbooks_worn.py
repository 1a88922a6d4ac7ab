"""What became of what playbooks tell to write: held against the versions that are in use, by name
and parameter, as drift is. A version's number alone makes nothing stale."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.stages.audit.drift import (
    BREAKING,
    COMPATIBLE,
    DEPRECATED,
    NONE,
    REMOVED,
    TOLD,
    UNKNOWN,
    VERSION,
    Shift,
    compared,
    signature,
)
from passdown.stages.audit.news import order
from passdown.stages.audit.pins import canon, pins
from passdown.stages.audit.uses import of_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.stages.audit.api import Api
    from passdown.stages.audit.playbooks import Book
    from passdown.stages.audit.shelf import Shelf
    from passdown.stages.audit.uses import Use

Json: TypeAlias = dict[str, Any]
Here: TypeAlias = "Mapping[str, Mapping[str, Sequence[str]]]"
"""Of each package the versions in use, and by whom."""

ORDER = (NONE, VERSION, COMPATIBLE, UNKNOWN, DEPRECATED, BREAKING, REMOVED)
UNSTAMPED = "unstamped"
"""That nobody said for which version it was written."""
MOST = 40
"""Rows of one playbook."""


@dataclass(frozen=True, slots=True)
class Worn(Shift):
    """How one playbook stands with one version of one package that it tells to use, and who uses
    that."""

    where: tuple[str, ...] = ()

    def plain(self) -> Json:
        """As it is kept."""
        return {**asdict(self), "where": list(self.where)}


def stamps(book: Book) -> dict[str, str]:
    """Against which versions somebody last said that it is right."""
    return pins("requirements.txt", "\n".join(book.tools))


def worn(book: Book, shelf: Shelf, here: Here) -> list[Worn]:
    """How it stands with every version in use, what is worst first."""
    used = of_words("", book.text)
    known = stamps(book)
    rows = [row for name, version in sorted(known.items())
            for row in _of_package(used, shelf, name, version, here.get(name, {}))]  # fmt: skip
    rows += _unstamped(used, shelf, known, here)
    return sorted(rows, key=lambda one: -_weight(one))[:MOST]


def _weight(row: Worn) -> int:
    return ORDER.index(row.status) if row.status in ORDER else -1


def _of_package(
    used: Sequence[Use], shelf: Shelf, name: str, version: str, here: Mapping[str, Sequence[str]]
) -> Iterator[Worn]:
    old = shelf.find(name, version)  # found while it is there, it is kept for when it is not
    for new, where in sorted(here.items()):
        if new == version:
            continue
        now = shelf.find(name, new)
        if old is None or now is None:
            gone = version if old is None else new
            why = f"there is no {name} {gone} to look at"
            yield Worn(name, version, new, UNKNOWN, why=why, where=tuple(where))
            continue
        rows = list(_held(used, old, now, tuple(where)))
        yield from rows or [Worn(name, version, new, VERSION, where=tuple(where))]


def _held(used: Sequence[Use], old: Api, new: Api, where: tuple[str, ...]) -> Iterator[Worn]:
    """What of it drifted, each thing once."""
    tops, seen = old.tops, set()
    for use in used:
        if use.package not in tops:
            continue
        status, symbol, why = compared(use, old, new)
        if status in TOLD and (symbol, why) not in seen:
            seen.add((symbol, why))
            yield Worn(old.package, old.version, new.version, status, symbol, why,
                       signature(old, symbol), signature(new, symbol), where)  # fmt: skip


def _unstamped(
    used: Sequence[Use], shelf: Shelf, known: Mapping[str, str], here: Here
) -> Iterator[Worn]:
    """Packages that it tells to use with nobody having said at which version, where a version in
    use has all of that: the newest such."""
    for name in sorted({canon(use.package) for use in used} - known.keys()):
        names = [use.name for use in used if canon(use.package) == name]
        for version in sorted(here.get(name, {}), key=order, reverse=True):
            api = shelf.find(name, version)
            if api is not None and all(map(api.may_have, names)):
                where = tuple(here[name][version])
                yield Worn(name, "", version, UNSTAMPED, why="no version is named", where=where)
                break
