"""Which functions, classes and methods nothing needs, told from those that are found by name at
run time: routes, hooks, fixtures, commands, visitors, overridden methods."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.stages.inventory.classify import World

DEAD = 0.7
"""From here on a definition counts as needless."""
LATE = 0.72
ROUNDS = 3
FAMILY = 3
"""Methods of one class that begin alike, from which on something may call them by that."""

_WORD = re.compile(r"[A-Za-z_]\w*")
_NEUTRAL = frozenset(
    ("staticmethod", "classmethod", "property", "cached_property", "cache", "lru_cache", "wraps",
     "contextmanager", "asynccontextmanager", "overload", "abstractmethod", "dataclass", "final",
     "override", "total_ordering", "deprecated", "no_type_check", "functools", "setter", "getter")
)  # fmt: skip
_HOOKS = re.compile(
    r"(?:pytest_|test_?|setup|teardown|setUp|tearDown|visit_|depart_|generic_visit|on_|handle_|do_|"
    r"cmd_|clean_|validate_|get_queryset|get_context_data|save_|render_|resolve_|before_|after_|"
    r"upgrade$|downgrade$|main$|run$|load_|emit$|format$|filter$|process_|build_|configure|ready$|"
    r"includeme$|register$|default$|lambda_handler|application$|app$)"
)
_ORDINARY = frozenset(("object", "Exception", "ValueError", "ABC", "Generic", "str", "int", "dict",
                       "list", "tuple", "RuntimeError", "TypeError", "KeyError"))  # fmt: skip
_STANDARD = frozenset(("NamedTuple", "Protocol", "TypedDict"))


@dataclass(frozen=True, slots=True)
class Symbol:
    """One definition: how sure it is that nothing needs it, and what that rests on."""

    path: str
    name: str
    kind: str
    line: int
    end: int
    dead: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Defined:
    path: str
    name: str
    kind: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    owner: ast.ClassDef | None

    @property
    def bare(self) -> str:
        return self.node.name


class _Uses:
    """How often each word stands where, in code and in everything else."""

    def __init__(self, found: World) -> None:
        self.code: dict[str, Counter[str]] = {}
        self.tests: Counter[str] = Counter()
        self.real: Counter[str] = Counter()
        self.elsewhere: Counter[str] = Counter()
        for path, text in found.files.texts.items():
            words = Counter(_WORD.findall(text))
            if path.endswith(".py"):
                self.code[path] = words
                (self.tests if sorts.test(path) else self.real).update(words)
            elif not sorts.news(path):
                self.elsewhere.update(words)


def symbols(found: World, classes: Mapping[str, str]) -> list[Symbol]:
    """Every definition outside of tests, by file and line. `classes` is each file's class."""
    uses, defined = _Uses(found), list(_defined(found))
    owners: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in defined:
        if one.owner is not None:
            owners[one.bare].add((one.path, one.owner.name))
    local = {one.bare for one in defined if isinstance(one.node, ast.ClassDef)}
    named = Counter(one.bare for one in defined)
    first = [_weighed(one, found, classes, uses, owners, local, named) for one in defined]
    return _followed(first, defined, found, uses)


def _followed(
    first: list[Symbol], defined: Sequence[_Defined], found: World, uses: _Uses
) -> list[Symbol]:
    """What only needless things need is needless: their words no longer count, a few times over."""
    told, gone = first, set[int]()
    for _ in range(ROUNDS):
        fresh = {n for n, one in enumerate(told) if one.dead >= DEAD} - gone
        if not fresh:
            break
        gone |= fresh
        for n in fresh:
            uses.real.subtract(_WORD.findall(_segment(found, defined[n])))
        told = [
            replace(one, dead=LATE, reasons=(*one.reasons, "only what nothing needs names it"))
            if n not in gone and _left(defined[n], found, uses) and not one.reasons
            else one
            for n, one in enumerate(told)
        ]
    return told


def _left(one: _Defined, found: World, uses: _Uses) -> bool:
    """Whether no word of code is left that names it, its own definition aside."""
    own = _WORD.findall(_segment(found, one)).count(one.bare)
    return uses.real[one.bare] - own <= 0


