"""Names of modules that a program puts together: `f"shop.{kind}.make"` is `shop.*.make`."""

from __future__ import annotations

import ast
import re

_PATTERN = re.compile(r"(?:\.+|[A-Za-z_]\w*\.)[\w.]*(?:\*[\w.]*)+\Z")
"""What begins with a package or a dot, and has a part that is not known."""
_PLACES = re.compile(r"%(?:\(\w+\))?[sd]|\{[^{}]*\}")
_HERE = ("__name__", "__package__")
"""What a program calls the package that it stands in."""


def pattern(node: ast.expr) -> str:
    """What an expression puts together, with a star for each part that is not known; '' where
    that is no name of a module."""
    # One star for each part of a name: of `*_*_*` nothing more is known than of `*`, and the ways
    # in which a long name may be like it are too many to be tried.
    said = re.sub(r"\*(?:\w*\*)+", "*", _put_together(node))
    said = re.sub(r"\A@\.", ".", said)
    return said if _PATTERN.match(said) else ""


def own(node: ast.expr) -> bool:
    """Whether the package it stands in is put into it by name."""
    return any(isinstance(one, ast.Name) and one.id in _HERE for one in ast.walk(node))


def _put_together(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else "*"
    if isinstance(node, ast.Name):
        return "@" if node.id in _HERE else "*"
    if isinstance(node, ast.JoinedStr):
        return "".join(_put_together(one) for one in node.values)
    if isinstance(node, ast.FormattedValue):
        return _put_together(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _put_together(node.left) + _put_together(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _filled(node.left, [node.right])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _filled(node.func.value, node.args) if node.func.attr == "format" else "*"
    return "*"


def _filled(text: ast.expr, parts: list[ast.expr]) -> str:
    """A text whose places are filled: the first with the package itself where that is given."""
    if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
        return "*"
    first = parts[0] if parts else None
    if isinstance(first, ast.Tuple) and first.elts:
        first = first.elts[0]
    here = isinstance(first, ast.Name) and first.id in _HERE
    said = _PLACES.sub("@", text.value, count=1) if here else text.value
    return _PLACES.sub("*", said)
