"""Which version of each Python package a repository has pinned, by its locks and manifests."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.tree import Tree

_PINNED = re.compile(
    r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*===?\s*v?([0-9][\w.!+-]*)\s*(?:$|[;#\\ ,])"
)
MOST_FILES = 20
_CANON = re.compile(r"[-_.]+")


class Bump(NamedTuple):
    """A package that stood at one version and stands at another."""

    package: str
    old: str
    new: str


def canon(name: str) -> str:
    """A package's name in its one spelling."""
    return _CANON.sub("-", name).casefold()


def pins(path: str, text: str) -> dict[str, str]:
    """The versions that a file pins; none where it is not read here or is broken."""
    name = path.rpartition("/")[2]
    read = _LOCKS.get(name)
    if read is None and sorts.manifest(path) and name.endswith((".txt", ".in")):
        read = _lines
    try:
        found = list(read(text)) if read else []
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return {canon(one): version for one, version in found if version}


def bumps(change: Change) -> list[Bump]:
    """The packages that the change moves from one version to another."""
    found: dict[str, Bump] = {}
    for file in change.facts.files:
        if not _may_pin(file.path):
            continue
        before, after = change.texts(file)
        old, new = pins(file.before or file.path, before or ""), pins(file.path, after or "")
        for name in sorted(old.keys() & new.keys()):
            if old[name] != new[name]:
                found.setdefault(name, Bump(name, old[name], new[name]))
    return list(found.values())


def in_force(tree: Tree) -> dict[str, str]:
    """The versions that a tree pins; what two files pin otherwise, the first by its path says."""
    paths = sorted(path for path in tree.paths if _may_pin(path))[:MOST_FILES]
    tree.load(paths)
    found: dict[str, str] = {}
    for path in paths:
        for name, version in pins(path, tree.read(path) or "").items():
            found.setdefault(name, version)
    return found


def _may_pin(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in _LOCKS or (sorts.manifest(path) and name.endswith((".txt", ".in")))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if found := _PINNED.match(line):
            yield found[1], found[2]


def _packages(text: str) -> Iterator[tuple[str, str]]:
    """`[[package]]` of uv, Poetry and PDM, `[[packages]]` of a standard lock."""
    told = tomllib.loads(text)
    for table in (*told.get("package", ()), *told.get("packages", ())):
        yield str(table.get("name", "")), str(table.get("version", ""))


def _pipfile(text: str) -> Iterator[tuple[str, str]]:
    told: Mapping[str, Any] = json.loads(text)
    for part in ("default", "develop"):
        for name, table in told.get(part, {}).items():
            yield name, str(table.get("version", "")).removeprefix("==")


def _project(text: str) -> Iterator[tuple[str, str]]:
    """What a project asks for at one version only."""
    told = tomllib.loads(text)
    project = told.get("project", {})
    groups: list[Iterable[Any]] = [project.get("dependencies", ())]
    groups += project.get("optional-dependencies", {}).values()
    groups += told.get("dependency-groups", {}).values()
    for group in groups:
        yield from _lines("\n".join(one for one in group if isinstance(one, str)))


_LOCKS: dict[str, Callable[[str], Iterator[tuple[str, str]]]] = {
    "uv.lock": _packages, "poetry.lock": _packages, "pdm.lock": _packages,
    "pylock.toml": _packages, "Pipfile.lock": _pipfile, "pyproject.toml": _project,
}  # fmt: skip
