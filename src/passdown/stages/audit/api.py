"""What a version of a package offers: every public name with its parameters, read from its source
alone. Nothing of it is imported, so nothing of it runs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.errors import Unavailable, Unreadable
from passdown.stages.audit.code import CLASS, FUNCTION, VALUE, Param, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Json: TypeAlias = dict[str, Any]

EXTRACTOR = 1
"""Which form snapshots have: one that was kept in another form is taken again."""
MOST = 50_000
"""Names of one package that are kept."""
DEEPEST = 8
_KINDS = {
    "positional-only": "positional", "positional or keyword": "positional",
    "variadic positional": "*", "keyword-only": "keyword", "variadic keyword": "**",
}  # fmt: skip
_ANY = (Param("args", "*", True), Param("kwargs", "**", True))


@dataclass(frozen=True, slots=True)
class Api:
    """The public names of one version. Below an `open` name there may be more than is known."""

    package: str
    version: str
    names: Mapping[str, Symbol]
    open: frozenset[str] = frozenset()

    @property
    def tops(self) -> frozenset[str]:
        """The names that it is imported by."""
        return frozenset(name for name in self.names if "." not in name)

    def may_have(self, name: str) -> bool:
        """Whether the name is there, or could be."""
        return name in self.names or any(one in self.open for one in _above(name))

    def plain(self) -> Json:
        """As it is kept."""
        return {
            "extractor": EXTRACTOR, "package": self.package, "version": self.version,
            "open": sorted(self.open),
            "names": {
                one.name: [one.kind, [[p.name, p.kind, p.optional] for p in one.params],
                           one.deprecated] for one in self.names.values()
            },
        }  # fmt: skip


def of_plain(told: Any) -> Api | None:
    """What was kept; None where it has another form."""
    try:
        if told["extractor"] != EXTRACTOR:
            return None
        names = {
            name: Symbol(name, kind, 0, tuple(Param(*one) for one in params), (), deprecated)
            for name, (kind, params, deprecated) in told["names"].items()
        }
        return Api(told["package"], told["version"], names, frozenset(told["open"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def read(folder: Path, modules: Sequence[str], package: str, version: str) -> Api:
    """What these modules below a folder offer.

    Raises:
        Unavailable: the extra that reads packages is not there.
        Unreadable: the source is broken, or is not there.
    """
    try:
        import griffe
    except ImportError as error:
        raise Unavailable(
            "reading packages needs the extra `audit`", next="pip install 'passdown[audit]'"
        ) from error
    logging.getLogger("griffe").addHandler(logging.NullHandler())
    walk = _Walk()
    try:
        loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
        loaded = [loader.load(one, try_relative_path=False) for one in modules]
        loader.resolve_aliases(implicit=True, external=False)
        for one in loaded:
            walk.module(one, one.name, 0)
    except (griffe.GriffeError, ImportError, SyntaxError, ValueError, OSError, RecursionError,
            KeyError) as error:  # fmt: skip
        what = f"{package} {version} cannot be read: {type(error).__name__}"
        raise Unreadable(what, where=str(folder)) from error
    return Api(package, version, walk.names, frozenset(walk.open))


def _above(name: str) -> Iterator[str]:
    """`a.b` and `a` of `a.b.c`."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


