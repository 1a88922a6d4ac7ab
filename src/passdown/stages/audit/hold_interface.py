"""Claims about what others may call: what Python files define before and after, held together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.audit import code
from passdown.stages.audit.change import Proof

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.facts import Touched

_UNCALLED = frozenset(
    ("scripts", "script", "tools", "examples", "benchmarks", "docs", "ci", "bin", ".github")
)
_RUN = re.compile(r"(?:^|/)(?:setup|noxfile|conftest|manage|conf|tasks|fabfile)\.py\Z|"
                  r"(?:^|/)migrations/")  # fmt: skip
"""Files that a tool runs and nobody imports."""


class Sides(NamedTuple):
    """One file before and after: its texts, and what they define."""

    file: Touched
    after: str
    old: Mapping[str, code.Symbol]
    new: Mapping[str, code.Symbol]


def held(change: Change, *, additions: bool) -> tuple[str, str, Sequence[Proof]]:
    """Whether what others may call is what it was; with `additions`, nothing came either."""
    read = [(file, _sides(change, file)) for file in change.code]
    sides = [one for _, one in read if one is not None]
    had = {name for one in sides for name in one.old} if additions else None
    broken = [proof for one in sides for proof in _broken(one, had)]
    if broken:
        return "refuted", broken[0].note, broken[:8]
    unread = [file for file, one in read if one is None and change.same(file) is None]
    unread += [file for file, one in read if _left(change, file, one)]
    if unread:
        return "unverifiable", f"the interface of {unread[0].path} is not read here", ()
    return "verified", "what others may call is what it was", ()


def _sides(change: Change, file: Touched) -> Sides | None:
    """Both sides of a file; nothing in either where nobody can call it, None where it cannot be
    read."""
    if not file.path.endswith(".py"):
        return None
    before, after = change.texts(file)
    if file.how == "deleted":
        after = _package(change, file) or after
    old, new = code.symbols(before or ""), code.symbols(after or "")
    if before is None or after is None or old is None or new is None:
        return None
    if not _reachable(file):
        old = new = {}
    return Sides(file, after, old, new)


def _package(change: Change, file: Touched) -> str | None:
    """What stands for a module that became a folder."""
    path = file.before.removesuffix(".py") + "/__init__.py"
    return change.after.read(path) if change.after is not None and change.after.has(path) else None


def _left(change: Change, file: Touched, sides: Sides | None) -> bool:
    """Whether some of what stood there may be had from elsewhere now, which is not followed."""
    if sides is None or not sides.old:
        return False
    if file.old and file.old != file.path and change.after is not None:
        return not change.after.has(file.old)
    return any(_elsewhere(sides, one) for one in sides.old.values() if _gone(sides, one))


def _broken(sides: Sides, had: set[str] | None) -> Iterator[Proof]:
    for name, symbol in sides.old.items():
        if not symbol.public or (symbol.kind == code.VALUE and "." in name):
            continue
        if name not in sides.new:
            if _gone(sides, symbol) and not _elsewhere(sides, symbol):
                yield Proof(sides.file.before, symbol.line, name, f"`{name}` is gone")
        elif why := code.broken(symbol, sides.new[name]):
            yield Proof(sides.file.path, sides.new[name].line, name, f"`{name}` {why}")
        elif had is not None and symbol.params != sides.new[name].params:
            note = f"`{name}` takes other parameters"
            yield Proof(sides.file.path, sides.new[name].line, name, note)
    if had is not None:
        yield from _added(sides, had)


def _gone(sides: Sides, symbol: code.Symbol) -> bool:
    """Whether a public name is no longer defined here, nor handed on, nor had by every object."""
    top, _, last = symbol.name.rpartition(".")
    if symbol.name in sides.new or not symbol.public or (symbol.kind == code.VALUE and top):
        return False
    if top and last != "__init__" and hasattr(object, last):
        return False
    if last == "__init__" and not symbol.params:
        return False
    return not {symbol.name, symbol.name.partition(".")[0]} & code.exported(sides.after)


def _elsewhere(sides: Sides, symbol: code.Symbol) -> bool:
    """Whether it may be there all the same: by a base, a decorator, another name of its class, a
    star, or what a module answers for names it does not have."""
    if "*" in code.exported(sides.after) or "__getattr__" in sides.new:
        return True
    top, _, last = symbol.name.rpartition(".")
    owner = sides.new.get(top)
    if owner is None:
        return False
    if owner.kind == code.VALUE or owner.made or set(owner.bases) - {"object"}:
        return True
    return bool(re.search(rf"\bself\.{re.escape(last)}\b\s*[:=]", sides.after))


def _added(sides: Sides, had: set[str]) -> Iterator[Proof]:
    """What is new; what only came from another file of the change is not."""
    for name, symbol in sides.new.items():
        if name not in had and symbol.public and symbol.kind != code.VALUE:
            yield Proof(sides.file.path, symbol.line, name, f"`{name}` is new")


def _reachable(file: Touched) -> bool:
    """Whether others can import it: no part of its path is private, unless a package hands on what
    it holds; scripts and tests are called by nobody."""
    where = file.before or file.path
    folders = where.removesuffix(".py").split("/")
    if folders[0] in _UNCALLED or _RUN.search(where):
        return False
    return not any(part.startswith("_") and not part.startswith("__") for part in folders)
