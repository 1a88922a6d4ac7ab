"""Python read as code: what a file defines, how it is called, and whether two texts do the same."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTION, CLASS, VALUE = "function", "class", "value"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: how it is passed, and whether it may be left out."""

    name: str
    kind: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Symbol:
    """One name that a file defines: `Client.send`, with the parameters it takes. One that is `made`
    has parts that do not stand in its text: a decorator or a metaclass gives them."""

    name: str
    kind: str
    line: int
    params: tuple[Param, ...] = ()
    bases: tuple[str, ...] = ()
    deprecated: bool = False
    made: bool = False

    @property
    def public(self) -> bool:
        """Whether others may rely on it, by its name."""
        return not any(
            part.startswith("_") and not part.startswith("__") for part in self.name.split(".")
        )


@lru_cache(2048)
def parsed(text: str) -> ast.Module | None:
    """The text as a tree; None where it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(2048)
def symbols(text: str) -> dict[str, Symbol] | None:
    """Everything that a file defines, by its dotted name; None where it is no Python."""
    tree = parsed(text)
    if tree is None:
        return None
    return {symbol.name: symbol for symbol in _defined(tree.body, "")}


def exported(text: str) -> frozenset[str]:
    """The names that a package hands on from elsewhere: `from .a import b as c`, and `__all__`."""
    tree = parsed(text)
    if tree is None:
        return frozenset()
    found: set[str] = set()
    for node in _every(tree.body):
        if isinstance(node, (ast.ImportFrom, ast.Import)):
            found.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign) and _targets(node) == ["__all__"]:
            found.update(_strings(node.value))
    return frozenset(found)


def _every(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a file, with those of its branches."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try)):
            yield from _every(_branches(node))


def same(before: str, after: str) -> bool | None:
    """Whether two texts do the same: equal but for documentation, layout and the order of imports;
    None where either is no Python."""
    one, other = _bare(before), _bare(after)
    return None if one is None or other is None else one == other


def documented(text: str) -> frozenset[int]:
    """The lines that are documentation: texts that stand for themselves."""
    tree = parsed(text)
    nodes = ast.walk(tree) if tree is not None else ()
    return frozenset(
        n
        for node in nodes
        if isinstance(node, ast.Expr) and _is_text(node)
        for n in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    )


def called(text: str, name: str) -> list[int]:
    """The lines where a function or method of this name is called."""
    tree = parsed(text)
    if tree is None:
        return []
    return [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _calls(node, name)
    ]


def broken(before: Symbol, after: Symbol) -> str:
    """What a caller of the old form would trip over in the new one; '' for nothing."""
    if VALUE in (before.kind, after.kind):
        return ""
    if before.kind != after.kind:
        return f"is a {after.kind} now"
    old, new = {p.name: p for p in before.params}, {p.name: p for p in after.params}
    takes_any = any(param.kind == "**" for param in after.params)
    for name, param in old.items():
        if name not in new and param.kind not in "**" and not takes_any:
            return f"no longer takes `{name}`"
        if name in new and param.optional and not new[name].optional:
            return f"needs `{name}` now"
    added = [param for name, param in new.items() if name not in old]
    for param in added:
        if not param.optional and param.kind not in ("*", "**"):
            return f"needs `{param.name}`, which is new"
    order = [name for name, param in new.items() if param.kind == "positional" and name in old]
    was = [name for name, param in old.items() if param.kind == "positional" and name in order]
    return "takes its parameters in another order" if order != was else ""


def _defined(body: list[ast.stmt], prefix: str) -> Iterator[Symbol]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield _function(node, prefix)
        elif isinstance(node, ast.ClassDef):
            bases = tuple(ast.unparse(base) for base in node.bases)
            name = prefix + node.name
            old, made = _deprecated(node.decorator_list), node.decorator_list or node.keywords
            yield Symbol(name, CLASS, node.lineno, (), bases, old, bool(made))
            yield from _defined(node.body, f"{name}.")
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            yield from (Symbol(prefix + name, VALUE, node.lineno) for name in _targets(node))
        elif isinstance(node, (ast.If, ast.Try)):
            yield from _defined(_branches(node), prefix)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, prefix: str) -> Symbol:
    params = tuple(_params(node.args))
    if prefix and params and params[0].name in ("self", "cls"):
        params = params[1:]
    return Symbol(
        prefix + node.name, FUNCTION, node.lineno, params, (), _deprecated(node.decorator_list)
    )


def _branches(node: ast.If | ast.Try) -> list[ast.stmt]:
    handlers = node.handlers if isinstance(node, ast.Try) else []
    return [*node.body, *node.orelse, *(one for handler in handlers for one in handler.body)]


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _params(args: ast.arguments) -> Iterator[Param]:
    placed = [*args.posonlyargs, *args.args]
    required = len(placed) - len(args.defaults)
    for n, arg in enumerate(placed):
        yield Param(arg.arg, "positional", n >= required)
    if args.vararg:
        yield Param(args.vararg.arg, "*", True)
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield Param(arg.arg, "keyword", default is not None)
    if args.kwarg:
        yield Param(args.kwarg.arg, "**", True)


def _deprecated(decorators: list[ast.expr]) -> bool:
    return any("deprecat" in ast.unparse(one).casefold() for one in decorators)


def _strings(node: ast.expr) -> list[str]:
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def _calls(node: ast.Call, name: str) -> bool:
    func = node.func
    return (isinstance(func, ast.Name) and func.id == name) or (
        isinstance(func, ast.Attribute) and func.attr == name
    )


@lru_cache(1024)
def _bare(text: str) -> str | None:
    """The tree without docstrings, its imports in one order."""
    tree = parsed(text)
    if tree is None:
        return None
    copy = ast.parse(text)
    for node in ast.walk(copy):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            node.body = body[1:]  # type: ignore[attr-defined]  # every node with a body list
    imports = sorted(one for node in copy.body for one in _imported(node))
    rest = [ast.dump(node) for node in copy.body if not _imports(node)]
    return "\n".join([*imports, *rest])


def _imports(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _imported(node: ast.stmt) -> list[str]:
    """Each name of an import by itself: `import a, b` is two."""
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return []
    lead = ast.dump(ast.ImportFrom(node.module, [], node.level)) if isinstance(
        node, ast.ImportFrom) else ""  # fmt: skip
    return [f"{lead}{ast.dump(alias)}" for alias in node.names]


def _is_text(node: object) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
