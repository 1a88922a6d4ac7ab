"""The files of a tree as they stand on a disk, for programs that want files: nothing of git is run
on them, no filter, no hook, no line ending is touched."""

from __future__ import annotations

import os
import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from passdown.domain.errors import Limit, Unavailable, Unreadable
from passdown.stages.audit import git

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from passdown.stages.audit.tree import Tree

MOST_FILES, MOST_BYTES = 60_000, 400_000_000
_LINK, _RUNS = b"120000", b"100755"
_BATCH = 2000


def lay(tree: Tree, folder: Path, paths: Sequence[str] | None = None) -> None:
    """Write the files of a tree below a folder, over what is there; `paths` only these.

    Raises:
        Limit: there are too many, or they are too large, to be copied for a run.
        Unavailable: this clone has not got all of them.
        Unreadable: the disk takes no such file, or no more.
    """
    wanted = None if paths is None else set(paths)
    rows = [row for row in _entries(tree) if wanted is None or row[2] in wanted]
    size = sum(row[3] for row in rows)
    if len(rows) > MOST_FILES or size > MOST_BYTES:
        raise Limit(f"{len(rows)} files of {size} bytes are not copied to be run")
    for at in range(0, len(rows), _BATCH):
        part = rows[at : at + _BATCH]
        texts = _contents(tree, [row[1] for row in part])
        for (mode, _, path, _), data in zip(part, texts, strict=True):
            try:
                _put(folder, path, mode, data)
            except OSError as error:
                raise Unreadable(f"a file cannot be copied: {error.strerror}") from error


def drop(folder: Path, paths: Sequence[str]) -> None:
    """Take these files away again where they were laid, and nothing else."""
    for path in paths:
        target = _target(folder, path)
        if target is not None and target.is_file() and not target.is_symlink():
            target.unlink()


def _entries(tree: Tree) -> Iterator[tuple[bytes, str, str, int]]:
    """Mode, object, path and size of every file; other repositories are none."""
    said = git.ask(tree.repo, "ls-tree", "-r", "-l", "-z", "--full-tree", tree.commit)
    for row in said.split(b"\0"):
        head, tab, path = row.partition(b"\t")
        parts = head.split()
        if tab and parts[1] == b"blob":
            if not parts[3].isdigit():
                raise Unavailable("this clone has not got all files of the change")
            name = path.decode("utf-8", "surrogateescape")
            yield parts[0], parts[2].decode(), name, int(parts[3])


def _contents(tree: Tree, objects: Sequence[str]) -> Iterator[bytes]:
    names = "".join(f"{one}\n" for one in objects).encode()
    answer = memoryview(git.ask(tree.repo, "cat-file", "--batch", stdin=names))
    at = 0
    for _ in objects:
        line = bytes(answer[at : at + 200]).partition(b"\n")[0]
        start = at + len(line) + 1
        size = int(line.split(b" ")[2])
        yield bytes(answer[start : start + size])
        at = start + size + 1


def _target(folder: Path, path: str) -> Path | None:
    """Where a file of the tree belongs; None for what is not below the folder or not to be laid."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or path.startswith("/") or ".git" in parts:
        return None
    if any(folder.joinpath(*parts[:n]).is_symlink() for n in range(1, len(parts))):
        return None  # what a link points to is not ours to write
    return folder.joinpath(*parts)


def _put(folder: Path, path: str, mode: bytes, data: bytes) -> None:
    target = _target(folder, path)
    if target is None:
        return
    _make_way(folder, target)
    if mode == _LINK:
        if _stays(PurePosixPath(path).parts, data):
            os.symlink(data, os.fsencode(target))
        return
    target.write_bytes(data)
    target.chmod(0o755 if mode == _RUNS else 0o644)


def _make_way(folder: Path, target: Path) -> None:
    """Take away what stands where this file or its folders belong: a file that became a package,
    a folder that became a file."""
    for above in reversed(target.relative_to(folder).parents[:-1]):
        if (folder / above).is_file():
            (folder / above).unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)


def _stays(parts: Sequence[str], data: bytes) -> bool:
    """Whether a link points to something in the tree."""
    if data.startswith(b"/") or b"\0" in data:
        return False
    depth = len(parts) - 1
    for part in data.split(b"/"):
        depth += -1 if part == b".." else part not in (b"", b".")
        if depth < 0:
            return False
    return True