class _Walk:
    """Goes through what was read of a package; of what it cannot follow it says that it is open."""

    def __init__(self) -> None:
        self.names: dict[str, Symbol] = {}
        self.open: set[str] = set()

    def module(self, module: Any, name: str, depth: int) -> None:
        """A module and what it offers, what it hands on from elsewhere included."""
        self._put(Symbol(name, VALUE, 0))
        if depth >= DEEPEST or "__getattr__" in module.members:
            self.open.add(name)
        if depth < DEEPEST:
            for short, member in module.members.items():
                if short.endswith("/*"):
                    self.open.add(name)  # a star from where nothing is known
                elif not short.startswith("_"):
                    self._member(member, f"{name}.{short}", depth)

    def _member(self, member: Any, name: str, depth: int) -> None:
        target = _followed(member)
        if target is None or (target.is_module and member.is_alias):
            self._put(Symbol(name, VALUE, 0))
            self.open.add(name)
        elif target.is_module:
            self.module(target, name, depth + 1)
        elif target.is_class:
            self._class(target, name, depth)
        elif target.is_function:
            self._put(_function(target, name, bound=False))
        else:
            self._value(target, name)

    def _value(self, target: Any, name: str) -> None:
        """What a value has is its type's: not known here."""
        self._put(Symbol(name, VALUE, 0, deprecated=bool(target.deprecated)))
        self.open.add(name)

    def _class(self, cls: Any, name: str, depth: int) -> None:
        every = cls.all_members
        known = "__init__" in every or not cls.bases
        self._put(Symbol(name, CLASS, 0, _made(every, cls) if known else _ANY, (), _old(cls)))
        if not _all_known(cls) or "__getattr__" in every or depth >= DEEPEST:
            self.open.add(name)
        for short, member in every.items():
            target = _followed(member)
            if short.startswith("_") or depth >= DEEPEST:
                continue
            if target is not None and target.is_function:
                self._put(_function(target, f"{name}.{short}", bound=True))
            elif target is not None and target.is_class:
                self._class(target, f"{name}.{short}", depth + 1)
            else:
                self._put(Symbol(f"{name}.{short}", VALUE, 0))
                self.open.add(f"{name}.{short}")

    def _put(self, symbol: Symbol) -> None:
        if len(self.names) >= MOST:
            self.open.add(symbol.name.partition(".")[0])
            return
        self.names[symbol.name] = symbol


def _followed(member: Any) -> Any:
    """What a name stands for in the end; None where that is in another package."""
    import griffe

    if not member.is_alias:
        return member
    try:
        return member.final_target
    except (griffe.AliasResolutionError, griffe.CyclicAliasError):
        return None


def _all_known(cls: Any) -> bool:
    """Whether every class that it is made of stands in the package, or adds nothing."""
    plain = ("object", "Generic", "Protocol", "ABC", "Exception", "Enum", "NamedTuple")
    found = len(cls.resolved_bases)
    named = [str(base).partition("[")[0].rpartition(".")[2] for base in cls.bases]
    return all(name in plain for name in named) or found == len(named)


def _made(every: Mapping[str, Any], cls: Any) -> tuple[Param, ...]:
    """What making one takes."""
    if "__new__" in every and "__init__" not in every:
        return _ANY
    if any("metaclass" in str(word) for word in getattr(cls, "keywords", {}) or {}):
        return _ANY
    init = _followed(every["__init__"]) if "__init__" in every else None
    if init is None:
        return () if not cls.decorators and not cls.bases else _ANY
    return _function(init, "", bound=True).params if init.is_function else _ANY


def _function(function: Any, name: str, *, bound: bool) -> Symbol:
    params = _params(function.parameters)
    static = "staticmethod" in function.labels
    if bound and not static and params and params[0].kind == "positional":
        params = params[1:]
    if function.overloads or _wrapped(function):
        params = _ANY
    return Symbol(name, FUNCTION, 0, params, (), _old(function))


def _params(parameters: Any) -> tuple[Param, ...]:
    return tuple(
        Param(one.name, _KINDS.get(one.kind.value if one.kind else "", "positional"),
              not one.required)
        for one in parameters
    )  # fmt: skip


def _wrapped(function: Any) -> bool:
    """Whether a decorator may have changed what it takes."""
    known = ("staticmethod", "classmethod", "property", "cache", "lru_cache", "wraps",
             "abstractmethod", "contextmanager", "asynccontextmanager", "override", "final",
             "deprecated", "overload", "cached_property")  # fmt: skip
    named = [str(one.value).partition("(")[0].rpartition(".")[2] for one in function.decorators]
    return any(name not in known for name in named)


def _old(one: Any) -> bool:
    """Whether it says that it should not be used any more."""
    said = bool(one.deprecated) or any(
        "deprecat" in str(word.value).casefold() for word in one.decorators
    )
    text = one.docstring.value if one.docstring else ""
    return said or ".. deprecated::" in text
