"""Small faults put into Python code, one at a time: what tests that hold should notice.

Classic operators (relations, connectives, arithmetic, constants, conditions, deleted statements,
dropped arguments) and two that matter where states and permissions are: another member of an enum,
and a condition of several left out. Wording is no target: prose, the text of errors, hints for
surfaces, annotations and docstrings stay as they are.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

ENUM_BASES = {"StrEnum", "IntEnum", "Enum"}
TOLD = {"where", "next", "cli", "http", "example", "aliases"}
"""Arguments that only people or surfaces read."""
STRIPS = {"strip", "casefold", "lower", "upper"}
FIRST, LAST = {"sorted", "reversed", "set", "printable"}, {"normalize"}
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}
LONGEST = 120

RELATIONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: in which function ('' is the module itself) what became what, the how-manieth
    such one there, and the module's code with it."""

    path: str
    function: str
    line: int
    was: str
    now: str
    nth: int
    code: CodeType

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What it is known by, wherever its line moves to."""
        return self.path, self.function, self.was, self.now, self.nth


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node hangs in the tree."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST
    scope: str

    def put(self, node: ast.AST) -> None:
        """Let this node stand there."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def enums(paths: Iterable[Path]) -> dict[str, list[str]]:
    """The members of every enum of these files, by its name."""
    found = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and ENUM_BASES & {ast.unparse(b) for b in node.bases}:
                found[node.name] = [
                    n.targets[0].id
                    for n in node.body
                    if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
                ]
    return found


def mutants(path: Path, name: str, members: Mapping[str, list[str]]) -> Iterator[Mutant]:
    """Every fault of one file, in its order."""
    tree = ast.parse(path.read_text())
    sound = compile(tree, str(path), "exec", dont_inherit=True)
    met: Counter[tuple[str, str, str]] = Counter()
    for place in list(_places(tree, "")):
        for new in _faults(place.node, members):
            _locate(new, place.node)
            place.put(new)
            code = compile(tree, str(path), "exec", dont_inherit=True)
            place.put(place.node)
            if code == sound:
                continue
            told = (place.scope, _text(place.node), _text(new))
            met[told] += 1
            line: int = getattr(place.node, "lineno", 0)
            yield Mutant(name, place.scope, line, *told[1:], met[told], code)


def _locate(new: ast.AST, old: ast.AST) -> None:
    ast.copy_location(new, old)
    ast.fix_missing_locations(new)


def _text(node: ast.AST) -> str:
    """A node as it is told: of a statement that holds others, its head."""
    match node:
        case ast.If() | ast.While():
            said = f"{type(node).__name__.lower()} {ast.unparse(node.test)}"
        case ast.For():
            said = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
        case ast.Raise(exc=ast.Call(func=error)):
            said = f"raise {ast.unparse(error)}(...)"
        case ast.comprehension():
            said = f"for ... in{ast.unparse(node).partition(' in')[2]}"
        case _:
            said = " ".join(ast.unparse(node).split())
    return said if len(said) <= LONGEST else said[:LONGEST] + "..."


def _places(node: ast.AST, scope: str) -> Iterator[Place]:
    """Every node that may be mutated, with the outermost function that it stands in."""
    for field, index, child in _children(node):
        inner = scope
        if isinstance(node, ast.FunctionDef) and field == "body" and not _inside(scope):
            inner = f"{scope}{node.name}()"
        elif isinstance(node, ast.ClassDef) and not _inside(scope):
            inner = f"{scope}{node.name}."
        yield Place(node, field, index, child, inner.removesuffix("()"))
        yield from _places(child, inner)


def _inside(scope: str) -> bool:
    return scope.endswith("()")


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    if _is_left_alone(node):
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "bases", "keywords") and not isinstance(
            node, ast.Call
        ):
            continue
        if isinstance(value, ast.AST) and not _is_hint(value):
            yield field, None, value
        elif isinstance(value, list):
            for index, one in enumerate(value):
                if isinstance(one, ast.AST) and _is_target(node, field, one):
                    yield field, index, one


def _is_left_alone(node: ast.AST) -> bool:
    """Whether nothing below it is a target."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    prose = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    said = isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom)
    return prose or said


def _is_hint(node: ast.AST) -> bool:
    """Whether it only says how a command line lays an answer out."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "Shell"


