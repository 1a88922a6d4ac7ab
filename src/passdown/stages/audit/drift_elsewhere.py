"""Packages that a change moves and that are not Python's: nothing here reads what they offer, and
that is said of each, once. It is neither an all-clear nor an accusation."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from passdown.stages.audit.drift import UNKNOWN, Drift
from passdown.stages.audit.news import order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from passdown.stages.audit.change import Change

Pinned: TypeAlias = "Iterator[tuple[str, str]]"

WHY = "no interface of {} packages is looked at here"
NPM, CARGO, GO = "npm", "Cargo", "Go"
MOST = 40
"""Packages of one change that are named."""
_TABLES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_KINDS = ("dependencies", "dev-dependencies", "build-dependencies")
_GO = re.compile(r"^\s*(?:require\s+)?([\w.-]+\.[\w./~-]+)\s+(v\d\S*)", re.M)
_YARN = re.compile(r"^\"?(@?[^@\n\"]+)@[^\n]*:\n\s+version:? \"?([^\"\n]+)", re.M)
_PNPM = re.compile(r"^\s+['\"]?/?(@?[^@'\"\s:]+)@(\d[^:()'\"\s]*)[^\n]*:\s*$", re.M)


class _Reader(NamedTuple):
    """Whose packages a file names, whether it is a lock, and how it is read."""

    of: str
    lock: bool
    read: Callable[[str], Pinned]


def elsewhere(change: Change) -> Iterator[Drift]:
    """One row for each package that stands at another version after the change; what a manifest
    asks for itself comes first."""
    asked: dict[str, tuple[str, str]] = {}
    locked: dict[str, tuple[str, str]] = {}
    for file in change.facts.files:
        reader = _READERS.get(file.path.rpartition("/")[2])
        if reader is not None:
            before, after = change.texts(file)
            moved = _moved(_versions(reader, before or ""), _versions(reader, after or ""))
            into = locked if reader.lock else asked
            for name, span in moved:
                into.setdefault(f"{reader.of}:{name}", span)
    every = list(dict.fromkeys((*asked, *locked)))
    for tool in every[:MOST]:
        old, new = locked.get(tool) or asked[tool]
        yield Drift(tool, old, new, UNKNOWN, why=WHY.format(tool.partition(":")[0]))
    if len(every) > MOST:
        yield Drift(f"{len(every) - MOST} more", "", "", UNKNOWN, why=WHY.format("their"))


def _versions(reader: _Reader, text: str) -> dict[str, set[str]]:
    """The versions of each package; none where the file is broken."""
    found: dict[str, set[str]] = {}
    try:
        for name, version in reader.read(text) if text else ():
            found.setdefault(name, set()).add(version)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return found


def _moved(
    before: dict[str, set[str]], after: dict[str, set[str]]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """What stood at one version and stands at another: what only came or only went did not move."""
    for name in sorted(before.keys() & after.keys()):
        went, came = before[name] - after[name], after[name] - before[name]
        if went and came:
            yield name, (max(went, key=order), max(came, key=order))


def _package(text: str) -> Pinned:
    told = json.loads(text)
    for table in _TABLES:
        yield from ((name, str(asked)) for name, asked in told.get(table, {}).items())


def _package_lock(text: str) -> Pinned:
    told = json.loads(text)
    for path, one in told.get("packages", {}).items():
        name = path.rpartition("node_modules/")[2]
        if "node_modules/" in path and one.get("version"):
            yield name, str(one["version"])
    yield from _nested(told.get("dependencies", {}))


def _nested(told: dict[str, Any]) -> Pinned:
    """The first form of npm's lock, in which packages hold their own."""
    for name, one in told.items():
        if one.get("version"):
            yield name, str(one["version"])
        yield from _nested(one.get("dependencies", {}))


def _cargo(text: str) -> Pinned:
    told = tomllib.loads(text)
    for part in (told, told.get("workspace", {}), *told.get("target", {}).values()):
        for table in _KINDS:
            yield from _asked(part.get(table, {}).items())


def _asked(rows: Iterable[tuple[str, Any]]) -> Pinned:
    for name, asked in rows:
        version = asked.get("version", "") if isinstance(asked, dict) else asked
        if version:
            yield name, str(version)


def _cargo_lock(text: str) -> Pinned:
    for one in tomllib.loads(text).get("package", ()):
        yield str(one["name"]), str(one.get("version", ""))


def _found(pattern: re.Pattern[str]) -> Callable[[str], Pinned]:
    def read(text: str) -> Pinned:
        yield from ((one[1], one[2]) for one in pattern.finditer(text))

    return read


_READERS = {
    "package.json": _Reader(NPM, False, _package),
    "package-lock.json": _Reader(NPM, True, _package_lock),
    "npm-shrinkwrap.json": _Reader(NPM, True, _package_lock),
    "yarn.lock": _Reader(NPM, True, _found(_YARN)),
    "pnpm-lock.yaml": _Reader(NPM, True, _found(_PNPM)),
    "Cargo.toml": _Reader(CARGO, False, _cargo),
    "Cargo.lock": _Reader(CARGO, True, _cargo_lock),
    "go.mod": _Reader(GO, False, _found(_GO)),
}
