"""What a Python text uses of others' packages: dotted names, and how they are called."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from passdown.stages.audit import code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FENCED = re.compile(r"^[ \t]*(```|~~~)[ \t]*([^\n`]*)\n(?P<code>.*?)^[ \t]*\1", re.M | re.S)
"""A block of any language: where one ends is known only to who read where it began."""
_PYTHON = ("", "py", "python", "python3", "pycon")
_VENDORED = re.compile(r"^.*\b_?(?:vendor|vendored|third_party)\.")


@dataclass(frozen=True, slots=True)
class Call:
    """How something is called: the keywords that are given, and how many are given by place;
    `open` where a star may give more."""

    keywords: tuple[str, ...]
    placed: int
    open: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """One use: `httpx.Client`, where it stands, and how it is called, if it is."""

    name: str
    path: str
    line: int
    call: Call | None = None

    @property
    def package(self) -> str:
        """The package that it is imported from."""
        return self.name.partition(".")[0]


def uses(path: str, text: str) -> list[Use]:
    """What the text uses, in order; nothing of what is no Python. A name that the text makes
    itself, or imports only where it can, is not looked into: it may be anything."""
    tree = code.parsed(text)
    if tree is None:
        return []
    known = _imported(tree)
    if not known:
        return []
    walk = _Walk(path, known)
    try:
        walk.visit(tree)
    except RecursionError:
        return []
    return sorted(walk.found, key=lambda one: (one.line, one.name))


def of_words(path: str, text: str) -> list[Use]:
    """What the code in a text of words uses."""
    return [use for block in _blocks(text) for use in uses(path, block["code"])]


def of_page(path: str, text: str) -> list[Use]:
    """What the code in a page uses, by the page's own lines."""
    found = []
    for block in _blocks(text):
        above = text.count("\n", 0, block.start("code"))
        found += [replace(use, line=use.line + above) for use in uses(path, block["code"])]
    return found


def _blocks(text: str) -> list[re.Match[str]]:
    """The blocks that are, or may be, Python."""
    return [one for one in _FENCED.finditer(text) if one[2].strip().casefold() in _PYTHON]


def _imported(tree: ast.Module) -> dict[str, str]:
    """What each local name stands for, where only one import makes it."""
    tried = {id(one) for node in ast.walk(tree) if isinstance(node, ast.Try)
             for part in node.body for one in ast.walk(part)}  # fmt: skip
    found: dict[str, str] = {}
    made: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            told = dict(_bound(node))
            made |= {name for name in told if id(node) in tried or found.get(name, told[name])
                     != told[name]}  # fmt: skip
            found |= told
        else:
            made.update(_made(node))
    return {name: whole for name, whole in found.items() if name not in made}


def _bound(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)
    else:
        for alias in node.names:
            whole = f"{node.module}.{alias.name}" if node.module else alias.name
            if alias.name != "*" and (not node.level or _short(whole) != whole):
                yield alias.asname or alias.name, _short(whole)


def _short(name: str) -> str:
    """Without the folder that a vendored package stands in."""
    return _VENDORED.sub("", name)


def _made(node: ast.AST) -> Iterator[str]:
    """The names that a node makes: such a name is no longer only what was imported."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


class _Walk(ast.NodeVisitor):
    """Goes through a tree once; of a chain `a.b.c` only the whole of it is a use."""

    def __init__(self, path: str, known: Mapping[str, str]) -> None:
        self.path = path
        self.known = known
        self.found: list[Use] = []

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """What is imported by name is used."""
        for local, whole in _bound(node):
            if local in self.known:
                self.found.append(Use(whole, self.path, node.lineno))

    def visit_Call(self, node: ast.Call) -> None:
        """A call of something known; what is given to it may be a use, too."""
        name = self._named(node.func)
        if name:
            self.found.append(Use(name, self.path, node.lineno, _call(node)))
        else:
            self.visit(node.func)
        for part in (*node.args, *node.keywords):
            self.visit(part)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """A chain that is not called."""
        name = self._named(node)
        if name:
            self.found.append(Use(name, self.path, node.lineno))
        else:
            self.generic_visit(node)

    def _named(self, node: ast.expr) -> str:
        """The whole name of a chain that starts at an import; '' for any other."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.known:
            return ""
        return _short(".".join((self.known[node.id], *reversed(parts))))


def _call(node: ast.Call) -> Call:
    keywords = tuple(one.arg for one in node.keywords if one.arg)
    starred = any(isinstance(one, ast.Starred) for one in node.args)
    return Call(keywords, len(node.args), starred or len(keywords) < len(node.keywords))
