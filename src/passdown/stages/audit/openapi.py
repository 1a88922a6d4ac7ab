"""What a description of an interface offers: each operation, what it needs and whether it is on its
way out. Read as data, by path and method; what it points to elsewhere is not known."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
LONGEST, MOST, DEEPEST = 4_000_000, 5000, 64
"""Characters of a description that are read, its operations, and how deep it is nested."""
FILE = re.compile(r"(?:^|/)[^/]*(?:openapi|swagger|api)[^/]*\.(?:json|ya?ml)\Z", re.I)
_HEAD = re.compile(r"^\s*[{]?\s*[\"']?(?:openapi|swagger)[\"']?\s*:\s*[\"']?[23]", re.M)
_ELSEWHERE = frozenset(("$ref", "<<"))
"""What says that more of something stands elsewhere."""
_YES = (True, "true", "True")
_PLACE = re.compile(r"\{[^}/]*\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: what it must be given, all that it takes, and whether it is deprecated. What
    it takes is `open` where part of it stands elsewhere."""

    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    deprecated: bool = False
    open: bool = False


@dataclass(frozen=True)
class Described:
    """One description: its operations by method and path, the paths that may have more of them,
    and what stands before every path."""

    version: str
    operations: Mapping[Key, Operation]
    open: frozenset[str] = frozenset()
    bases: tuple[str, ...] = ()
    paths: frozenset[str] = field(default=frozenset())


def read(path: str, text: str | None) -> Described | None:
    """The description that a file is; None where it is none, or cannot be read."""
    if text is None or len(text) > LONGEST or not FILE.search(path) or not _HEAD.search(text):
        return None
    told = loaded(path, text)
    if not isinstance(told, dict) or not isinstance(told.get("paths"), dict):
        return None
    return _of(told)


def bare(path: str) -> str:
    """A path without the names of what stands in it: `/pets/{id}` is `/pets/{}`."""
    return _PLACE.sub("{}", path).rstrip("/") or "/"


def loaded(path: str, text: str) -> Any:
    """What a document of JSON or YAML holds; None for what cannot be read."""
    try:
        return json.loads(text) if path.endswith(".json") else yaml(text)
    except (ValueError, RecursionError, ImportError):
        return None


def yaml(text: str) -> Any:
    """Words, lists and tables of a YAML text: no tag is followed and nothing is merged, so that it
    grows no larger than it is; one that is nested too deep for the reader is none.

    Raises:
        ValueError: it is no YAML.
    """
    import yaml as reader

    loader = getattr(reader, "CBaseLoader", reader.BaseLoader)
    depth = 0
    try:
        for event in reader.parse(text, Loader=loader):
            depth += isinstance(event, reader.CollectionStartEvent)
            depth -= isinstance(event, reader.CollectionEndEvent)
            if depth > DEEPEST:
                return None
        return reader.load(text, Loader=loader)
    except reader.YAMLError as error:
        raise ValueError(str(error)) from error


def _of(told: Json) -> Described:
    operations: dict[Key, Operation] = {}
    unclear: set[str] = set()
    for path, item in list(told["paths"].items())[:MOST]:
        if not isinstance(path, str) or not path.startswith("/"):
            continue
        name = bare(path)
        if not isinstance(item, dict) or not item.keys().isdisjoint(_ELSEWHERE):
            unclear.add(name)
            continue
        shared = item.get("parameters", [])
        for method in METHODS:
            if isinstance(item.get(method), dict):
                operations[method.upper(), name] = _operation(told, item[method], shared)
    info = told.get("info")
    version = str(info.get("version", "")) if isinstance(info, dict) else ""
    paths = frozenset(path for _, path in operations) | unclear
    return Described(version[:40], operations, frozenset(unclear), tuple(_bases(told)), paths)


def _operation(told: Json, one: Json, shared: Any) -> Operation:
    needs: set[str] = set()
    takes: set[str] = set()
    is_open = not one.keys().isdisjoint(_ELSEWHERE)
    for row in (*_listed(shared), *_listed(one.get("parameters"))):
        known = _followed(told, row)
        name = known.get("name") if known else None
        if not isinstance(name, str) or known is None:
            is_open = True
            continue
        takes.add(name)
        if known.get("required") in _YES and known.get("in") in ("query", "header"):
            needs.add(name)
    old = one.get("deprecated") in _YES
    return Operation(frozenset(needs), frozenset(takes), old, is_open)


def _followed(told: Json, row: Any) -> Json | None:
    """A parameter, also one that stands among the shared ones of the same file."""
    if isinstance(row, dict) and isinstance(row.get("$ref"), str):
        at: Any = told
        for part in row["$ref"].removeprefix("#/").split("/"):
            at = (
                at.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(at, dict) else None
            )
        row = at
    return row if isinstance(row, dict) and row.keys().isdisjoint(_ELSEWHERE) else None


def _bases(told: Json) -> Iterator[str]:
    """The paths that servers put before those of operations."""
    rows = [told.get("basePath")]
    rows += [one.get("url") for one in _listed(told.get("servers")) if isinstance(one, dict)]
    for url in rows:
        try:
            path = urlsplit(url).path.rstrip("/") if isinstance(url, str) else ""
        except ValueError:
            continue
        if path.startswith("/"):
            yield path


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