def _weighed(
    one: _Defined, found: World, classes: Mapping[str, str], uses: _Uses,
    owners: Mapping[str, set[tuple[str, str]]], local: set[str], named: Counter[str],
) -> Symbol:  # fmt: skip
    mine = Counter(_WORD.findall(_segment(found, one)))[one.bare]
    # Its other definitions say its name too, without needing this one.
    outside = uses.real[one.bare] - mine - (named[one.bare] - 1)
    wired = dict(_wired(one, found, uses, owners, local))
    reasons = [*wired]
    score = 0.9 if outside <= 0 else 0.25 / (1 + outside)
    if outside <= 0 and uses.tests[one.bare]:
        score, reasons = 0.8, [*reasons, "only tests name it"]
    if outside <= 0:
        reasons.append("nothing names it")
    if classes.get(one.path) in ("dead", "test_only"):
        score = max(score, 0.7)
        reasons.append(f"its file is {classes[one.path].replace('_', ' ')}")
    for weight in wired.values():
        score *= weight
    end = one.node.end_lineno or one.node.lineno
    return Symbol(one.path, one.name, one.kind, one.node.lineno, end, round(score, 4),
                  tuple(reasons))  # fmt: skip


def _wired(
    one: _Defined, found: World, uses: _Uses, owners: Mapping[str, set[tuple[str, str]]],
    local: set[str],
) -> Iterator[tuple[str, float]]:  # fmt: skip
    """What speaks for its being found by name, and what is left of the doubt then."""
    name = one.bare
    if name.startswith("__") and name.endswith("__"):
        yield "Python itself calls it", 0.02
    if registered := _registered(one.node):
        yield f"`@{registered}` hands it over", 0.15
    if one.owner is not None:
        yield from _as_method(one, owners, local)
    if _HOOKS.match(name):
        yield "named like a hook", 0.4
    if uses.elsewhere[name] and len(name) > 4:
        yield "named outside of code", 0.4
    if _begun(one, found):
        yield "something calls what begins so", 0.1


def _as_method(
    one: _Defined, owners: Mapping[str, set[tuple[str, str]]], local: set[str]
) -> Iterator[tuple[str, float]]:
    owner = one.owner
    assert owner is not None
    bases = [_last(base) for base in owner.bases]
    foreign = [base for base in bases if base not in local and base not in _ORDINARY]
    if foreign and foreign[0] not in _STANDARD:
        yield f"`{foreign[0]}`, which is not here, may call it", 0.35
    elif len(owners[one.bare]) > 1 and [base for base in bases if base not in _ORDINARY]:
        yield "another class has it too", 0.4
    head = one.bare.partition("_")[0]
    alike = [node for node in owner.body
             if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
             and node.name.startswith(f"{head}_")]  # fmt: skip
    if head and len(alike) >= FAMILY:
        yield f"one of {len(alike)} that begin with `{head}_`", 0.5


def _registered(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """The decorator that may keep it for later; '' where none does more than wrap it."""
    for one in node.decorator_list:
        said = ast.unparse(one).partition("(")[0]
        if not _NEUTRAL.intersection(said.split(".")):
            return said
    return ""


def _begun(one: _Defined, found: World) -> bool:
    """Whether its file puts a name together that begins as this one does: `f"cmd_{name}"`."""
    head = re.match(r"[A-Za-z]+_", one.bare)
    if head is None:
        return False
    text = found.files.texts[one.path]
    return bool(re.search(rf"[\"']{re.escape(head[0])}(?:[\"'{{%]|$)", text))


@lru_cache(256)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def _segment(found: World, one: _Defined) -> str:
    lines = _lines(found.files.texts[one.path])
    return "\n".join(lines[one.node.lineno - 1 : one.node.end_lineno])


def _last(base: ast.expr) -> str:
    return ast.unparse(base).partition("[")[0].rpartition(".")[2]


def _defined(found: World) -> Iterator[_Defined]:
    for path in found.files.python:
        if sorts.test(path):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(found.files.texts[path])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield from _in(path, tree.body, None)


def _in(path: str, body: list[ast.stmt], owner: ast.ClassDef | None) -> Iterator[_Defined]:
    for node in body:
        prefix = f"{owner.name}." if owner else ""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            kind = "method" if owner else "function"
            yield _Defined(path, prefix + node.name, kind, node, owner)
        elif isinstance(node, ast.ClassDef):
            yield _Defined(path, prefix + node.name, "class", node, owner)
            yield from _in(path, node.body, node)
        elif isinstance(node, (ast.If, ast.Try)):
            yield from _in(path, [*node.body, *node.orelse], owner)
