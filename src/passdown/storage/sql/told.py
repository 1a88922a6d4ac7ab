"""What SQLite's errors mean, and what to do about each."""

from __future__ import annotations

import sqlite3

from passdown.domain.errors import Conflict, Integrity, Internal, Invalid, PassdownError, StoreError
from passdown.storage.turn import held


class Told:
    """Within it, what SQLite raises is raised as an error of ours; any number of times."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise meaning(error, self._path) from error
        if isinstance(error, OverflowError):
            raise Invalid("a number beyond 64 bits") from error


def meaning(error: sqlite3.Error, path: str) -> PassdownError:
    """What SQLite says, as an error that tells what to do."""
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return held(path)
    if name.startswith("SQLITE_CONSTRAINT"):
        return _broken(name, str(error), path)
    for start, (what, next) in TOLD.items():
        if name.startswith(start):
            return StoreError(what.format(name), where=path, next=next)
    return Internal(f"SQLite: {error}", where=path)


def _broken(name: str, message: str, path: str) -> PassdownError:
    if name == "SQLITE_CONSTRAINT_TRIGGER":
        return Integrity(message, where=path)
    return Conflict(f"the store refuses this row: {message}", where=path)


TOLD = {
    "SQLITE_FULL": ("the disk is full; nothing was lost", "Free some space, then try again."),
    "SQLITE_READONLY": ("the store cannot be written here", "Make its folder and file writable."),
    "SQLITE_PERM": ("the store may not be opened", "Make its folder and file yours."),
    "SQLITE_CANTOPEN": ("the store cannot be opened here", "Make its folder writable."),
    "SQLITE_IOERR": ("the disk refuses ({0}); nothing was lost", "Check the disk and its space."),
    "SQLITE_NOTADB": (
        "this file is not a passdown store, or it is damaged",
        "Move it away, then: passdown restore BACKUP.",
    ),
    "SQLITE_CORRUPT": (
        "the store is damaged",
        "Move it away, then: passdown restore BACKUP.",
    ),
}