def _is_target(node: ast.AST, field: str, one: ast.AST) -> bool:
    if field == "decorator_list":
        return isinstance(one, ast.Call) and ast.unparse(one.func) == "operation"
    if isinstance(one, ast.keyword):
        return one.arg not in TOLD
    return not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))


def _faults(node: ast.AST, members: Mapping[str, list[str]]) -> Iterator[ast.AST]:
    match node:
        case ast.stmt():
            yield from _of_block(node) if hasattr(node, "body") else _of_line(node)
        case ast.Constant() | ast.JoinedStr():
            yield from _values(node)
        case ast.Attribute(value=ast.Name(id=name)) if node.attr in members.get(name, ()):
            every = members[name]
            other = every[(every.index(node.attr) + 1) % len(every)]
            yield ast.Attribute(node.value, other, node.ctx)
        case ast.Call():
            yield from _calls(node)
        case ast.comprehension():
            for n in range(len(node.ifs)):
                ifs = node.ifs[:n] + node.ifs[n + 1 :]
                yield ast.comprehension(node.target, node.iter, ifs, node.is_async)
        case ast.expr():
            yield from _of_operators(node)
        case _:
            return


def _of_operators(node: ast.expr) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            yield from _relations(node)
        case ast.BoolOp():
            yield from _connectives(node)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.BinOp() if type(node.op) in ARITHMETIC and not _is_text(node):
            yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        case ast.IfExp() if _is_plain(node.test):
            yield ast.IfExp(_negated(node.test), node.body, node.orelse)


def _relations(node: ast.Compare) -> Iterator[ast.AST]:
    for n, op in enumerate(node.ops):
        for other in RELATIONS[type(op)]:
            ops = [*node.ops[:n], other(), *node.ops[n + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def _connectives(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for n in range(len(node.values)):
        left = node.values[:n] + node.values[n + 1 :]
        yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(isinstance(s, ast.JoinedStr) or _is(s, str) for s in sides)


def _is(node: ast.AST, kind: type) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, kind)


def _values(node: ast.Constant | ast.JoinedStr) -> Iterator[ast.AST]:
    """Another value; a text only where it is a name, a key or a code."""
    if isinstance(node, ast.JoinedStr):
        parts = [str(p.value) for p in node.values if isinstance(p, ast.Constant)]
        if not any(set(part) & set(" \n") for part in parts):
            yield ast.JoinedStr([ast.Constant("XX"), *node.values])
        return
    value: Any = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, float):
        yield ast.Constant(value * 2 or 1.0)
    elif isinstance(value, str) and not set(value) & set(" \n"):
        yield ast.Constant("XX" + value)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    for n, keyword in enumerate(node.keywords):
        if keyword.arg and keyword.arg not in TOLD:
            yield ast.Call(node.func, node.args, node.keywords[:n] + node.keywords[n + 1 :])
    match node.func:
        case ast.Attribute(attr=name) if name in STRIPS and not node.args:
            yield node.func.value
        case ast.Name(id=name) if name in TWINS:
            other = ast.Name(TWINS[name], ast.Load())
            yield ast.Call(other, node.args, node.keywords)
        case ast.Name(id=name) if name in FIRST and len(node.args) == 1:
            yield node.args[0]
        case ast.Attribute(attr=name) if name in LAST:
            yield node.args[-1]


def _of_line(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Return(value=None):
            return
        case ast.Return(value=ast.Constant()):
            return
        case ast.Return():
            yield ast.Return(ast.Constant(None))
        case ast.Expr() | ast.Raise() | ast.AugAssign():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case _:
            return


def _of_block(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.For():
            nothing = ast.Tuple([], ast.Load())
            yield ast.For(node.target, nothing, node.body, node.orelse)
        case ast.If() if _is_plain(node.test) and not _is_left_alone(node):
            yield ast.If(_negated(node.test), node.body, node.orelse)
        case ast.While() if _is_plain(node.test):
            yield ast.While(_negated(node.test), node.body, node.orelse)
        case _:
            return


def _is_plain(test: ast.expr) -> bool:
    """Whether no other operator turns it around already."""
    if isinstance(test, ast.Compare):
        return len(test.ops) > 1
    return not isinstance(test, ast.UnaryOp)


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)
