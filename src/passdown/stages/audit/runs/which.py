"""Which tests are about a change: those that it touches, and those that import what it touches."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from passdown.stages.audit import code
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.trials import Trial

MOST, LOOKED_AT = 200, 3000
_TEST = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py\Z")
_ROOT = re.compile(r"^(?:src|lib|python)\.")


def affected(change: Change) -> list[str]:
    """The files of Python's tests about the change, as they stand after it."""
    if change.after is None:
        return []
    tests = sorted(path for path in change.after.paths if _TEST.search(path))[:LOOKED_AT]
    touched = {file.after for file in change.facts.files if file.after}
    modules = {name for file in change.facts.files if file.path.endswith(".py")
               for name in _names(file.path)}  # fmt: skip
    change.after.load(tests)
    found = [path for path in tests if path in touched or _imports(change, path) & modules]
    return found[:MOST]


def fixed(change: Change) -> list[str]:
    """What of the change is tests and what they stand on: it is laid over the base to be run
    there."""
    return [file.after for file in change.facts.files if file.after and sorts.test(file.after)]


def gone(change: Change) -> list[str]:
    """The tests that the change took away or moved."""
    return [file.before for file in change.facts.files
            if file.before and file.before != file.after and sorts.test(file.before)]  # fmt: skip


def key(path: str, test: Trial) -> str:
    """How a report calls a test that stands in a file."""
    *classes, name = test.name.split(".")
    return "::".join((".".join((path.removesuffix(".py").replace("/", "."), *classes)), name))


def is_of(told: str, name: str) -> bool:
    """Whether what a report calls so is this test, or one case of it."""
    return told == name or told.startswith(f"{name}[")


def _names(path: str) -> Iterator[str]:
    """What a module is imported as."""
    dotted = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    yield dotted
    yield _ROOT.sub("", dotted)


def _imports(change: Change, path: str) -> frozenset[str]:
    text = change.after.read(path) if change.after is not None else None
    tree = code.parsed(text or "")
    return frozenset(name for node in ast.walk(tree) for name in _of(node)) if tree else frozenset()


def _of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
