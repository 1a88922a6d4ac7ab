"""Files that history deleted as dead beside files that stayed, as far as labelled rows tell.

The oracle: a file is gone as dead when one commit whose subject says so (the one that a row names
as `removed_by`) removed every definition of it and nothing else stands at its top but imports and
its docstring; or when its repository's next tree, by date, lacks it though rows of the commit
between name it. It stayed when that next tree has it still, or when a row says that a definition of
it is alive. Tests are left out on both sides. Of rows alone no more can be told: a definition that
went does not say that its file went with it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from passdown.text import sorts

DEAD, TEST_ONLY = "dead", "test_only"
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Tree(NamedTuple):
    """One state of a repository, and what is labelled of it."""

    repo: str
    commit: str
    root: Path
    rows: Sequence[Mapping[str, Any]]

    @property
    def date(self) -> str:
        """When something was first removed of it; '' where nothing is labelled as removed."""
        return min((str(row["date"]) for row in self.rows if row.get("date")), default="")

    @property
    def files(self) -> frozenset[str]:
        """Its Python files that are no tests."""
        found = (path.relative_to(self.root).as_posix() for path in self.root.rglob("*.py"))
        return frozenset(path for path in found if not sorts.test(path))


class Fate(NamedTuple):
    """What became of a file, and what it was classed as before."""

    path: str
    gone: bool
    cls: str


def fates(trees: Sequence[Tree], classes: Mapping[Path, Mapping[str, str]]) -> list[Fate]:
    """Every file of which it is known; `classes` is each tree's, by its root."""
    found = []
    for tree in trees:
        gone = _gone(tree) | (_named(tree) - _next(tree, trees))
        stayed = ((tree.files & _next(tree, trees, frozenset())) | _alive(tree)) - gone
        told = classes[tree.root]
        found += [Fate(path, True, told[path]) for path in sorted(gone) if path in told]
        found += [Fate(path, False, told[path]) for path in sorted(stayed) if path in told]
    return found


def figures(found: Sequence[Fate]) -> tuple[dict[str, float], dict[str, float | str]]:
    """The shares of both that are called needless; in words why one is missing."""
    gone, stayed = [one for one in found if one.gone], [one for one in found if not one.gone]
    told: dict[str, float] = {"files_gone": len(gone), "files_stayed": len(stayed)}
    if stayed:
        told["files_false_alarms"] = _share(stayed, (DEAD, TEST_ONLY))
        told["files_dead_false_alarms"] = _share(stayed, (DEAD,))
    if gone:
        return {**told, "files_recall": _share(gone, (DEAD, TEST_ONLY))}, {}
    return told, {"files_recall": "not measured: no file of the data is known to be gone as dead"}


def counted(trees: Sequence[Tree], rows: Sequence[Mapping[str, Any]]) -> dict[str, float | str]:
    """How much the data could tell: files that labelled rows name, those of trees that are there,
    those with every definition removed, those that are gone then."""
    removed = {(r["repo"], r["commit"], r["file"]) for r in rows if r["label"] == "dead"}
    here = [(tree, path) for tree in trees for path in _named(tree)]
    bare = [1 for tree, path in here if _defined(tree, path) <= _removed(tree, path)]
    return {
        "files_with_removed_symbols": len(removed),
        "files_with_removed_symbols_in_trees": len(here),
        "files_with_no_symbol_left": len(bare),
        "files_gone_whole": sum(len(_gone(tree)) for tree in trees),
        "trees": len(trees),
        "trees_followed_by_another": sum(_later(tree, trees) is not None for tree in trees),
    }


def _gone(tree: Tree) -> frozenset[str]:
    """The files of which one commit left nothing."""
    return frozenset(path for path in _named(tree) if _emptied(tree, path))


def _emptied(tree: Tree, path: str) -> bool:
    body = _body(tree, path)
    kept = [node for node in body if not isinstance(node, (*_DEFINES, ast.Import, ast.ImportFrom))]
    words = [node for node in kept if not (isinstance(node, ast.Expr) and _is_text(node.value))]
    defined = _defined(tree, path)
    return bool(defined) and not words and defined <= _removed(tree, path)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _body(tree: Tree, path: str) -> list[ast.stmt]:
    try:
        return ast.parse((tree.root / path).read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return []


def _defined(tree: Tree, path: str) -> frozenset[str]:
    return frozenset(node.name for node in _body(tree, path) if isinstance(node, _DEFINES))


def _removed(tree: Tree, path: str) -> frozenset[str]:
    """The definitions that the commit which removed most of this file's removed."""
    by: dict[str, set[str]] = defaultdict(set)
    for row in _dead(tree):
        if row["file"] == path:
            by[row["removed_by"]].add(row["symbol"])
    most: set[str] = max(by.values(), key=len) if by else set()
    return frozenset(most)


def _named(tree: Tree) -> frozenset[str]:
    return frozenset(row["file"] for row in _dead(tree)) & tree.files


def _alive(tree: Tree) -> frozenset[str]:
    return frozenset(row["file"] for row in tree.rows if row["label"] == "live") & tree.files


def _dead(tree: Tree) -> Iterator[Mapping[str, Any]]:
    return (row for row in tree.rows if row["label"] == "dead")


def _next(
    tree: Tree, trees: Sequence[Tree], without: frozenset[str] | None = None
) -> frozenset[str]:
    """The files of the next tree; all of this one's, or `without`, where none follows."""
    later = _later(tree, trees)
    if later is None:
        return tree.files if without is None else without
    return later.files


def _later(tree: Tree, trees: Sequence[Tree]) -> Tree | None:
    after = [one for one in trees if one.repo == tree.repo and one.date > tree.date > ""]
    return min(after, key=lambda one: one.date, default=None)


def _share(found: Sequence[Fate], classes: tuple[str, ...]) -> float:
    return round(sum(one.cls in classes for one in found) / len(found), 4)
