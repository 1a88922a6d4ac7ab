"""One Python file as others see it: what it imports and how, what it loads by name, what it is."""

from __future__ import annotations

import ast
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from passdown.stages.inventory.mended import mended
from passdown.stages.inventory.patterns import own, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOP, LAZY, TYPING = "top", "lazy", "typing"

_LOADERS = frozenset(("import_module", "__import__", "find_spec", "run_module", "resolve_name",
                      "import_string", "load_module", "locate", "import_from_string",
                      "load_object"))  # fmt: skip
_RUNNERS = frozenset(("run", "Popen", "call", "check_call", "check_output", "system", "run_path",
                      "execv", "execvp", "spawn", "create_subprocess_exec"))  # fmt: skip
_SCANNERS = frozenset(("iter_modules", "walk_packages", "iterdir", "listdir", "scandir", "glob",
                       "rglob", "contents"))  # fmt: skip
_WIRED = frozenset(("urlpatterns", "urls", "router", "blueprint", "bp", "api", "plugin", "register",
                    "command", "handler", "model", "task", "job", "extension"))  # fmt: skip
"""What others look for in a module by a name that is not made for being looked for."""
_WALKERS = _SCANNERS | {"walk"}
_STARTERS = _LOADERS | {
    "exec_module",
    "module_from_spec",
    "load_source",
    "run_path",
    "execfile",
    "exec",
}
_SWEEPERS = frozenset(("scan", "autodiscover_modules", "load_modules", "walk_modules"))
"""What loads every module of a package that it is told."""
_COMPARERS = frozenset(("startswith", "endswith", "removeprefix", "removesuffix", "len"))
"""What a name is only held against: nothing is loaded by it."""
_DEEP = frozenset(("walk_packages", "walk", "rglob"))
_LISTERS = frozenset(("iter_modules", "walk_packages"))
_FOLDER = re.compile(r"[a-z_]\w+\Z")
_BESIDE = re.compile(r"\.[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_][\w.]*)?\Z")
"""What frameworks resolve from the package that says it: `.feature.make`."""
_HEAD = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\.\Z")
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
    folders: list[tuple[str, int]] = field(default_factory=list)
    heads: list[tuple[str, int]] = field(default_factory=list)
    beside: list[tuple[str, int]] = field(default_factory=list)
    scans: int = 0
    scans_deep: bool = False
    loads: bool = False
    has_main: bool = False
    parses_arguments: bool = False
    is_broken: bool = False
    is_empty: bool = False
    hands_on: bool = False
    only_imports: bool = False
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
        tree = mended(text)
    found.is_empty = not found.is_broken and all(_says_nothing(node) for node in tree.body)
    whole = not (found.is_empty or found.is_broken)
    found.hands_on = whole and all(_hands_on(node) for node in tree.body)
    found.only_imports = whole and all(
        _says_nothing(node) or isinstance(node, (ast.Import, ast.ImportFrom)) for node in tree.body
    )
    found.publics = frozenset(_publics(tree))
    found.marks = frozenset(_marks(tree))
    walks = all(any(word in text for word in words) for words in (_WALKERS, _STARTERS))
    for node in tree.body:
        # What is nested deeper than can be followed says nothing; the rest of the file does.
        with suppress(RecursionError):
            _Reader(found, walks).visit(node)
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
            names = (one.id for one in node.targets if isinstance(one, ast.Name))
            yield from (name for name in names if not name.islower() or name in _WIRED)
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

    def __init__(self, found: Source, walks: bool) -> None:
        """`walks` where a program may walk a folder to load what is in it."""
        self._found = found
        self._walks = walks
        self._depth = 0
        self._typing = 0
        self._part: ast.expr | None = None

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._found.imports.append(Import(alias.name, (), 0, self._how(), node.lineno))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        names = tuple(alias.name for alias in node.names)
        one = Import(node.module or "", names, node.level, self._how(), node.lineno)
        self._found.imports.append(one)

    def visit_Assign(self, node: ast.Assign) -> None:
        """`__all__ = [one for one in listdir(...)]` is for who imports all of it."""
        made = not isinstance(node.value, (ast.List, ast.Tuple, ast.Constant))
        if made and any(isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets):
            self._found.loads = True
        self.generic_visit(node)

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
        self._starts(name, node)
        self._looks_around(name, node)
        if name in ("ArgumentParser", "command", "group", "Typer", "Fire"):
            self._found.parses_arguments = True
        if name == "format":
            self._put_together(node, node.args)
        elif name in _COMPARERS:
            for one in (node.func, *node.args):
                if not isinstance(one, (ast.Constant, ast.Tuple)):
                    self.visit(one)
        else:
            self.generic_visit(node)

    def _starts(self, name: str, node: ast.Call) -> None:
        """What a call loads or runs by a name that it is given."""
        if name in _LOADERS:
            self._found.loads = True
            self._loads(node)
        if name in _SWEEPERS:
            words = (_text(arg) for arg in node.args)
            self._found.prefixes += ((f"{w}.", node.lineno) for w in words if _DOTTED.match(w))
        if name in _RUNNERS:
            self._runs(node)

    def _looks_around(self, name: str, node: ast.Call) -> None:
        """Whether a call lists what is there."""
        if name in _SCANNERS:
            self._found.scans = self._found.scans or node.lineno
        if name in _DEEP:
            self._found.scans_deep = True
        if name in _LISTERS:
            self._found.loads = True
            self._lists(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._put_together(node, [one for one in node.values if not isinstance(one, ast.Constant)])

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """A sum is looked at as a whole: what its parts begin with is no name of its own."""
        if node is not self._part:
            self._put_together(node, [node.right])
            return
        self._part = node.left
        self.visit(node.left)
        self.visit(node.right)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and 2 < len(node.value) < 200:
            if _SCRIPT.match(node.value):
                self._found.scripts.append((node.value, node.lineno))
            elif _BESIDE.match(node.value):
                self._found.beside.append((node.value, node.lineno))
            elif _HEAD.match(node.value):
                self._found.heads.append((node.value, node.lineno))
            elif _DOTTED.match(node.value):
                self._found.strings.append((node.value, node.lineno))

    def _put_together(self, node: ast.expr, unknown: Sequence[ast.expr]) -> None:
        """A name that is put together; what stands in it besides is looked at on its own."""
        said = pattern(node)
        if not said or (said.startswith(".") and not own(node)):
            self._part = node.left if isinstance(node, ast.BinOp) else None
            self.generic_visit(node)
            return
        self._found.heads.append((said, node.lineno))
        for one in unknown:
            self.visit(one)

    def _within(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if node.decorator_list and not self._depth:
            self._found.decorated = True
        if not self._depth and self._walks:
            self._found.folders += ((word, node.lineno) for word in _walked(node))
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    def _how(self) -> str:
        return TYPING if self._typing else LAZY if self._depth else TOP

    def _loads(self, node: ast.Call) -> None:
        """`import_module(f"pkg.{name}")` loads whatever is called so, and so does
        `import_module("." + name, "pkg")`."""
        home = _text(node.args[1]) if len(node.args) > 1 else ""
        for arg in node.args[:1]:
            said = pattern(arg)
            if home and not _text(arg):
                self._found.prefixes.append((f"{home}{said or '.*'}", node.lineno))
            elif said:
                self._found.prefixes.append((said, node.lineno))

    def _lists(self, node: ast.Call) -> None:
        """`iter_modules([path], "pkg.views.")` finds whatever begins so."""
        words = (_text(arg) for arg in (*node.args[1:], *(one.value for one in node.keywords)))
        self._found.prefixes += ((word, node.lineno) for word in words if word.endswith("."))

    def _runs(self, node: ast.Call) -> None:
        """`[sys.executable, "-m", "pkg.mod"]`"""
        words = [one.value for one in ast.walk(node)
                 if isinstance(one, ast.Constant) and isinstance(one.value, str)]  # fmt: skip
        for word, after in pairwise(words):
            if word == "-m" and _DOTTED.match(after):
                self._found.strings.append((after, node.lineno))


def _hands_on(node: ast.stmt) -> bool:
    """Whether a statement gives on what stands elsewhere, or says that it does."""
    if isinstance(node, ast.Assign):
        return isinstance(node.value, (ast.Name, ast.Attribute, ast.List, ast.Tuple))
    said = isinstance(node, ast.Expr) and (
        isinstance(node.value, ast.Constant) or "warn" in ast.unparse(node.value)
    )
    return said or isinstance(node, (ast.Import, ast.ImportFrom))


def _walked(node: ast.AST) -> set[str]:
    """The words that may be folders, of a function that walks some and starts what is in them."""
    inner = list(ast.walk(node))
    called = {_name(one.func) for one in inner if isinstance(one, ast.Call)}
    if not (called & _WALKERS and called & _STARTERS):
        return set()
    texts = (_text(one) for one in inner if isinstance(one, ast.Constant))
    return {text for text in texts if _FOLDER.match(text)}


def _text(node: ast.expr) -> str:
    """What a plain text says; '' for all else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _name(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return func.id
    return func.attr if isinstance(func, ast.Attribute) else ""
