"""Which files under some paths changed, asked again and again at almost no cost: nothing is read.

What changed lately is looked at every time, and so are the folders, which tell when a file is new
in them; all the rest only now and then.
"""

from __future__ import annotations

import os
from glob import has_magic
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.observe.files import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LIVELY = 256
"""Files looked at every time: those that were written to last."""
THOROUGH = 30.0
"""Seconds between two looks at everything."""


class _State(NamedTuple):
    """How a file or folder stood."""

    inode: int
    size: int
    mtime_ns: int


class Watch:
    """Begins with what is there now; `changed` tells what is new since it was asked last."""

    def __init__(self, paths: Iterable[str], *, seconds: Callable[[], float] = monotonic) -> None:
        self._paths = list(paths)
        self._seconds = seconds
        self._files: dict[str, _State] = {}
        self._folders: dict[str, _State | None] = {}
        self._lively: list[str] = []
        self._looked = 0.0
        self._all()

    def changed(self) -> list[str]:
        """The files that are new or not as they were, the newest first."""
        late = self._seconds() - self._looked >= THOROUGH
        if late or any(_state(path) != seen for path, seen in self._folders.items()):
            return self._all()
        return [path for path in self._lively if self._is_news(path, _state(path))]

    def _all(self) -> list[str]:
        """Look at everything, and note what there is to look at from now on."""
        # Folders first: what comes into one while its files are listed shows at the next look.
        folders = {path: _state(path) for path in self._within(self._files)}
        files = find(self._paths).files
        news = [
            file.path
            for file in files
            if self._is_news(file.path, _State(file.inode, file.size, file.mtime_ns))
        ]
        known = {file.path for file in files}
        self._files = {path: seen for path, seen in self._files.items() if path in known}
        self._folders = {path: folders.get(path) for path in self._within(known)}
        for path in self._folders.keys() - folders.keys():
            self._folders[path] = _state(path)
        self._lively = [file.path for file in files[:LIVELY]]
        self._looked = self._seconds()
        return news

    def _is_news(self, path: str, now: _State | None) -> bool:
        if now is None or self._files.get(path) == now:
            return False
        self._files[path] = now
        return True

    def _within(self, files: Iterable[str]) -> set[str]:
        """The folders of these files, and those above them down from where the watch begins."""
        tops = {top for path in self._paths for top in _tops(path)}
        folders = {os.path.dirname(path) for path in files} | tops
        return folders | {above for folder in folders for above in _above(folder, tops)}


def _tops(path: str) -> Iterator[str]:
    """The folder that a path names, or that holds what it names."""
    while has_magic(path) and not os.path.lexists(path):
        path = os.path.dirname(path) or "."
    real = os.path.realpath(path)
    yield real if os.path.isdir(real) else os.path.dirname(real)


def _above(folder: str, tops: set[str]) -> Iterator[str]:
    """The folders between this one and the one where the watch begins."""
    passed: list[str] = []
    while folder not in tops:
        passed.append(folder)
        folder, before = os.path.dirname(folder), folder
        if folder == before:
            return
    yield from passed


def _state(path: str) -> _State | None:
    try:
        seen = os.stat(path)
    except OSError:
        return None
    return _State(seen.st_ino, seen.st_size, seen.st_mtime_ns)
