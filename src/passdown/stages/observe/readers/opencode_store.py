"""Where OpenCode keeps a session's messages: files of their own, beside the session's."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.observe.readers.document import record, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.reader import Json

MOST = 100_000
"""Files read of one session at most, and how large each may be."""
LARGEST = 1 << 25


class Store(NamedTuple):
    """Folders that hold a folder a session of messages, and one a message of parts."""

    messages: Path
    parts: Path
    nested: bool

    def of(self, session: str) -> Iterator[Json]:
        """A session's messages in order, each with its parts, as an export has them."""
        if not _is_name(session):
            return
        for info in _objects(self.messages / session):
            id = text(info.get("id"))
            if _is_name(id):
                folder = self.parts / session / id if self.nested else self.parts / id
                yield {"info": info, "parts": list(_objects(folder))}


def beside(path: str) -> Store | None:
    """The store that the session in this file belongs to, by where it lies: older versions kept
    all below `session`, each project with a store of its own."""
    folder = Path(path).parent
    if folder.name == "info" and folder.parent.name == "session":
        return Store(folder.parent / "message", folder.parent / "part", nested=True)
    if folder.parent.name == "session":
        root = folder.parent.parent
        return Store(root / "message", root / "part", nested=False)
    return None


def _is_name(text: str) -> bool:
    """Whether it names something inside a folder, and nothing elsewhere."""
    return bool(text) and text not in (".", "..") and not set(text) & {"/", "\\", "\0"}


def _objects(folder: Path) -> Iterator[Json]:
    """The objects in a folder's files; ids, and so names, are in the order of time."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))
    except OSError:
        return
    for name in names[:MOST]:
        found = table(record(_content(folder / name)).value)
        if found:
            yield found


def _content(path: Path) -> bytes:
    """A regular file's bytes, unless they are too many."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return b""
    with open(fd, "rb") as file:
        found = os.fstat(fd)
        sound = stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST
        return file.read(LARGEST) if sound else b""
