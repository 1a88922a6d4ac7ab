"""The signs that a file is needed by nobody: how it may start, who else says its name or one that
it defines, how it is called, and what its history says of it."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.inventory import classify as known, conventions
from passdown.stages.inventory.files import STARTERS
from passdown.stages.inventory.modules import INIT
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.stages.inventory.ages import Ages, Past
    from passdown.stages.inventory.classify import Row, World

_BY = {conventions.ALIKE: "alike", conventions.OLD_NAME: "old_name"}
GROUPS = {"dead": "dead", "old_name": "dead", "test_only": "tests", "alike": "found",
          "manual": "run", "command": "run"}  # fmt: skip
"""The ways in which a file may start, or may not, that leave room for it to be needless: what a
service, a build, a document or a published package names is not doubted. With what each one's
history and names are weighed."""
_OLD = re.compile(
    r"(?:^|[/_.-])(?:old|legacy|archived?|obsolete|deprecated|unused|bak|backup|te?mp|attic|"
    r"experiments?|experimental|prototype|demo)(?=[/_.-])",
    re.I,
)
_ONCE = re.compile(
    r"(?:^|/)(?:_?\d+_)?(?:fix|migrate|backfill|populate|convert|cleanup|clean|remove|delete|"
    r"rename|move|copy|correct|reset|unset|merge|one_?off|initial|init|switch|transfer|restore|"
    r"repair|update|upgrade|set)[_-][^/]*\.py\Z|_\d{2,}\.py\Z"
)
_WORD = re.compile(r"[A-Za-z_]\w+")
SHORT = 10
"""Lines, up to which a file hardly says anything."""


class Signs(NamedTuple):
    """Of one file: its kind, and every sign by its name; the ones that its history gives are left
    out where that is not known."""

    kind: str
    seen: Mapping[str, float]


def signs(found: World, rows: Sequence[Row], ages: Ages) -> dict[str, Signs]:
    """The signs of every file that may be needless: one that something names has none."""
    kinds = {row.path: kind for row in rows if (kind := kind_of(row))}
    said = _said(found, kinds)
    return {row.path: Signs(kinds[row.path], _seen(found, row, kinds[row.path], said, ages))
            for row in rows if row.path in kinds}  # fmt: skip


def kind_of(row: Row) -> str:
    """In which of the ways a file starts, or does not; '' where that is not doubted."""
    if row.cls in (known.DEAD, known.TEST_ONLY):
        return row.cls
    if row.cls == known.MANUAL:
        return "" if row.chain else "manual"
    if row.cls != known.PRODUCTION or len(row.chain) != 2:
        return ""
    if row.chain[0] == conventions.BY_NAME and "management/commands/" in row.path:
        return "command"
    return _BY.get(row.chain[0], "")


def _said(found: World, paths: Iterable[str]) -> Counter[str]:
    """In how many texts each name stands that these files go by or define: tests aside, and
    programs that share no names with Python's."""
    wanted = {name for path in paths for name in (_stem(path), *found.sources[path].publics)}
    said: Counter[str] = Counter()
    for path, text in found.files.texts.items():
        if not path.endswith(STARTERS) and not sorts.test(path):
            said.update(wanted.intersection(_WORD.findall(text)))
    return said


def _seen(found: World, row: Row, kind: str, said: Counter[str], ages: Ages) -> Mapping[str, float]:
    group = GROUPS[kind]
    told = {kind: 1.0, **_of_text(found, row, group, said)}
    past = ages.past.get(row.path)
    return told if past is None else {**told, **of_past(past, group)}


def _of_text(found: World, row: Row, group: str, said: Counter[str]) -> dict[str, float]:
    """What stands in a file and what other texts say of it."""
    source, steps = found.sources[row.path], found.roots.get(row.path, ())
    tests = sum(sorts.test(one) for one in row.importers)
    names = max((said[name] - 1 for name in source.publics), default=0)
    return {
        "imported": float(len(row.importers) > tests),
        "tests": min(_log(tests), 3),
        "named_often": float(len(steps) > 1),
        "named_once_ago": float(any(step.tier == 4 for step in steps)),
        "package": float(row.path.endswith(INIT)),
        "at_the_top": float("/" not in row.path),
        "called_old": float(bool(_OLD.search(row.path))),
        "called_for_once": float(bool(_ONCE.search(row.path))),
        "reads_arguments": float(source.parses_arguments),
        "hands_over": float(source.decorated),
        "defines_nothing": float(not source.publics),
        "names_unsaid": float(names == 0),
        "unsaid": float(said[_stem(row.path)] <= 1),
        "short": float(row.loc < SHORT),
        f"{group}_names_said": min(_log(names), 5),
        f"{group}_said": min(_log(said[_stem(row.path)]), 5),
        f"{group}_lines": min(_log(row.loc), 10),
    }


def of_past(past: Past, group: str) -> dict[str, float]:
    """What the history of a file says of it."""
    quiet, age = min(_log(past.quiet), 5), min(_log(past.age), 5)
    looked = past.changes - past.sweeps
    return {
        "never_touched": float(looked <= 1),
        "new": quiet / (age + 0.3),
        "swept": min(_log(past.sweeps), 4),
        f"{group}_quiet": quiet,
        f"{group}_lately": min(_log(past.lately), 5),
        f"{group}_changes": min(_log(looked), 6),
    }


def _log(n: float) -> float:
    return math.log2(1 + max(n, 0))


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")
