"""`.passdownignore`: what is never read, by gitignore's rules, nested files included."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from passdown.domain.errors import Unreadable

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NAME = ".passdownignore"
LONGEST = 1 << 20


class Ignore:
    """The ignore files of the folders met so far, each read once."""

    def __init__(self) -> None:
        self._specs: dict[str, GitIgnoreSpec | None] = {}

    def hides(self, path: str, *, is_dir: bool) -> bool:
        """Whether the ignore files above this path keep it out; the nearest that speaks of it
        decides. Unreadable when one of them cannot be understood: then nothing below is read."""
        for folder in _above(path):
            spec = self.load(folder)
            if spec is None:
                continue
            inside = path[len(folder) :].lstrip("/") + ("/" if is_dir else "")
            verdict = spec.check_file(inside).include
            if verdict is not None:
                return verdict
        return False

    def load(self, folder: str) -> GitIgnoreSpec | None:
        """The folder's own ignore file, if it has one that says something."""
        if folder not in self._specs:
            self._specs[folder] = _read(os.path.join(folder, NAME))
        return self._specs[folder]


def _above(path: str) -> list[str]:
    """The folders above, nearest first."""
    folders = []
    while (parent := os.path.dirname(path)) != path:
        folders.append(parent)
        path = parent
    return folders


def _read(path: str) -> GitIgnoreSpec | None:
    try:
        with open(path, "rb") as file:
            text = file.read(LONGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as e:
        raise Unreadable(f"cannot be read: {e.strerror}", where=path, next=_NEXT) from None
    if len(text) > LONGEST:
        raise Unreadable(f"longer than {LONGEST:,} bytes", where=path, next=_NEXT)
    return _spec(path, text)


def _spec(path: str, text: bytes) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec

    lines = text.decode("utf-8", "replace").splitlines()
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return None
    try:
        # RE2: a pattern comes with the folder, so whoever wrote the folder wrote it.
        return GitIgnoreSpec.from_lines(lines, backend="re2")
    except Exception as e:
        raise Unreadable(f"cannot be understood: {e}", where=path, next=_NEXT) from None


_NEXT = "Mend it: until then nothing below this folder is read."
