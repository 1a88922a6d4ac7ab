"""From paths, globs and folders to files, newest first; what is ignored stays out, and so does
what only a link in a folder leads to."""

from __future__ import annotations

import glob
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.errors import NotFound, PassdownError, Unreadable
from passdown.stages.observe.ignore import Ignore

if TYPE_CHECKING:
    from collections.abc import Iterable

# Folders that hold no transcripts and a great many files, and our own.
PASSED_OVER = frozenset({".git", ".passdown", ".venv", "__pycache__", "node_modules"})


class File(NamedTuple):
    """One regular file as it stood when it was found. `named` says that a person named it."""

    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int
    named: bool

    @property
    def key(self) -> str:
        """The path as text that can always be stored."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")


PIPED = File("-", 0, 0, 0, 0, named=True)
"""What comes from standard input: no file, and named by whoever piped it."""


@dataclass(slots=True)
class Found:
    """Files to read, newest first; what was kept out, how many links lead out of what was named,
    and what cannot be read and why."""

    files: list[File] = field(default_factory=list)
    ignored: int = 0
    linked_out: int = 0
    refused: list[PassdownError] = field(default_factory=list)


def find(paths: Iterable[str | os.PathLike[str]]) -> Found:
    """Every file once, however many names lead to it; a path that leads nowhere is refused."""
    walk, named = _Walk(), list[str]()
    for path in paths:
        try:
            named += _expand(os.fspath(path))
        except NotFound as e:
            walk.found.refused.append(e)
    walk.roots = tuple(os.path.join(path, "") for path in named)
    for path in named:
        walk.start(path)
    walk.found.files.sort(key=lambda f: (-f.mtime_ns, f.path))
    return walk.found


def _expand(path: str) -> list[str]:
    if os.path.lexists(path):
        return [os.path.realpath(path)]
    hits = glob.glob(path, recursive=True, include_hidden=True) if glob.has_magic(path) else []
    if not hits:
        raise NotFound("no such file or folder", where=path, next="Check the path.")
    return [os.path.realpath(hit) for hit in sorted(hits)]


class _Walk:
    """One search: what was named, what was already seen, and the ignore files met on the way."""

    def __init__(self) -> None:
        self.found = Found()
        self.roots: tuple[str, ...] = ()
        self.seen: set[tuple[int, int]] = set()
        self.ignore = Ignore()

    def start(self, path: str) -> None:
        """A path that a person named."""
        try:
            status = os.stat(path)
            is_dir = stat.S_ISDIR(status.st_mode)
            if self.ignore.hides(path, is_dir=is_dir):
                self.found.ignored += 1
            elif is_dir:
                self._folder(path)
            else:
                self._file(path, status, named=True)
        except OSError as e:
            self._refuse(path, e)
        except PassdownError as e:
            self.found.refused.append(e)

    def _folder(self, root: str) -> None:
        pending = [root]
        while pending:
            folder = pending.pop()
            try:
                self._enter(folder, pending)
            except OSError as e:
                self._refuse(folder, e)
            except PassdownError as e:
                self.found.refused.append(e)

    def _enter(self, folder: str, pending: list[str]) -> None:
        status = os.stat(folder)
        if self._again(status):
            return
        self.ignore.load(folder)
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                self._entry(entry, pending)

    def _entry(self, entry: os.DirEntry[str], pending: list[str]) -> None:
        try:
            is_dir = entry.is_dir()
            if is_dir and entry.name in PASSED_OVER:
                return
            if self.ignore.hides(entry.path, is_dir=is_dir):
                self.found.ignored += 1
            elif entry.is_symlink() and self._leads_out(entry.path):
                # Who may write to a folder must not choose what else is read.
                self.found.linked_out += is_dir or entry.is_file()
            elif is_dir:
                pending.append(entry.path)
            elif entry.is_file():
                self._file(entry.path, entry.stat(), named=False)
        except OSError as e:
            if not entry.is_symlink():
                self._refuse(entry.path, e)
        except PassdownError as e:
            self.found.refused.append(e)

    def _file(self, path: str, status: os.stat_result, *, named: bool) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file", where=path, next="Name a file or a folder.")
        real = os.path.realpath(path)
        if real != path and self.ignore.hides(real, is_dir=False):
            self.found.ignored += 1
        elif not self._again(status):
            at = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
            self.found.files.append(File(real, *at, named))

    def _leads_out(self, path: str) -> bool:
        """Whether a link ends elsewhere than in a folder that was named."""
        return not os.path.join(os.path.realpath(path), "").startswith(self.roots)

    def _again(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        known = identity in self.seen
        self.seen.add(identity)
        return known

    def _refuse(self, path: str, cause: OSError) -> None:
        why = cause.strerror or str(cause)
        self.found.refused.append(
            Unreadable(f"cannot be read: {why}", where=path, next="Check its permissions.")
        )
