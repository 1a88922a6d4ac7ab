"""One Python file as others see it: what it imports and how, what it loads by name, what it is."""

from __future__ import annotations

import ast
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP, LAZY, TYPING = "top", "lazy", "typing"

_LOADERS = frozenset(("import_module", "__import__", "find_spec", "run_module", "resolve_name",
                      "import_string", "load_module", "locate", "import_from_string",
                      "load_object"))  # fmt: skip
_RUNNERS = frozenset(("run", "Popen", "call", "check_call", "check_output", "system", "run_path",
                      "execv", "execvp", "spawn", "create_subprocess_exec"))  # fmt: skip
_SCANNERS = frozenset(("iter_modules", "walk_packages", "iterdir", "listdir", "scandir", "glob",
                       "rglob", "contents"))  # fmt: skip
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_][\w.]*)?\Z")
_SCRIPT = re.compile(r"[\w./-]*[\w-]\.py\Z")


@dataclass(frozen=True, slots=True)
class Import:
    """One module that is imported: by its name, `level` dots up, with the names taken from it."""

    module: str
    names: tuple[str, ...]
    level: int
    how: str
    line: int


@dataclass(slots=True)
class Source:
    """What stands in one file."""

    imports: list[Import] = field(default_factory=list)
    strings: list[tuple[str, int]] = field(default_factory=list)
    prefixes: list[tuple[str, int]] = field(default_factory=list)
    scripts: list[tuple[str, int]] = field(default_factory=list)
    scans: int = 0
    has_main: bool = False
    parses_arguments: bool = False
    is_broken: bool = False
    is_empty: bool = False
    loc: int = 0
    publics: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    decorated: bool = False


def read(text: str) -> Source:
    """What stands in this text."""
    found = Source(loc=sum(bool(line.strip()) for line in text.splitlines()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found.is_broken = True
        return found
    found.is_empty = all(_says_nothing(node) for node in tree.body)
    found.publics = frozenset(_publics(tree))
    found.marks = frozenset(_marks(tree))
    for node in tree.body:
        # What is nested deeper than can be followed says nothing; the rest of the file does.
        with suppress(RecursionError):
            _Reader(found).visit(node)
    return found


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _publics(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        name = getattr(node, "name", "_")
        if isinstance(name, str) and not name.startswith("_"):
            yield name


def _marks(tree: ast.Module) -> Iterator[str]:
    """What others like this file would share with it: the names at its top, the classes it
    extends, and what hands its functions over."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from (one.id for one in node.targets if isinstance(one, ast.Name))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
            yield from (f"@{_said(one)}" for one in node.decorator_list)
            if isinstance(node, ast.ClassDef):
                yield from (f"({_said(one)})" for one in node.bases)


def _said(node: ast.expr) -> str:
    """The last word of a name, of what is called, or of what is indexed."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return _name(node)


class _Reader(ast.NodeVisitor):
    """Walks a file once."""

    def __init__(self, found: Source) -> None:
        self._found = found
        self._depth = 0
        self._typing = 0

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._found.imports.append(Import(alias.name, (), 0, self._how(), node.lineno))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        names = tuple(alias.name for alias in node.names)
        one = Import(node.module or "", names, node.level, self._how(), node.lineno)
        self._found.imports.append(one)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._within(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._within(node)

    def visit_If(self, node: ast.If) -> None:
        said = ast.unparse(node.test)
        if "TYPE_CHECKING" in said and "not" not in said:
            self._typing += 1
            for inner in node.body:
                self.visit(inner)
            self._typing -= 1
            for inner in node.orelse:
                self.visit(inner)
            return
        if "__name__" in said and "__main__" in said:
            self._found.has_main = True
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name in _LOADERS:
            self._loads(node)
        if name in _RUNNERS:
            self._runs(node)
        if name in _SCANNERS:
            self._found.scans = self._found.scans or node.lineno
        if name in ("ArgumentParser", "command", "group", "Typer", "Fire"):
            self._found.parses_arguments = True
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and 2 < len(node.value) < 200:
            if _SCRIPT.match(node.value):
                self._found.scripts.append((node.value, node.lineno))
            elif _DOTTED.match(node.value):
                self._found.strings.append((node.value, node.lineno))

    def _within(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if node.decorator_list and not self._depth:
            self._found.decorated = True
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    def _how(self) -> str:
        return TYPING if self._typing else LAZY if self._depth else TOP

    def _loads(self, node: ast.Call) -> None:
        """`import_module(f"pkg.{name}")` loads whatever begins so."""
        for arg in node.args[:1]:
            prefix = _prefix(arg)
            if prefix is not None:
                self._found.prefixes.append((prefix, node.lineno))

    def _runs(self, node: ast.Call) -> None:
        """`[sys.executable, "-m", "pkg.mod"]`"""
        words = [one.value for one in ast.walk(node)
                 if isinstance(one, ast.Constant) and isinstance(one.value, str)]  # fmt: skip
        for word, after in pairwise(words):
            if word == "-m" and _DOTTED.match(after):
                self._found.strings.append((after, node.lineno))


def _name(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return func.id
    return func.attr if isinstance(func, ast.Attribute) else ""


def _prefix(arg: ast.expr) -> str | None:
    """What a name that is put together begins with; None for a plain one and for an unknown one."""
    if isinstance(arg, ast.JoinedStr):
        head = arg.values[0] if arg.values else None
        if isinstance(head, ast.Constant) and isinstance(head.value, str):
            return head.value
        return "" if any("__name__" in ast.unparse(one) or "__package__" in ast.unparse(one)
                         for one in arg.values) else None  # fmt: skip
    if isinstance(arg, ast.BinOp) and isinstance(arg.op, (ast.Add, ast.Mod)):
        left = arg.left
        if isinstance(left, ast.Constant) and isinstance(left.value, str):
            return left.value.partition("%")[0]
        return _prefix(left)
    if isinstance(arg, ast.Call) and _name(arg.func) == "format":
        inner = arg.func.value if isinstance(arg.func, ast.Attribute) else None
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            return inner.value.partition("{")[0]
    return None
