"""What linters said of a change, as SARIF 2.1.0: results on lines that it brought, and new ones
only. A report is what some program wrote of somebody's code: it is read as words, within bounds."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
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
WIDTH = 160


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
    change: Change, head: Iterable[Result], base: Iterable[Result] = (), root: str = ""
) -> Iterator[Finding]:
    """What the change brought of what is said of it. `base` is what was said before it, `root` the
    folder that absolute paths of a report are below."""
    old = _Known(base, root)
    moved = {file.path: Counter(_bare(line.text) for line in file.removed)
             for file in change.facts.files}  # fmt: skip
    for one in head:
        path = _within(one.path, root)
        file = change.facts.by_path.get(path)
        if file is None or not file.after or file.path != path:
            continue
        line = _changed(file, one)
        if line is not None and not old.has(one, file) and not moved[path][_bare(line.text)]:
            yield _finding(one, path, line)


class _Known:
    """What was said before the change. A result is the same one by a fingerprint that both have;
    where either has none, by its rule, its file and its words, once for each time it was said."""

    def __init__(self, base: Iterable[Result], root: str) -> None:
        self._prints: set[Key] = set()
        self._said: Counter[Key] = Counter()
        self._bare: Counter[Key] = Counter()
        for one in base:
            key = (one.rule, _within(one.path, root), one.message)
            self._prints |= {(one.rule, mark) for mark in one.prints}
            self._said[key] += 1
            self._bare[key] += not one.prints

    def has(self, one: Result, file: Touched) -> bool:
        """Whether this result on this file was said already; a result is asked for once."""
        if any((one.rule, mark) in self._prints for mark in one.prints):
            return True
        left = self._bare if one.prints else self._said
        key = (one.rule, file.before, one.message)
        left[key] -= 1
        return left[key] >= 0


def _changed(file: Touched, one: Result) -> Line | None:
    """The first line of the result's place that came with the change."""
    at = bisect_left(file.added, one.first, key=lambda line: line.n)
    return file.added[at] if at < len(file.added) and file.added[at].n <= one.last else None


def _finding(one: Result, path: str, line: Line) -> Finding:
    proof = Proof(path, line.n, line.text.strip()[:300], "came")
    found = at(one.rule, "static", LEVELS[one.level], one.message, proof, one.message)
    return Finding(
        found.rule, found.check, found.severity, found.message, found.fp,
        locations=found.locations, most=CEILING[one.level],
    )  # fmt: skip


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


def _within(uri: str, root: str) -> str:
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
