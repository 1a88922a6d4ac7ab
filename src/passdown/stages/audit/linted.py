"""What linters said of a change, as SARIF 2.1.0: results on lines that it brought, and new ones
only. A report is what some program wrote of somebody's code: it is read as words, within bounds."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, urlsplit

from passdown.domain.errors import Limit, Unreadable
from passdown.stages.audit.change import Proof
from passdown.stages.audit.finding import Finding, at
from passdown.text.earned import BLOCK, INFO, WARN
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.facts import Line, Touched

Json: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, ...]

HEAD = "lint."
"""How the rules of linters are called here: `lint.ruff.f401`."""
LARGEST = 64_000_000
"""Bytes of one report."""
MOST = 25_000
"""Results of one report that are read: what forges take, too."""
LEVELS = {"error": WARN, "warning": INFO, "note": INFO}
"""What a result weighs, by its level, until people have said more of its rule."""
CEILING = {"error": BLOCK, "warning": WARN, "note": INFO}
_QUIET = ("unchanged", "absent")
_NO = ("pass", "open", "notApplicable", "review")
_NAME = re.compile(r"[^a-z0-9_]+")
_NUMBERS = re.compile(r"\d+")
WIDTH, WIDE = 160, 2000
"""Characters of a message, and lines of a place, that are looked at."""


@dataclass(frozen=True, slots=True)
class Result:
    """One result as it counts here; `prints` are its fingerprints, by which it is known again."""

    rule: str
    level: str
    message: str
    path: str
    first: int
    last: int
    prints: frozenset[str]


def results(data: bytes) -> list[Result]:
    """What a report says that counts: no passes, nothing that was dismissed or was there before.

    Raises:
        Limit: it is larger than any report should be.
        Unreadable: it is no SARIF 2.
    """
    if len(data) > LARGEST:
        what = f"a report of {len(data)} bytes is not read"
        raise Limit(what, next="let the linter look at the change alone")
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"this is no SARIF: {one_line(str(error), WIDTH)}") from error
    if not isinstance(told, dict) or not str(told.get("version", "")).startswith("2."):
        raise Unreadable("this is no SARIF 2", next="let the linter write SARIF 2.1.0")
    every = [one for run in _list(told, "runs") for one in _run(run)]
    if len(every) > MOST:
        what = f"a report of {len(every)} results is not read"
        raise Limit(what, next="let the linter look at the change alone")
    return every


def linted(
    change: Change,
    head: Iterable[Result],
    base: Iterable[Result] = (),
    root: str = "",
    *,
    elsewhere: bool = False,
) -> Iterator[Finding]:
    """What the change brought of what is said of it. `base` is what was said before it, `root` the
    folder that absolute paths of a report are below. `elsewhere` also tells, as notes, what is new
    on lines that the change left alone."""
    old = _Known(base, root)
    went = {file.path: frozenset(_bare(line.text) for line in file.removed)
            for file in change.facts.files}  # fmt: skip
    placed = [one for one in (_in(change, one, root, went) for one in head) if one is not None]
    # What stands where it stood was said before, if anything was: it is looked for first.
    fresh = [one for one in sorted(placed, key=_is_new) if not old.has(one)]
    left = old.left(change)
    for one in sorted(fresh, key=_is_new, reverse=True):
        if one.line is not None and not one.moved and not left.edited(one):
            yield _finding(one.result, one.path, one.line)
        elif one.line is None and elsewhere and not left.any(one):
            yield _noted(change, one)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A result where it stands: in which file of the change, if in one, and on which line of those
    that came, if on one; `moved` where that line only moved."""

    result: Result
    path: str
    before: str
    line: Line | None
    moved: bool = False


def _is_new(one: _Placed) -> bool:
    return one.line is not None


def _in(
    change: Change, one: Result, root: str, went: Mapping[str, frozenset[str]]
) -> _Placed | None:
    """Where a result stands after the change; None where it stands nowhere."""
    path = within(one.path, root)
    file = change.facts.by_path.get(path)
    if file is None:
        return _Placed(one, path, path, None) if path else None
    if not file.after or file.path != path:
        return None
    line = _changed(file, one)
    moved = line is not None and _bare(line.text) in went[path]
    return _Placed(one, path, file.before, line, moved)


class _Known:
    """What was said before the change. A result is the same one by a fingerprint that both have;
    where either has none, by its rule, its file and its words but for numbers, once for each time
    it was said."""

    def __init__(self, base: Iterable[Result], root: str) -> None:
        self._prints: set[Key] = set()
        self._said: dict[Key, list[Result]] = defaultdict(list)
        self._root = root
        for one in base:
            self._prints |= {(one.rule, mark) for mark in one.prints}
            self._said[one.rule, within(one.path, root), _words(one)].append(one)

    def has(self, one: _Placed) -> bool:
        """Whether this result on this file was said already; a result is asked for once."""
        told = one.result
        if any((told.rule, mark) in self._prints for mark in told.prints):
            return True
        known = self._said.get((told.rule, one.before, _words(told)), [])
        at = next((n for n, old in enumerate(known) if not (told.prints and old.prints)), -1)
        return known.pop(at) is not None if at >= 0 else False

    def left(self, change: Change) -> _Left:
        """What of it is said no more."""
        return _Left(change, [(path, one) for (_, path, _), known in self._said.items()
                              for one in known])  # fmt: skip


