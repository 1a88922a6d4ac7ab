"""A folder of whole files for people to read: each written at once, none reached through a link."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from passdown.domain.errors import Invalid, Limit, StoreError
from passdown.storage.files import FILE_MODE, FOLDER_MODE

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 67_108_864
"""Bytes of a file that is read."""
PATIENCE = 30.0
DEEPEST = 3
MOST = 100_000
PART = ".passdown-part"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Tree:
    """The files under one folder, by names with slashes. What is made is its owner's only;
    `mended` names the folders and files that were open to others."""

    def __init__(self, root: str, handle: int) -> None:
        self._root = root
        self._handle = handle
        self.mended: list[str] = []
        self._mend(handle, root, FOLDER_MODE)

    def read(self, name: str) -> bytes | None:
        """The file's bytes; None when there is none. StoreError where a link or folder stands."""
        with self._within(name) as (folder, last):
            if folder is None:
                return None
            try:
                handle = os.open(last, _READ, dir_fd=folder)
            except FileNotFoundError:
                return None
            with os.fdopen(handle, "rb") as file:
                self._is_a_file(handle, name)
                raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise Limit(f"{name} is larger than {LARGEST} bytes", where=self._root)
        return raw

    def write(self, name: str, content: bytes) -> None:
        """Put the whole file there, or leave what was there."""
        with self._within(name, make=True) as (folder, last):
            if folder is None:
                raise StoreError("a folder of the mirror went away", where=self._root)
            self._is_free(folder, last, name)
            part = f".{secrets.token_hex(8)}{PART}"
            try:
                _fill(os.open(part, _NEW, FILE_MODE, dir_fd=folder), content)
                os.replace(part, last, src_dir_fd=folder, dst_dir_fd=folder)
                os.fsync(folder)
            finally:
                with suppress(OSError):
                    os.unlink(part, dir_fd=folder)

    def close_to_others(self, name: str) -> None:
        """Mend the mode of a file that is there."""
        with self._within(name) as (folder, last):
            if folder is None:
                return
            with suppress(FileNotFoundError):
                handle = os.open(last, _READ, dir_fd=folder)
                try:
                    self._is_a_file(handle, name)
                    self._mend(handle, os.path.join(self._root, name), FILE_MODE)
                finally:
                    os.close(handle)

    def remove(self, name: str) -> None:
        """Take the file away, and its folder when that is empty now."""
        with self._within(name) as (folder, last):
            if folder is None:
                return
            self._is_free(folder, last, name)
            with suppress(FileNotFoundError):
                os.unlink(last, dir_fd=folder)
        above, _, _ = name.rpartition("/")
        if above:
            with self._within(above) as (folder, last), suppress(OSError):
                if folder is not None:
                    os.rmdir(last, dir_fd=folder)

    def names(self) -> list[str]:
        """What stands there that is no folder, links too, in order; nothing hidden."""
        return sorted(self._names(self._handle, "", DEEPEST))

    def sweep(self) -> None:
        """Take away what a writer left half done."""
        for name in self._names(self._handle, "", DEEPEST, parts=True):
            self.remove(name)

    def _names(self, folder: int, above: str, depth: int, *, parts: bool = False) -> Iterator[str]:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        if len(entries) > MOST:
            raise Limit(f"more than {MOST} files", where=os.path.join(self._root, above))
        for entry in entries:
            name = f"{above}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if depth > 1 and not entry.name.startswith("."):
                    yield from self._below(folder, entry.name, f"{name}/", depth, parts=parts)
            elif entry.name.endswith(PART) if parts else not entry.name.startswith("."):
                yield name

    def _below(
        self, folder: int, last: str, above: str, depth: int, *, parts: bool
    ) -> Iterator[str]:
        inner = os.open(last, _FOLDER, dir_fd=folder)
        try:
            yield from self._names(inner, above, depth - 1, parts=parts)
        finally:
            os.close(inner)

    @contextmanager
    def _within(self, name: str, *, make: bool = False) -> Iterator[tuple[int | None, str]]:
        """The folder a name stands in, opened one step after the other, and its last part."""
        *above, last = parts_of(name)
        handle: int | None = os.dup(self._handle)
        try:
            for step, part in enumerate(above, 1):
                if handle is None:
                    break
                place = os.path.join(self._root, *above[:step])
                outer, handle = handle, self._step(handle, part, place, make=make)
                os.close(outer)
            yield handle, last
        except OSError as error:
            refuse(error, os.path.join(self._root, name))
        finally:
            if handle is not None:
                os.close(handle)

    def _step(self, folder: int, part: str, place: str, *, make: bool) -> int | None:
        if make:
            with suppress(FileExistsError):
                os.mkdir(part, FOLDER_MODE, dir_fd=folder)
        try:
            inner = os.open(part, _FOLDER, dir_fd=folder)
        except FileNotFoundError:
            return None
        if make:
            self._mend(inner, place, FOLDER_MODE)
        return inner

    def _mend(self, handle: int, place: str, mode: int) -> None:
        now = stat.S_IMODE(os.fstat(handle).st_mode)
        if now != mode:
            os.fchmod(handle, mode)
        if now & ~mode:
            self.mended.append(f"{place}: {now:04o} is now {mode:04o}")

    def _is_a_file(self, handle: int, name: str) -> None:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            _in_the_way(os.path.join(self._root, name))

    def _is_free(self, folder: int, last: str, name: str) -> None:
        """Nothing stands there, or a file does."""
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(os.stat(last, dir_fd=folder, follow_symlinks=False).st_mode):
                _in_the_way(os.path.join(self._root, name))


