"""Files that do what another does: by the bodies of their functions with the names erased, by what
they offer and by what they import. Of two, the newer, better connected one is the one to keep."""

from __future__ import annotations

import ast
import copy
import hashlib
import math
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.stages.inventory.ages import Ages
    from passdown.stages.inventory.classify import Row, World
    from passdown.stages.inventory.files import Each

LEAST = 0.5
LINES = 6
"""A shorter function is like many."""
_NAMES = re.compile(
    r"^\s*(?:export\s+)?(?:pub\s+)?(?:async\s+)?(?:function|fn|class|struct|interface)\s+([A-Za-z_]\w*)",
    re.M,
)
_ROUTES = re.compile(r"[\"'`](/[a-z][\w/{}:<>-]{2,60})[\"'`]")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two files that are alike: the older and the one it could give way to."""

    path: str
    other: str
    share: float
    why: str


@dataclass(frozen=True, slots=True)
class _Shape:
    bodies: frozenset[str]
    names: frozenset[str]
    imports: frozenset[str]
    routes: frozenset[str]


def overlaps(found: World, rows: Sequence[Row], ages: Ages, each: Each = iter) -> list[Overlap]:
    """Each pair that overlaps by half or more; `ages` is what their history says, `each` hands
    the paths on."""
    texts = found.files.texts
    shapes = {path: _shape(texts[path], found, path) for path in each([row.path for row in rows])}
    by_path = {row.path: row for row in rows}
    pairs = {
        (one, other)
        for paths in _shared(shapes).values()
        for one in paths
        for other in paths
        if one < other
    }
    hits = []
    for one, other in sorted(pairs):
        share = _likeness(shapes[one], shapes[other])
        if share >= LEAST and not _both_tests(by_path[one], by_path[other]):
            older, newer = _ordered(by_path[one], by_path[other], ages)
            hits.append(Overlap(older.path, newer.path, round(share, 2), _why(shapes, one, other)))
    return [*hits, *_across(found, shapes)]


def _shared(shapes: Mapping[str, _Shape]) -> dict[str, list[str]]:
    """The files of each function's body, or name, that few have: pairs are looked for in these."""
    places: dict[str, list[str]] = {}
    for path, shape in shapes.items():
        for mark in shape.bodies | {f"name:{name}" for name in shape.names}:
            places.setdefault(mark, []).append(path)
    return {mark: paths for mark, paths in places.items() if 1 < len(paths) <= 8}


def _likeness(one: _Shape, other: _Shape) -> float:
    least = min(len(one.bodies), len(other.bodies))
    bodies = len(one.bodies & other.bodies) / least if least else 0.0
    return (
        0.5 * bodies + 0.3 * _jaccard(one.names, other.names)
        + 0.2 * _jaccard(one.imports, other.imports)
    )  # fmt: skip


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0


def _both_tests(one: Row, other: Row) -> bool:
    return one.cls == other.cls == "test"


def _ordered(one: Row, other: Row, ages: Ages) -> tuple[Row, Row]:
    """The one to give way first: of a lesser class, less used, older."""
    classes = ("dead", "test_only", "manual", "documented", "test", "production")

    def rank(row: Row) -> tuple[int, int, float, str]:
        past = ages.past.get(row.path)
        quiet = math.inf if past is None else past.quiet
        return classes.index(row.cls), len(row.importers), -quiet, row.path

    older, newer = sorted((one, other), key=rank)
    return older, newer


def _why(shapes: Mapping[str, _Shape], one: str, other: str) -> str:
    bodies = len(shapes[one].bodies & shapes[other].bodies)
    names = sorted(shapes[one].names & shapes[other].names)[:4]
    told = [f"{bodies} functions of one body"] if bodies else []
    return ", ".join([*told, *(f"`{name}`" for name in names)])


def _across(found: World, shapes: Mapping[str, _Shape]) -> Iterator[Overlap]:
    """Files in other languages that offer the same names, or the same routes: less sure."""
    others = [path for path in found.files.others if path.endswith((".ts", ".tsx", ".js", ".rs"))]
    for path in others:
        text = found.files.texts[path]
        names = frozenset(_canon(name) for name in _NAMES.findall(text))
        routes = frozenset(_ROUTES.findall(text))
        for one, shape in shapes.items():
            mine = frozenset(_canon(name) for name in shape.names)
            share = max(_jaccard(names, mine), _jaccard(routes, shape.routes))
            same = len(names & mine) >= 3 or len(routes & shape.routes) >= 3
            if same and share >= LEAST and one.rpartition("/")[2] != "__init__.py":
                yield Overlap(
                    one, path, round(share * 0.7, 2), "the same names in another language"
                )


def _canon(name: str) -> str:
    return name.replace("_", "").casefold()


def _shape(text: str, found: World, path: str) -> _Shape:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _Shape(frozenset(), frozenset(), frozenset(), frozenset())
    source = found.sources[path]
    imports = frozenset(one.module for one in source.imports if one.module)
    routes = frozenset(_ROUTES.findall(text))
    return _Shape(frozenset(_bodies(tree)), source.publics, imports, routes)


def _bodies(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_long(node):
            # One that is nested deeper than can be followed is like no other.
            with suppress(RecursionError):
                yield hashlib.sha256(_erased(node).encode()).hexdigest()[:16]


def _is_long(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return (node.end_lineno or 0) - node.lineno + 1 >= LINES


def _erased(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """A function without its names: what is left is what it does."""
    bare = copy.deepcopy(node)
    bare.name = "f"
    names: dict[str, str] = {}
    for one in ast.walk(bare):
        for attribute in ("id", "arg"):
            said = getattr(one, attribute, None)
            if isinstance(said, str):
                setattr(one, attribute, names.setdefault(said, f"n{len(names)}"))
    return ast.dump(bare)
