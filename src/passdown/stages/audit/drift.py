"""Whether what a change uses of other packages is still there at the version it will meet: by name
and parameter, never by a version's number alone."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.stages.audit import pins
from passdown.stages.audit.change import Proof
from passdown.stages.audit.code import CLASS, FUNCTION
from passdown.stages.audit.finding import Finding, digest
from passdown.stages.audit.uses import Use, of_page, of_words, uses
from passdown.stages.audit.vendored import vendored
from passdown.text import sorts
from passdown.text.earned import INFO, WARN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passdown.stages.audit.api import Api
    from passdown.stages.audit.change import Change
    from passdown.stages.audit.code import Param, Symbol
    from passdown.stages.audit.facts import Touched
    from passdown.stages.audit.pins import Bump
    from passdown.stages.audit.shelf import Shelf

Json: TypeAlias = dict[str, Any]

NONE, VERSION, COMPATIBLE = "none", "version_only", "compatible"
DEPRECATED, BREAKING, REMOVED, UNKNOWN = "deprecated", "breaking", "removed", "unknown"
TOLD = (DEPRECATED, BREAKING, REMOVED)
MOST_ROWS = 100
MOST_PACKAGES = 24
MOST_FILES = 400
OTHERS = 4
"""Other versions of a package that a use is looked for in, the newest first."""
CHECK = "drift"
_WAS = re.compile(r"migrat|upgrad|deprecat|porting|\bold\b|legacy", re.I)


@dataclass(frozen=True, slots=True)
class Playbook:
    """What of a playbook drift is about: what it tells to write, and for which versions; `near`
    where it is about this change."""

    id: str
    title: str
    text: str
    tools: tuple[str, ...] = ()
    near: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """What became of one thing that is used, from one version of a package to another."""

    tool: str
    old: str
    new: str
    status: str
    symbol: str = ""
    why: str = ""
    was: str = ""
    now: str = ""

    @property
    def is_told(self) -> bool:
        """Whether it is no longer to be written as it is."""
        return self.status in TOLD

    @property
    def line(self) -> str:
        """It in a line."""
        span = f" {self.old}->{self.new}" if self.old and self.new else ""
        return f"{self.tool}: {self.why or self.status}{span}"


@dataclass(frozen=True, slots=True)
class Drift(Shift):
    """The same where a change meets it: where it is used, by which playbooks; `noted` is what the
    changelog says of it, which is shown and decides nothing."""

    places: tuple[Proof, ...] = ()
    playbooks: tuple[str, ...] = ()
    asked: bool = field(default=True)
    noted: str = ""

    def plain(self) -> Json:
        """As a verdict holds it, both signatures beside each other."""
        return {
            "tool": self.tool, "from": self.old, "to": self.new, "status": self.status,
            "symbol": self.symbol, "why": self.why, "was": self.was, "now": self.now,
            "places": [f"{one.path}:{one.line}" for one in self.places[:5]],
            "playbooks": list(self.playbooks), "changelog": self.noted,
        }  # fmt: skip


def drifts(change: Change, shelf: Shelf, playbooks: Sequence[Playbook] = ()) -> list[Drift]:
    """What drifted under the change: with a package that it moves, under all that uses it; else
    under the lines that it brings."""
    moved = {bump.package: bump for bump in pins.bumps(change)[:MOST_PACKAGES]}
    known = [(one.id, use) for one in playbooks for use in of_words("", one.text)]
    found = []
    for bump in moved.values():
        found += list(_moved(bump, shelf, _everywhere(change, shelf, bump), known))
    for brought in vendored(change):
        found += _joined((("", use) for use in _using(change, brought.tops)), *brought.both)
    found += _standing(change, shelf, frozenset(moved))
    found += _aged(change, shelf, [one for one in playbooks if one.near])
    return found[:MOST_ROWS]


def findings(found: Sequence[Drift]) -> Iterator[Finding]:
    """What is to be said: of each thing that no longer is as it is used, and one line for all the
    packages of which nothing that is used changed."""
    for one in found:
        if one.is_told:
            yield _told(one)
    quiet = [one for one in found if one.status == VERSION]
    if quiet:
        names = ", ".join(f"{one.tool} {one.old} to {one.new}" for one in quiet[:4])
        more = f" and {len(quiet) - 4} more" if len(quiet) > 4 else ""
        message = f"{names}{more}: nothing that is used here changed"
        yield Finding("drift.version", CHECK, INFO, message, digest("drift.version", names))


def unknown(found: Iterable[Drift]) -> str:
    """Of what nothing is known, and why, in a line; '' for nothing."""
    tools: dict[str, list[str]] = {}
    for one in found:
        if one.status == UNKNOWN:
            tools.setdefault(one.why, []).append(one.tool)
    told = [f"{_some(names, ', ')}: {why}" for why, names in tools.items()]
    return f"unknown: {_some(told, '; ')}" if told else ""


def _some(told: Sequence[str], between: str) -> str:
    more = f"{between}and {len(told) - 3} more" if len(told) > 3 else ""
    return between.join(told[:3]) + more


def _told(one: Drift) -> Finding:
    books = f"; {len(one.playbooks)} playbooks use it" if len(one.playbooks) > 1 else ""
    books = "; 1 playbook uses it" if len(one.playbooks) == 1 else books
    news = f"; its changelog, {one.noted}" if one.noted else ""
    message = f"{one.line}{books}{news}"[:200]
    fp = digest("drift", one.tool, one.symbol, one.why)
    return Finding(
        f"drift.{one.status}", CHECK, WARN if one.asked else INFO, message, fp,
        locations=one.places[:5], refs=one.playbooks,
    )  # fmt: skip


def _moved(
    bump: Bump, shelf: Shelf, used: Sequence[Use], known: Sequence[tuple[str, Use]]
) -> Iterator[Drift]:
    """What of a package that the change moves is used here, or told to be used."""
    old, new = shelf.find(bump.package, bump.old), shelf.find(bump.package, bump.new)
    if old is None or new is None:
        missing = bump.old if old is None else bump.new
        why = f"there is no {bump.package} {missing} to look at"
        yield Drift(bump.package, bump.old, bump.new, UNKNOWN, why=why)
        return
    tops = old.tops
    theirs = [(id, use) for id, use in known if use.package in tops]
    rows = list(_joined((*(("", use) for use in used), *theirs), old, new))
    yield from rows
    if not rows:
        yield Drift(bump.package, bump.old, bump.new, VERSION)


def _joined(used: Iterable[tuple[str, Use]], old: Api, new: Api) -> Iterator[Drift]:
    """One row for each thing that drifted, however often it is used."""
    found: dict[tuple[str, str, str], list[tuple[str, Use]]] = defaultdict(list)
    shown: dict[tuple[str, str, str], tuple[str, str]] = {}
    for id, use in used:
        status, symbol, why = compared(use, old, new)
        if status in TOLD:
            found[status, symbol, why].append((id, use))
            shown[status, symbol, why] = (signature(old, symbol), signature(new, symbol))
    for key, hits in found.items():
        status, symbol, why = key
        was, now = shown[key]
        places = tuple(Proof(use.path, use.line, use.name, "used here")
                       for id, use in hits if not id)  # fmt: skip
        ids = tuple(dict.fromkeys(id for id, _ in hits if id))
        yield Drift(old.package, old.version, new.version, status, symbol, why, was, now, places,
                    ids)  # fmt: skip


def compared(use: Use, old: Api, new: Api) -> tuple[str, str, str]:
    """What becomes of one use from one version to the other: status, name and why."""
    name = _longest(use.name, old)
    if not name or not new.may_have(name):
        gone = bool(name)
        return (REMOVED, name, f"`{_short(name)}` removed") if gone else (UNKNOWN, use.name, "")
    before, after = old.names[name], new.names.get(name)
    if after is None or name != use.name:
        return UNKNOWN, use.name, ""
    if why := _refused(use, before, after):
        removed = why.endswith("removed")
        return (REMOVED if removed else BREAKING), name, why
    if after.deprecated and not before.deprecated:
        return DEPRECATED, name, f"`{_short(name)}` deprecated"
    return (NONE if before.params == after.params else COMPATIBLE), name, ""


def signature(api: Api, name: str) -> str:
    """How one writes what a version has under a name; '' where it has none."""
    symbol = api.names.get(name)
    if symbol is None:
        return ""
    if symbol.kind not in (CLASS, FUNCTION):
        return name
    marks = {"*": "*", "**": "**"}
    told = [f"{marks.get(one.kind, '')}{one.name}{'=' if _may_lack(one) else ''}"
            for one in symbol.params]  # fmt: skip
    return f"{name}({', '.join(told)})"[:300]


def _may_lack(param: Param) -> bool:
    return param.optional and param.kind not in ("*", "**")


def _refused(use: Use, before: Symbol, after: Symbol) -> str:
    """Why this very call no longer works; '' where it does, or never did."""
    if use.call is None or not {before.kind, after.kind} <= {CLASS, FUNCTION}:
        return ""
    short = _short(use.name)
    for word in use.call.keywords:
        if _takes(before, word) and not _takes(after, word):
            return f"`{short}({word}=)` removed"
    if use.call.open:
        return ""
    if use.call.placed <= _room(before) and use.call.placed > _room(after):
        return f"`{short}` takes {_room(after)} by place, not {use.call.placed}"
    for name in _lacking(use, after):
        if name not in _lacking(use, before):
            return f"`{short}` needs `{name}`"
    return ""


def _takes(symbol: Symbol, word: str) -> bool:
    return any(one.kind == "**" or (one.name == word and one.kind != "*") for one in symbol.params)


def _room(symbol: Symbol) -> int:
    """How many it takes by place."""
    if any(one.kind == "*" for one in symbol.params):
        return 10_000
    return sum(one.kind == "positional" for one in symbol.params)


def _lacking(use: Use, symbol: Symbol) -> list[str]:
    """The parameters that a call of this form must be given and is not."""
    if use.call is None:
        return []
    placed = [one for one in symbol.params if one.kind == "positional"][use.call.placed :]
    rest = [*placed, *(one for one in symbol.params if one.kind == "keyword")]
    return [one.name for one in rest if not one.optional and one.name not in use.call.keywords]


def _standing(change: Change, shelf: Shelf, moved: frozenset[str]) -> Iterator[Drift]:
    """What lines that came use of packages that stay where they are, and only another version of
    them has: written for that one."""
    fresh = [use for file in change.facts.files if _has_python(file)
             for use in _fresh(change, file.after, {line.n for line in file.added})]  # fmt: skip
    packages = {use.package: pins.canon(use.package) for use in fresh}
    several = [one for one, name in sorted(packages.items())
               if name not in moved and len(shelf.versions(name)) > 1][:MOST_PACKAGES]  # fmt: skip
    force = _force(change) if several else {}
    for name in sorted(set(packages.values())):
        shelf.remember(name)
    for package in several:
        name = packages[package]
        version = force.get(name) or shelf.installed(name)
        now = shelf.find(name, version) if version else None
        if now is not None:
            others = [one for one in shelf.versions(name) if one != version][:OTHERS]
            mine = [use for use in fresh if use.package == package]
            yield from _unmet(mine, now, [shelf.find(name, one) for one in others])


def _has_python(file: Touched) -> bool:
    """Whether it is a program of Python, or a page that may tell to write it. News, and how one
    moves from an old version, tell what was."""
    if file.after.endswith(".py"):
        return sorts.code(file.path)
    page = file.after.endswith((".md", ".markdown"))
    return page and not sorts.news(file.after) and not _WAS.search(file.after)


def _unmet(used: Sequence[Use], now: Api, others: Sequence[Api | None]) -> Iterator[Drift]:
    left = list(used)
    for other in others:
        rows = list(_joined((("", use) for use in left), other, now)) if other is not None else []
        for one in rows:
            if other is not None and one.status != DEPRECATED:
                what = one.why.removesuffix(" removed")
                why = f"{what}: {other.version} had it, {now.version} has not"
                asked = any(place.path.endswith(".py") for place in one.places)
                yield replace(one, old="", why=why, asked=asked)
        told = {(place.path, place.line) for one in rows for place in one.places}
        left = [use for use in left if (use.path, use.line) not in told]


def _aged(change: Change, shelf: Shelf, near: Sequence[Playbook]) -> Iterator[Drift]:
    """What playbooks tell to write for a version that is no longer the one here. It is not the
    change's fault: it is told and asks for nothing."""
    pinned = [(one, *pin) for one in near
              for pin in pins.pins("requirements.txt", "\n".join(one.tools)).items()]  # fmt: skip
    force = _force(change) if pinned else {}
    for book, name, version in pinned:
        now = force.get(name) or shelf.installed(name)
        old, new = shelf.find(name, version), shelf.find(name, now) if now else None
        if now != version and old is not None and new is not None:
            for one in _joined(((book.id, use) for use in of_words("", book.text)), old, new):
                yield replace(one, asked=False)