@contextmanager
def opened(root: str, *, make: bool = False) -> Iterator[Tree | None]:
    """The folder at this absolute path, made where it is missing; None when it is and is not to
    be made. StoreError when it is a link or somebody else's."""
    if make:
        _make(root)
    try:
        handle = os.open(root, _FOLDER)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        refuse(error, root)
    try:
        yield Tree(root, _ours(handle, root))
    finally:
        os.close(handle)


@contextmanager
def alone(path: str) -> Iterator[None]:
    """Wait until nobody else holds this file, and hold it; StoreError when that takes too long."""
    _make(os.path.dirname(path))
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    try:
        os.fchmod(handle, FILE_MODE)
        _wait(handle, path)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, path: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise StoreError(
                    f"another process has been at it for {PATIENCE:.0f} seconds",
                    where=path,
                    next="Try again; if it stays so, stop the other passdown processes.",
                ) from None
            time.sleep(0.05)


def parts_of(name: str) -> list[str]:
    """The parts of a name; Invalid when one leads out of the folder, or is no name."""
    parts = name.split("/")
    for part in parts:
        if part in ("", ".", "..") or "\0" in part or len(part.encode("utf-8", "replace")) > 255:
            raise Invalid(f"not a name for a file: {name[:120]!r}", next="Name it otherwise.")
    if len(parts) > DEEPEST:
        raise Invalid(f"a file too deep: {name[:120]!r}", next=f"At most {DEEPEST} steps.")
    return parts


def refuse(error: OSError, path: str) -> NoReturn:
    """Raise what the system said of this path as an error of ours."""
    if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR):
        _in_the_way(path)
    raise StoreError(
        f"cannot use the file or folder: {(error.strerror or str(error)).lower()}",
        where=path,
        next="Mend its owner and mode and leave room on the disk, or name another folder.",
    ) from error


def _in_the_way(path: str) -> NoReturn:
    raise StoreError(
        "a link, or what is neither file nor folder, stands where one should",
        where=path,
        next="Move it away.",
    )


def _make(root: str) -> None:
    """The folder and those above it, where they are missing, for their owner only."""
    if os.path.lexists(root):
        return
    _make(os.path.dirname(root))
    try:
        with suppress(FileExistsError):
            os.mkdir(root, FOLDER_MODE)
    except OSError as error:
        refuse(error, root)


def _ours(handle: int, root: str) -> int:
    owner = os.fstat(handle).st_uid
    if owner != os.geteuid():
        raise StoreError(
            f"user {owner} owns it, not you", where=root, next="Choose a folder of your own."
        )
    return handle


def _fill(handle: int, content: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, FILE_MODE)
        file.write(content)
        file.flush()
        os.fsync(handle)
