"""What a JSON schema lets documents hold, by the path of each table in them. What several schemas
say together, or one that stands elsewhere, is not known."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.stages.audit.openapi import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str, ...]

DEEPEST, MOST = 8, 3000
ITEMS = "[]"
"""Every item of a list, as part of a path."""
_FILE = re.compile(r"\.json\Z")
_SIGN = re.compile(r"\"\$schema\"\s*:\s*\"https?://json-schema\.org/")
_OPEN = ("oneOf", "anyOf", "allOf", "not", "if", "patternProperties", "$dynamicRef", "extends",
         "propertyNames", "dependentSchemas")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a document: what it may hold, what it must, what of it is on its way out; and
    whether it may hold nothing else."""

    names: frozenset[str]
    needs: frozenset[str]
    old: frozenset[str]
    closed: bool


def is_schema(path: str, text: str | None) -> bool:
    """Whether a file is a JSON schema."""
    if text is None or len(text) > LONGEST or not _FILE.search(path):
        return False
    return path.endswith(".schema.json") or bool(_SIGN.search(text))


def tables(text: str) -> tuple[str, Mapping[Path, Table]] | None:
    """The schema's own name, and every table that it describes; None where it is none."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    name = told.get("$id", told.get("id", ""))
    found: dict[Path, Table] = {}
    for path, table in _of(told, told, (), 0):
        if len(found) >= MOST:
            return None
        found[path] = table
    return (name if isinstance(name, str) else ""), found


def _of(root: Json, one: Any, path: Path, depth: int) -> Iterator[tuple[Path, Table]]:
    one = _followed(root, one)
    if one is None or depth > DEEPEST or any(name in one for name in _OPEN):
        return
    properties = one.get("properties")
    if isinstance(properties, dict):
        yield path, _table(one, properties)
        for name, inner in properties.items():
            yield from _of(root, inner, (*path, name), depth + 1)
    if isinstance(one.get("items"), dict):
        yield from _of(root, one["items"], (*path, ITEMS), depth + 1)


def _table(one: Json, properties: Json) -> Table:
    needs = one.get("required")
    listed = [name for name in needs if isinstance(name, str)] if isinstance(needs, list) else []
    old = [name for name, inner in properties.items()
           if isinstance(inner, dict) and inner.get("deprecated") is True]  # fmt: skip
    closed = False in (one.get("additionalProperties"), one.get("unevaluatedProperties"))
    return Table(frozenset(properties), frozenset(listed), frozenset(old), closed)


def _followed(root: Json, one: Any) -> Json | None:
    """What a schema stands for in the same file; None for what stands elsewhere."""
    for _ in range(DEEPEST):
        if not isinstance(one, dict) or "$ref" not in one:
            return one if isinstance(one, dict) else None
        at: Any = root
        ref = one["$ref"]
        if not isinstance(ref, str) or not ref.startswith("#/"):
            return None
        for part in ref[2:].split("/"):
            at = at.get(part) if isinstance(at, dict) else None
        one = at
    return None


# ---- the documents


def held(told: Any, path: Path) -> Iterator[Json]:
    """The tables of a document at a path."""
    if not path:
        if isinstance(told, dict):
            yield told
    elif path[0] == ITEMS:
        for one in told if isinstance(told, list) else ():
            yield from held(one, path[1:])
    elif isinstance(told, dict) and path[0] in told:
        yield from held(told[path[0]], path[1:])