def _force(change: Change) -> dict[str, str]:
    return pins.in_force(change.after) if change.after is not None else {}


def _fresh(change: Change, path: str, lines: set[int]) -> list[Use]:
    text = change.after.read(path) if change.after is not None else None
    found = uses(path, text or "") if path.endswith(".py") else of_page(path, text or "")
    return [use for use in found if use.line in lines]


def _everywhere(change: Change, shelf: Shelf, bump: Bump) -> list[Use]:
    """All that the tree after the change uses of a package."""
    known = shelf.find(bump.package, bump.new) or shelf.find(bump.package, bump.old)
    return _using(change, sorted(known.tops)) if known is not None else []


def _using(change: Change, tops: Sequence[str]) -> list[Use]:
    if change.after is None:
        return []
    paths = change.after.naming(tops, "*.py")[:MOST_FILES]
    change.after.load(paths)
    return [use for path in paths for use in uses(path, change.after.read(path) or "")
            if use.package in tops]  # fmt: skip


def _longest(name: str, api: Api) -> str:
    """As much of a name as a version has; '' where it has nothing of it, or may have more."""
    at = name
    while at and at not in api.names:
        at = at.rpartition(".")[0]
    return at if at and (at == name or at not in api.open) else ""


def _short(name: str) -> str:
    """Without the package, which stands before it."""
    return name.partition(".")[2] or name
