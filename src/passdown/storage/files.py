"""A store's folder and files: ours, 0700 and 0600, and no way out of them."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, NoReturn

from passdown.domain.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER_MODE = 0o700
FILE_MODE = 0o600
COMPANIONS = ("", "-wal", "-shm", "-journal")
STORE = "store.db"
NAMED = (".passdown", "passdown")
"""Folders that are ours by their name."""
OWN_FILES = ("action.lines", "allow", "config.toml", "hook.log", "hook.log.1", "key")
OWN_FOLDERS = ("live", "mirrors", "promotions", "served", "spool", "tantivy", "told")
OWN_ENDS = (".backup", ".part", ".restoring")
"""What passdown keeps beside a store; whatever else stands in the folder is somebody else's."""
MARKED = (("data/_observer", "ops.jsonl"), ("knowledge", "ledger.txt"))
"""Folders of names that anybody's could have, and what shows that passdown made them."""
MOST = 10_000
"""Files that are looked at when a store is opened; `doctor` looks at all of them."""


def prepare(path: str) -> list[str]:
    """Make the folder and the file where they are missing and mend looser modes; what was mended.

    StoreError when somebody else owns them or a link stands in their place.
    """
    try:
        mended = _folder(os.path.dirname(path) or ".")
        for companion in COMPANIONS:
            mended += _file(path + companion)
        mended += mend(os.path.dirname(path) or ".")
        if not os.path.exists(path):
            create(path)
    except OSError as error:
        refused(error, path)
    return mended


def is_of_others(folder: str) -> bool:
    """Whether the folder is open to others and full of what is none of ours: to close it would take
    something away from somebody."""
    if os.path.basename(folder) in NAMED or not os.path.isdir(folder):
        return False
    names = {entry.name for entry in _entries(folder)}
    known = names & {STORE, *OWN_FILES, *OWN_FOLDERS} or any(n.endswith(OWN_ENDS) for n in names)
    return bool(names and not known and os.stat(folder).st_mode & 0o077)


def mend(folder: str) -> list[str]:
    """Close what passdown keeps in a store's folder to others; what was open to them."""
    mended: list[str] = []
    for entry in islice(_own(folder), MOST):
        with suppress(OSError):
            found = entry.stat(follow_symlinks=False)
            mode = FOLDER_MODE if stat.S_ISDIR(found.st_mode) else FILE_MODE
            kind = stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)
            if kind and found.st_uid == os.geteuid():
                mended += _mend(found, entry.path, mode)
    return mended


def _own(folder: str) -> Iterator[os.DirEntry[str]]:
    """Our own files and folders, and all that stands in such a folder; links are not followed."""
    for entry in _entries(folder):
        if entry.name in OWN_FOLDERS:
            yield from _all_of(entry)
        elif entry.name in OWN_FILES or entry.name.endswith(OWN_ENDS):
            yield entry
    for place, mark in MARKED:
        if os.path.lexists(os.path.join(folder, place, mark)):
            above, name = os.path.split(os.path.join(folder, place))
            yield from (e for one in _entries(above) if one.name == name for e in _all_of(one))


def _all_of(entry: os.DirEntry[str]) -> Iterator[os.DirEntry[str]]:
    yield entry
    if entry.is_dir(follow_symlinks=False):
        for inner in _entries(entry.path):
            yield from _all_of(inner)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []  # what cannot be looked into is told when it is used


def create(path: str) -> None:
    """An empty file for its owner only, whatever the umask; one that is there already stays."""
    flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, FILE_MODE)
    try:
        if stat.S_IMODE(os.fstat(handle).st_mode) != FILE_MODE:
            os.fchmod(handle, FILE_MODE)
    finally:
        os.close(handle)


def sync(path: str) -> None:
    """Have the disk keep a file, and its name in its folder."""
    for place in (path, os.path.dirname(path) or "."):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def replaced(path: str) -> Iterator[str]:
    """A new file to write beside this one, which it replaces once it is whole and on the disk."""
    temporary = f"{path}.{os.getpid()}.part"
    try:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        create(temporary)
        yield temporary
        sync(temporary)
        os.replace(temporary, path)
        sync(path)
    except OSError as error:
        refused(error, path)
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def refused(error: OSError, path: str) -> NoReturn:
    """Raise what the system said of this path as an error of ours."""
    raise StoreError(
        f"cannot use the store: {(error.strerror or str(error)).lower()}",
        where=path,
        next="Make the folder writable and leave room on its disk, or choose another store.",
    ) from error


def _folder(folder: str) -> list[str]:
    if not os.path.isdir(folder):
        os.makedirs(folder, FOLDER_MODE, exist_ok=True)
        os.chmod(folder, FOLDER_MODE)
        return []
    found = os.stat(folder)
    _must_be_ours(found, folder)
    shared = found.st_mode & stat.S_ISVTX or os.path.realpath(folder) in ("/", _home())
    if shared or is_of_others(folder):
        raise StoreError(
            "a store needs a folder of its own",
            where=folder,
            next="Choose a new folder inside this one.",
        )
    return _mend(found, folder, FOLDER_MODE)


def _file(path: str) -> list[str]:
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return []
    if not stat.S_ISREG(found.st_mode):
        what = "a link" if stat.S_ISLNK(found.st_mode) else "something that is not a file"
        raise StoreError(
            f"{what} stands where the store should be", where=path, next="Move it away."
        )
    _must_be_ours(found, path)
    return _mend(found, path, FILE_MODE)


def _mend(found: os.stat_result, path: str, mode: int) -> list[str]:
    loose = stat.S_IMODE(found.st_mode) & ~mode
    if not loose:
        return []
    os.chmod(path, mode)
    return [f"{path}: {stat.S_IMODE(found.st_mode):04o} is now {mode:04o}"]


def _must_be_ours(found: os.stat_result, path: str) -> None:
    if found.st_uid != os.geteuid():
        raise StoreError(
            f"user {found.st_uid} owns it, not you",
            where=path,
            next="Run passdown as that user, or choose another store.",
        )


def _home() -> str:
    return os.path.realpath(os.path.expanduser("~"))
