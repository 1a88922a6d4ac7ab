"""What a change does, read from its diff: files, modes, renames, lines that went and came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from passdown.domain.errors import Limit, Unavailable, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unidiff.patch import Hunk as Read, PatchedFile

ADDED, DELETED, MODIFIED, RENAMED, COPIED = "added", "deleted", "modified", "renamed", "copied"
SUBMODULE = "160000"
SYMLINK = "120000"

_MODE = re.compile(r"^(old mode|new mode|new file mode|deleted file mode) (\d{6})$", re.M)
_INDEX = re.compile(r"^index [0-9a-f]+\.\.[0-9a-f]+ (\d{6})$", re.M)
_COPY = re.compile(r"^copy from ", re.M)
LARGEST = 33_554_432
"""Bytes of a diff that is read; parsing takes most of a second for each two million."""
_HEADER = re.compile(rb"^(?:diff --git |--- )", re.M)
_COMBINED = re.compile(rb"^@@@+ -", re.M)
_ESCAPED = re.compile(r"\\([0-7]{3}|.)", re.S)
_LETTERS = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


@dataclass(frozen=True, slots=True)
class Line:
    """One line that came or went, by its number in the file it stands in."""

    n: int
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """One place of a file that changed: its first line before and after, and its lines as `+`, `-`
    and ` ` tell them."""

    before: int
    after: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Touched:
    """One file of a change. `old` is its path before, where that was another."""

    path: str
    how: str
    old: str = ""
    added: tuple[Line, ...] = ()
    removed: tuple[Line, ...] = ()
    hunks: tuple[Hunk, ...] = ()
    old_mode: str = ""
    new_mode: str = ""
    binary: bool = False

    @property
    def submodule(self) -> bool:
        """Whether it points to a commit of another repository."""
        return SUBMODULE in (self.old_mode, self.new_mode)

    @property
    def before(self) -> str:
        """Its path in the tree before; '' for a file that is new."""
        return "" if self.how == ADDED else self.old or self.path

    @property
    def after(self) -> str:
        """Its path in the tree after; '' for a file that is gone."""
        return "" if self.how == DELETED else self.path


@dataclass(frozen=True)
class Facts:
    """A whole change."""

    files: tuple[Touched, ...]

    @cached_property
    def by_path(self) -> dict[str, Touched]:
        """Each file by the path it has after, and by the one it had before."""
        named = {file.old: file for file in self.files if file.old}
        return named | {file.path: file for file in self.files}

    def numstat(self) -> list[tuple[str, str, str]]:
        """What `git diff --numstat` says of it: lines added, lines removed, path."""
        return [
            ("-", "-", file.path)
            if file.binary
            else (str(len(file.added)), str(len(file.removed)), file.path)
            for file in self.files
        ]

    def added(self) -> Iterator[tuple[str, Line]]:
        """Every line that came, with its file's path."""
        return ((file.path, line) for file in self.files for line in file.added)

    def removed(self) -> Iterator[tuple[str, Line]]:
        """Every line that went, with the path its file had."""
        return ((file.old or file.path, line) for file in self.files for line in file.removed)


def read(diff: bytes, file: str = "") -> Facts:
    """The facts of a unified diff, as git writes it or as `diff -u` does; `file` is where it stood,
    which errors name.

    Raises:
        Unreadable: it is no diff, or one that was cut.
        Limit: it is larger than anybody reads.
    """
    if not diff.strip():
        return Facts(())
    if len(diff) > LARGEST:
        what = f"the diff has {len(diff) // 1_048_576} MB; {LARGEST // 1_048_576} are read"
        raise Limit(what, where=file, next="Audit it in parts.")
    if _COMBINED.search(diff) or not _HEADER.search(diff):
        # Of one against several parents no line would be seen, and so none objected to.
        what = "this is not a unified diff"
        raise Unreadable(what, where=file, next="make one with `git diff -U3`")
    try:
        from unidiff.errors import UnidiffParseError
        from unidiff.patch import PatchSet
    except ImportError as error:
        raise Unavailable(
            "reading a diff needs the extra `audit`", next="pip install 'passdown[audit]'"
        ) from error
    try:
        patches = PatchSet(_from_header(diff).decode("utf-8", "surrogateescape"))
    except UnidiffParseError as error:
        raise Unreadable(f"the diff breaks off or was edited: {error}", where=file) from error
    return Facts(tuple(_touched(patch) for patch in patches))


def unquoted(path: str) -> str:
    """A path as it is on the disk, of one that git wrote in quotes."""
    if not (len(path) > 1 and path[0] == path[-1] == '"'):
        return path
    parts = bytearray()
    at = 0
    inner = path[1:-1]
    for found in _ESCAPED.finditer(inner):
        parts += inner[at : found.start()].encode("utf-8", "surrogateescape")
        parts += _byte(found[1])
        at = found.end()
    parts += inner[at:].encode("utf-8", "surrogateescape")
    return parts.decode("utf-8", "surrogateescape")


def _byte(code: str) -> bytes:
    if code.isdigit():
        return bytes([int(code, 8) & 0xFF])
    return bytes([_LETTERS[code]]) if code in _LETTERS else code.encode()


def _from_header(diff: bytes) -> bytes:
    """Without what stands before the first file: a mail's header, a message with dashes in it."""
    git = diff.find(b"diff --git ")
    if git == 0 or git < 0:
        return diff
    start = diff.rfind(b"\n", 0, git) + 1
    return diff[start:] if start == git else diff


def _touched(patch: PatchedFile) -> Touched:
    info = "".join(patch.patch_info or ())
    modes = dict(_MODE.findall(info))
    kept = _INDEX.search(info)
    mode = kept[1] if kept else ""
    source, target = _path(patch.source_file, "a/"), _path(patch.target_file, "b/")
    how = _how(patch, info)
    path = source if how == DELETED else target
    return Touched(
        path=path,
        how=how,
        old=source if how in (RENAMED, COPIED) and source != path else "",
        added=_lines(patch, added=True),
        removed=_lines(patch, added=False),
        hunks=tuple(_hunk(hunk) for hunk in patch),
        old_mode=modes.get("old mode") or modes.get("deleted file mode") or mode,
        new_mode=modes.get("new mode") or modes.get("new file mode") or mode,
        binary=bool(patch.is_binary_file),
    )


def _how(patch: PatchedFile, info: str) -> str:
    if _COPY.search(info):
        return COPIED
    if patch.is_added_file:
        return ADDED
    if patch.is_removed_file:
        return DELETED
    return RENAMED if patch.is_rename else MODIFIED


def _path(name: str, prefix: str) -> str:
    return unquoted(name.split("\t", 1)[0] if not name.startswith('"') else name).removeprefix(
        prefix
    )


def _lines(patch: PatchedFile, *, added: bool) -> tuple[Line, ...]:
    return tuple(
        Line(
            _number(line.target_line_no if added else line.source_line_no), line.value.rstrip("\n")
        )
        for hunk in patch
        for line in hunk
        if (line.is_added if added else line.is_removed)
    )


def _number(n: int | None) -> int:
    return n or 0


def _hunk(hunk: Read) -> Hunk:
    return Hunk(
        hunk.source_start,
        hunk.target_start,
        tuple(
            f"{line.line_type}{line.value}".rstrip("\n") for line in hunk if line.line_type != "\\"
        ),
    )
