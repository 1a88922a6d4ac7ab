"""A whole tree of files at one commit, read from git's objects: nothing is checked out."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from passdown.stages.audit import git

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

MOST_HITS = 200
"""Lines that one search brings: that a name is still used needs one."""

LARGEST = 2_000_000
"""Bytes of a file that is read as code."""


class Tree:
    """The files of one commit."""

    def __init__(self, repo: Path, commit: str) -> None:
        self.repo = repo
        self.commit = commit
        self._texts: dict[str, str | None] = {}

    @cached_property
    def _blobs(self) -> dict[str, str]:
        """The object of each file; links and other repositories are no files."""
        rows = git.ask(self.repo, "ls-tree", "-r", "-z", "--full-tree", self.commit).split(b"\0")
        found: dict[str, str] = {}
        for row in rows:
            head, tab, path = row.partition(b"\t")
            mode, _, rest = head.partition(b" ")
            if tab and mode.startswith(b"100"):
                found[path.decode("utf-8", "surrogateescape")] = rest.split(b" ")[1].decode()
        return found

    @property
    def paths(self) -> Iterable[str]:
        """The path of every file."""
        return self._blobs.keys()

    def has(self, path: str) -> bool:
        """Whether there is this file, or a folder of this name."""
        path = path.removeprefix("./").rstrip("/")
        return path in self._blobs or any(one.startswith(f"{path}/") for one in self._blobs)

    def name_of(self, path: str) -> str:
        """What git calls a file's content; '' for no file."""
        return self._blobs.get(path, "")

    def read(self, path: str) -> str | None:
        """A file's text; None for none, for a binary one and for one too large to be code."""
        if path not in self._texts:
            self.load([path])
        return self._texts[path]

    def load(self, paths: Sequence[str]) -> None:
        """Read these at once: one process for all of them."""
        wanted = [path for path in paths if path not in self._texts and path in self._blobs]
        for path in paths:
            self._texts.setdefault(path, None)
        if not wanted:
            return
        names = "".join(f"{self._blobs[path]}\n" for path in wanted).encode()
        answer = git.ask(self.repo, "cat-file", "--batch", stdin=names)
        at = 0
        for path in wanted:
            line = answer.index(b"\n", at)
            told = answer[at:line].split(b" ")
            at = line + 1
            if len(told) == 3:  # of an object that this clone has not got it says so in two words
                size = int(told[2])
                self._texts[path] = _text(answer[at : at + size])
                at += size + 1

    def find(self, words: Sequence[str]) -> list[tuple[str, int, str]]:
        """Where any of these stands as a whole word: path, line, text."""
        rows = self._searched("-n", words, ":(top)").split("\n")[:MOST_HITS]
        return [hit for row in rows if (hit := self._hit(row))]

    def naming(self, words: Sequence[str], glob: str) -> list[str]:
        """The files of such a name in which any of these stands as a whole word, in order."""
        found = self._searched("-l", words, f":(top){glob}").split("\0")
        return sorted(path.removeprefix(f"{self.commit}:") for path in found if path)

    def _searched(self, how: str, words: Sequence[str], where: str) -> str:
        if not words:
            return ""
        asked = [part for word in words for part in ("-e", word)]
        said = git.bare(
            self.repo, "-c", "grep.column=false", "grep", "--no-color", how, "-w", "-F", "-I", "-z",
            "--full-name", *asked,
            self.commit, "--", where, fails=(1,),
        )  # fmt: skip
        return said.decode("utf-8", "surrogateescape")

    def _hit(self, row: str) -> tuple[str, int, str] | None:
        place, _, rest = row.partition("\0")
        n, _, text = rest.partition("\0")
        path = place.removeprefix(f"{self.commit}:")
        return (path, int(n), text[:400]) if n.isdigit() else None


def _text(data: bytes) -> str | None:
    if len(data) > LARGEST or b"\0" in data[:8000]:
        return None
    return data.decode("utf-8", "surrogateescape")
