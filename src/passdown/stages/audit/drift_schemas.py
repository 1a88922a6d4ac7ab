"""Whether documents of a repository still are what their schema says, where a change brings another
schema: by the path of what they hold."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from passdown.stages.audit import openapi, schema
from passdown.stages.audit.change import Proof
from passdown.stages.audit.drift import BREAKING, DEPRECATED, REMOVED, UNKNOWN, Drift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.schema import Path, Table
    from passdown.stages.audit.tree import Tree

MOST_FILES = 200
_NAMED = re.compile(
    r"^\s*[{]?\s*[\"']?\$schema[\"']?\s*:\s*[\"']?([^\s\"',]+)|"
    r"^#\s*yaml-language-server:\s*\$schema=(\S+)",
    re.M,
)


def schemas(change: Change) -> Iterator[Drift]:
    """What of documents after the change no longer is as the schema that they name has it."""
    for file in change.facts.files:
        before, after = change.texts(file) if file.before and file.after else (None, None)
        if not schema.is_schema(file.after, after) or not before or not after or not change.after:
            continue
        old, new = schema.tables(before), schema.tables(after)
        if old is None:
            continue
        if new is None:
            yield Drift(file.after, "", "", UNKNOWN, why=f"{file.after} is no schema that is read")
            continue
        names = {name for name, _ in (old, new) if name}
        rows = [
            row
            for path in _documents(change.after, file.after, names)
            for row in _compared(file.after, path, change.after.read(path) or "", old[1], new[1])
        ]
        yield from _once(rows)


def _once(rows: Sequence[Drift]) -> Iterator[Drift]:
    """One row for each thing, with every place."""
    found: dict[str, list[Drift]] = defaultdict(list)
    for row in rows:
        found[row.why].append(row)
    for same in found.values():
        yield replace(same[0], places=tuple(dict.fromkeys(row.places[0] for row in same)))


def _documents(tree: Tree, path: str, names: set[str]) -> list[str]:
    """The documents that say that this schema is theirs."""
    words = [path.rpartition("/")[2], *(name.rpartition("/")[2] for name in names)]
    asked = [word for word in dict.fromkeys(words) if re.fullmatch(r"\w[\w.-]*", word)]
    near = [one for one in tree.naming(asked, "*") if one.endswith((".json", ".yaml", ".yml"))]
    tree.load(near[:MOST_FILES])
    return [one for one in near[:MOST_FILES]
            if one != path and _theirs(one, tree.read(one) or "") & {path, *names}]  # fmt: skip


def _theirs(path: str, text: str) -> set[str]:
    """The schema that a document names, as it is and as a path of the repository."""
    found = _NAMED.search(text)
    name = (found[1] or found[2]) if found else ""
    near = posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) if name else ""
    return {name, near} - {""}


def _compared(
    tool: str, path: str, text: str, old: Mapping[Path, Table], new: Mapping[Path, Table]
) -> Iterator[Drift]:
    told = openapi.loaded(path, text)
    for at in old.keys() & new.keys():
        before, after = old[at], new[at]
        gone = before.names - after.names if after.closed else frozenset()
        late = (after.old - before.old) & before.names
        need = after.needs - before.needs
        if not (gone or late or need):
            continue
        for table in schema.held(told, at):
            for name in sorted(gone & table.keys()):
                yield _row(tool, path, text, at, name, REMOVED)
            for name in sorted(late & table.keys()):
                yield _row(tool, path, text, at, name, DEPRECATED)
            for name in sorted(need - table.keys()):
                yield _row(tool, path, text, at, name, BREAKING)


def _row(tool: str, path: str, text: str, at: Path, name: str, status: str) -> Drift:
    whole = ".".join((*at, name))
    sought = name if status != BREAKING else next((one for one in reversed(at) if one != "[]"), "")
    proof = _shown(path, text, sought)
    why = f"needs `{whole}`" if status == BREAKING else f"`{whole}` {status}"
    was, now = ("", whole) if status == BREAKING else (whole, whole if status == DEPRECATED else "")
    return Drift(tool, "", "", status, whole, why, was, now, (proof,))


def _shown(path: str, text: str, name: str) -> Proof:
    """The first line that has this name; the file itself where none does."""
    for n, row in enumerate(text.splitlines(), 1):
        if name and re.match(rf"[\s{{\[,-]*[\"']?{re.escape(name)}[\"']?\s*:", row):
            return Proof(path, n, row.strip()[:300], "held here")
    return Proof(path, 0, "", "held here")
