"""A client's files: read within bounds, kept once as they were, replaced whole, never out of the
folder that they belong to."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from passdown.config.places import data_folder, make_home
from passdown.domain.errors import Conflict, Forbidden, StoreError, Unreadable

LARGEST = 67_108_864
KEPT = "before-install"


class Written(NamedTuple):
    """A file as it is and as it is to be; None where it is not there."""

    path: Path
    before: str | None
    after: str | None

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after


def read(path: Path, root: Path) -> str | None:
    """The file's text; None when there is none. Forbidden where a link leads out of the root."""
    _stays_within(path, root)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, (error.strerror or str(error)).lower()) from error
    # A folder can be opened as a handle, but not as a file.
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _unreadable(path, "it is not a file")
    with os.fdopen(handle, "rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise _unreadable(path, f"it is larger than {LARGEST} bytes")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is not UTF-8") from error


def write(file: Written, root: Path) -> None:
    """Put the new text in the file's place, whole or not at all, with the mode it had; Conflict
    when somebody changed it meanwhile."""
    target = _stays_within(file.path, root)
    try:
        if file.after is None:
            _unchanged(file, root)
            target.unlink(missing_ok=True)
            _tidy(target.parent, root)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            _fill(part, file.after.encode(), _mode(target))
            _unchanged(file, root)
            os.replace(part, target)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
    except OSError as error:
        raise StoreError(
            f"cannot write: {(error.strerror or str(error)).lower()}",
            where=str(file.path),
            next="Mend its folder's owner and mode, then try again.",
        ) from error


def keep(path: Path, text: str, user: Path) -> Path:
    """Keep a file as it was before us; where."""
    place = kept_at(path, user)
    make_home(data_folder(user))
    place.parent.mkdir(mode=0o700, exist_ok=True)
    with suppress(FileNotFoundError):
        place.unlink()
    _fill(place, text.encode(), 0o600)
    return place


def kept(path: Path, user: Path) -> str | None:
    """The file as it was before us; None when it was not there, or nobody knows."""
    try:
        return kept_at(path, user).read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None


def drop(path: Path, user: Path) -> None:
    """Forget how a file was: it is so again."""
    place = kept_at(path, user)
    place.unlink(missing_ok=True)
    _tidy(place.parent, user)


def kept_at(path: Path, user: Path) -> Path:
    """Where a file is kept as it was."""
    name = hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:12]
    return data_folder(user) / KEPT / f"{name}-{path.name}"


def _stays_within(path: Path, root: Path) -> Path:
    """What the path leads to; Forbidden when that is not below the root."""
    target, top = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    if not target.is_relative_to(top):
        raise Forbidden(
            "a link leads out of the folder",
            where=str(path),
            next=f"It points to {target}: edit that file yourself, or take the link away.",
        )
    return target


def _tidy(folder: Path, root: Path) -> None:
    """Take a folder away that nothing is left in, unless it is the root."""
    if folder != Path(os.path.realpath(root)):
        with suppress(OSError):
            folder.rmdir()


def _fill(path: Path, raw: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(handle)


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0o666  # as the user's umask has it


def _unchanged(file: Written, root: Path) -> None:
    if read(file.path, root) != file.before:
        raise Conflict("the file changed meanwhile", where=str(file.path), next="Run it once more.")


def _unreadable(path: Path, why: str) -> Unreadable:
    return Unreadable(f"cannot read a client's file: {why}", where=str(path), next="Mend it first.")