class _Left:
    """What was said before and is not any more: as often another of its rule in its file is no
    more than there was. On a line that came it must have stood on one that went."""

    def __init__(self, change: Change, gone: Iterable[tuple[str, Result]]) -> None:
        self._edited: Counter[Key] = Counter()
        self._kept: Counter[Key] = Counter()
        went = {file.before: {line.n for line in file.removed} for file in change.facts.files}
        for path, one in gone:
            lines = went.get(path, set())
            on = any(n in lines for n in range(one.first, min(one.last, one.first + WIDE) + 1))
            (self._edited if on else self._kept)[one.rule, path] += 1

    def edited(self, one: _Placed) -> bool:
        """Whether a line that went had one of this rule."""
        return _taken(self._edited, (one.result.rule, one.before))

    def any(self, one: _Placed) -> bool:
        """Whether the file had one more of this rule, wherever."""
        key = (one.result.rule, one.before)
        return _taken(self._kept, key) or _taken(self._edited, key)


def _taken(counts: Counter[Key], key: Key) -> bool:
    counts[key] -= 1
    return counts[key] >= 0


def _changed(file: Touched, one: Result) -> Line | None:
    """The first line of the result's place that came with the change."""
    at = bisect_left(file.added, one.first, key=lambda line: line.n)
    return file.added[at] if at < len(file.added) and file.added[at].n <= one.last else None


def _finding(one: Result, path: str, line: Line) -> Finding:
    proof = Proof(path, line.n, line.text.strip()[:300], "came")
    found = at(one.rule, "static", LEVELS[one.level], one.message, proof, one.message)
    return replace(found, most=CEILING[one.level])


def _noted(change: Change, one: _Placed) -> Finding:
    """What is new on a line that the change left alone: it follows from another that came."""
    said, text = one.result, (change.after.read(one.path) or "") if change.after else ""
    line = next(islice(text.splitlines(), said.first - 1, None), "").strip()[:300]
    proof = Proof(one.path, said.first, line, "stands")
    found = at(said.rule, "static", INFO, said.message, proof, said.message)
    return replace(found, most=CEILING[said.level])


def _run(run: Any) -> Iterator[Result]:
    """The results of one run; its rules are looked at once."""
    driver = _table(_table(run, "tool"), "driver")
    tool = _NAME.sub("_", _text(driver, "name").casefold())[:30].strip("_") or "linter"
    rules = [one if isinstance(one, dict) else {} for one in _list(driver, "rules")]
    usual = [_table(one, "defaultConfiguration").get("level", "warning") for one in rules]
    named = {_text(one, "id"): level for one, level in zip(rules, usual, strict=True)}
    for raw in _list(run, "results"):
        if not isinstance(raw, dict) or _is_quiet(raw):
            continue
        rule, at = _rule(raw), raw.get("ruleIndex")
        by_place = usual[at] if isinstance(at, int) and 0 <= at < len(usual) else "warning"
        level = raw.get("level", named.get(rule, by_place))
        if isinstance(level, str) and level in LEVELS:
            yield from _placed(raw, f"{HEAD}{tool}.{_named(rule)}", level)


def _is_quiet(raw: Json) -> bool:
    """Whether it asks for nothing: a pass, what was there before, what somebody accepted."""
    if raw.get("kind") in _NO or raw.get("baselineState") in _QUIET:
        return True
    return any(
        isinstance(one, dict) and one.get("status", "accepted") == "accepted"
        for one in _list(raw, "suppressions")
    )


def _placed(raw: Json, rule: str, level: str) -> Iterator[Result]:
    place = _table(next(iter(_list(raw, "locations")), None), "physicalLocation")
    region = _table(place, "region")
    first = _whole(region.get("startLine"))
    path = _text(_table(place, "artifactLocation"), "uri")
    if path and first:
        last = max(_whole(region.get("endLine")) or first, first)
        yield Result(rule, level, _message(raw), path, first, last, _prints(raw))


def result(tool: str, code: str, level: str, said: str, place: tuple[str, int, int]) -> Result:
    """A result that a linter told in another form; `place` is its path and lines."""
    path, first, last = place
    rule = f"{HEAD}{tool}.{_named(code)}"
    return Result(rule, level, one_line(said, WIDTH), path, first, last, frozenset())


def _rule(raw: Json) -> str:
    return _text(raw, "ruleId") or _text(_table(raw, "rule"), "id")


def _named(rule: str) -> str:
    """A rule's name as our own are: `f401`."""
    return _NAME.sub("_", rule.casefold())[:50].strip("_") or "rule"


def _message(raw: Json) -> str:
    said = _table(raw, "message")
    return one_line(_text(said, "text") or _text(said, "id") or "no words", WIDTH)


def _prints(raw: Json) -> frozenset[str]:
    tables = (_table(raw, "fingerprints"), _table(raw, "partialFingerprints"))
    return frozenset(
        f"{name}={value}" for table in tables for name, value in table.items()
        if isinstance(value, str) and value
    )  # fmt: skip


def within(uri: str, root: str) -> str:
    """The path in the repository that a report means; '' for none."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    path = unquote(parts.path if parts.scheme in ("", "file") else "")
    if path.startswith("/"):
        path = path.removeprefix(f"{root.rstrip('/')}/") if root else ""
    path = path.removeprefix("./")
    return "" if path.startswith("/") or ".." in path.split("/") else path


def _words(one: Result) -> str:
    """What it says but for numbers: those of lines move with every change."""
    return _NUMBERS.sub("0", one.message)


def _bare(text: str) -> str:
    return " ".join(text.split())


def _list(of: Any, name: str) -> Sequence[Any]:
    found = of.get(name) if isinstance(of, dict) else None
    return found if isinstance(found, list) else ()


def _table(of: Any, name: str) -> Json:
    found = of.get(name) if isinstance(of, dict) else None
    return found if isinstance(found, dict) else {}


def _text(of: Mapping[str, Any], name: str) -> str:
    found = of.get(name)
    return found if isinstance(found, str) else ""


def _whole(value: Any) -> int:
    """A number of a line; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
