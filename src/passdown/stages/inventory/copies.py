"""Copies of other projects that a repository holds, in folders that are called so, in those with
many packages that its programs put on Python's path, and where a package has a project of its own
in it; and what is put aside, in folders that say it is of no use."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.inventory.modules import INIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MANY = 5
"""Packages in one folder, from which on it is a shelf of other projects: one's own are fewer."""
_CALLED_SO = re.compile(
    r"(?:ext|(?:.*/)?(?:_?vendor(?:ed|s)?|third[_-]?party|extern(?:al)?s?|bundled))/[\w.-]+"
)
"""Folders that hold copies of other projects, and in them one copy."""
_ON_THE_PATH = re.compile(
    r"sys\.path\.(?:insert|append|extend)\([^#\n]{0,200}?[\"']\.?/?"
    r"(libs?|ext|libraries|lib/python|deps|packages)/?[\"']"
)
"""Where a program puts such a folder on Python's path."""
_ASIDE = re.compile(
    r"(?:.*/)?(?:_?obsolete|_?attic|_?unused|_?removed|_?graveyard|_old|_archived?|trash)/", re.I
)
"""What is put aside. An `archive` may be a part of what a site does."""
_MADE_UP = re.compile(r"(?:^|/)(?:tests?|templates?|examples?|docs?|fixtures?|skeletons?)(?:/|\Z)")
"""Where a project in a project is made up."""


class Copies(NamedTuple):
    """The folders that hold copies, one in each of theirs, and those that are one."""

    shelves: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()

    def of(self, path: str) -> str:
        """The copy of another project that a file is of; '' for the rest."""
        hit = _CALLED_SO.match(path)
        if hit:
            return hit[0].rstrip("/")
        for shelf in self.shelves:
            if path.startswith(f"{shelf}/"):
                return f"{shelf}/{path.removeprefix(f'{shelf}/').partition('/')[0]}"
        return next((home for home in self.whole if path.startswith(f"{home}/")), "")


def copies(python: Sequence[str], texts: Mapping[str, str], projects: Iterable[str]) -> Copies:
    """What holds copies, of these files and the folders of all projects that are published."""
    packages = {path.rpartition("/")[0] for path in python if path.endswith(f"/{INIT}")}
    inner = (home for home in projects
             if not _MADE_UP.search(home) and packages & set(_above(home)))  # fmt: skip
    return Copies(_shelves(python, texts), tuple(sorted(inner)))


def aside(path: str) -> str:
    """The folder of what is of no use any more that a file is in; '' for the rest."""
    hit = _ASIDE.match(path)
    return hit[0] if hit else ""


def _above(folder: str) -> Iterator[str]:
    """The folders that one is in, itself left out."""
    while folder := folder.rpartition("/")[0]:
        yield folder


def _shelves(python: Iterable[str], texts: Mapping[str, str]) -> tuple[str, ...]:
    """The folders of many packages that a program at the top has Python look in."""
    paths = list(python)
    said = {folder for path in paths if path.count("/") <= 1 for folder in _put(texts[path])}
    many = Counter(path.removesuffix(f"/{INIT}").rpartition("/")[0] for path in paths
                   if path.endswith(f"/{INIT}"))  # fmt: skip
    return tuple(sorted(folder for folder in said
                        if many[folder] >= MANY and f"{folder}/{INIT}" not in texts))  # fmt: skip


def _put(text: str) -> Iterator[str]:
    if "sys.path" in text:
        yield from (hit[1] for hit in _ON_THE_PATH.finditer(text))
