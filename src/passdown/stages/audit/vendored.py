"""Packages that a repository holds a copy of: what they offered before a change, and after."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.errors import PassdownError
from passdown.stages.audit import api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.stages.audit.api import Api
    from passdown.stages.audit.change import Change
    from passdown.stages.audit.tree import Tree

MOST, MOST_FILES = 4, 2000
_VENDORED = re.compile(
    r"((?:.*/)?_?(?:vendor|vendored|third_party)/)([A-Za-z]\w*)(?:/.*)?(?:\.py)?"
)


class Brought(NamedTuple):
    """One such package, as it was and as it is."""

    package: str
    both: tuple[Api, Api]

    @property
    def tops(self) -> list[str]:
        """What it is imported as."""
        return [self.package]


def vendored(change: Change) -> Iterator[Brought]:
    """Those that the change touches and both trees have; what cannot be read is left out."""
    if change.before is None or change.after is None:
        return
    found: dict[tuple[str, str], None] = {}
    for file in change.facts.files:
        if file.path.endswith((".py", ".pyi")) and (match := _VENDORED.fullmatch(file.path)):
            found[match[1], match[2]] = None
    for folder, package in list(found)[:MOST]:
        try:
            old = _read(change.before, folder, package)
            new = _read(change.after, folder, package)
        except (PassdownError, OSError):  # a tree may hold names that no disk takes
            continue
        yield Brought(package, (old, new))


def _read(tree: Tree, folder: str, package: str) -> Api:
    heads = (f"{folder}{package}/", f"{folder}{package}.py")
    paths = [path for path in tree.paths
             if path.startswith(heads) and path.endswith((".py", ".pyi"))][:MOST_FILES]  # fmt: skip
    tree.load(paths)
    with TemporaryDirectory(prefix="passdown-vendored-") as place:
        for path in paths:
            parts = path.removeprefix(folder).split("/")
            if ".." not in parts:
                target = Path(place).joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(tree.read(path) or "", "utf-8", "surrogateescape")
        return api.read(Path(place), [package], package, tree.commit[:8])
