"""The signs that a file is needed by nobody: how it may start, who else says its name or one that
it defines, how it is called, and what its history says of it."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.inventory import classify as classes, conventions
from passdown.stages.inventory.conventions import published
from passdown.stages.inventory.files import STARTERS
from passdown.stages.inventory.mentions import HISTORY
from passdown.stages.inventory.modules import INIT
from passdown.stages.inventory.stopped import Stop
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from passdown.stages.inventory.ages import Ages, Past
    from passdown.stages.inventory.classify import Row, World
    from passdown.stages.inventory.stopped import Stops

_BY = {conventions.ALIKE: "alike", conventions.OLD_NAME: "old_name",
       conventions.PUBLIC: "public", classes.UNSEEN: "unseen"}  # fmt: skip
GROUPS = {"dead": "dead", "old_name": "dead", "test_only": "tests", "alike": "found",
          "guessed": "found", "manual": "run", "command": "run", "public": "offered",
          "unseen": "offered"}  # fmt: skip
"""The ways in which a file may start, or may not, that leave room for it to be needless: what a
service, a build or a document names is not doubted. With the table that weighs its signs."""
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


class _Known(NamedTuple):
    """What the signs of every file go by."""

    found: World
    said: Counter[str]
    public: Set[str]
    ages: Ages
    stops: Mapping[str, Stop]


def signs(
    found: World, rows: Sequence[Row], ages: Ages, stops: Stops | None = None
) -> dict[str, Signs]:
    """The signs of every file that may be needless: one that something names has none. `stops`
    says of names, which of them a history has stopped saying."""
    kinds = {row.path: kind for row in rows if (kind := kind_of(found, row))}
    wanted = {name for path in kinds for name in (_name(path), *found.sources[path].publics)}
    past = stops(wanted, found.files.texts) if stops is not None else {}
    said = _said(found, {*wanted, _stem(INIT)})
    known = _Known(found, said, published(found), ages, past)
    return {row.path: Signs(kinds[row.path], _seen(known, row, kinds[row.path]))
            for row in rows if row.path in kinds}  # fmt: skip


def kind_of(found: World, row: Row) -> str:
    """In which of the ways a file starts, or does not; '' where that is not doubted."""
    if row.cls in (classes.DEAD, classes.TEST_ONLY):
        return row.cls
    if row.cls == classes.MANUAL:
        return "" if row.chain else "manual"
    if row.cls != classes.PRODUCTION:
        return ""
    if len(row.chain) != 2:
        return "guessed" if _is_guessed(found, row) else ""
    if row.chain[0] == conventions.BY_NAME:
        return "command" if "management/commands/" in row.path else ""
    return _BY.get(row.chain[0], "guessed" if _is_guessed(found, row) else "")


def _is_guessed(found: World, row: Row) -> bool:
    """Whether nothing says the whole name of a file: all that may load it goes by a part."""
    if not row.importers or any(step.tier < HISTORY for step in found.roots.get(row.path, ())):
        return False
    return all(row.path in found.guessed.get(user, ())
               for user in found.importers(row.path) if not sorts.test(user))  # fmt: skip


def _said(found: World, wanted: Set[str]) -> Counter[str]:
    """In how many texts each of these names stands: tests aside, and programs that share no names
    with Python's."""
    said: Counter[str] = Counter()
    for path, text in found.files.texts.items():
        if not path.endswith(STARTERS) and not sorts.test(path):
            said.update(wanted & set(_WORD.findall(text)))
    return said


def _seen(known: _Known, row: Row, kind: str) -> Mapping[str, float]:
    past = known.ages.past.get(row.path)
    told = {kind: 1.0, **_of_text(known, row)}
    if past is None:
        return told
    return {**told, **_of_past(past), **_of_stops(known, row), **_of_folder(known, row)}


def _of_text(known: _Known, row: Row) -> dict[str, float]:
    """What stands in a file and what other texts say of it."""
    found, said = known.found, known.said
    source, steps = found.sources[row.path], found.roots.get(row.path, ())
    tests = sum(sorts.test(one) for one in row.importers)
    names = max((said[name] - 1 for name in source.publics), default=0)
    return {
        "imported": float(len(row.importers) > tests),
        "tests": min(_log(tests), 3),
        "named_often": float(len(steps) > 1),
        "named_once_ago": float(any(step.tier == HISTORY for step in steps)),
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
        "published": float(row.path in known.public),
        "names_said": min(_log(names), 5),
        "said": min(_log(said[_stem(row.path)]), 5),
        "lines": min(_log(row.loc), 10),
    }


def _of_past(past: Past) -> dict[str, float]:
    """What the history of a file says of it."""
    quiet, age = min(_log(past.quiet), 5), min(_log(past.age), 5)
    looked = past.changes - past.sweeps
    return {
        "never_touched": float(looked <= 1),
        "new": quiet / (age + 0.3),
        "swept": min(_log(past.sweeps), 4),
        "quiet": quiet,
        "lately": min(_log(past.lately), 5),
        "changes": min(_log(looked), 6),
    }


def _of_stops(known: _Known, row: Row) -> dict[str, float]:
    """What its history has stopped saying: its name, and the names that it defines."""
    own = known.stops.get(_name(row.path), Stop())
    names = [known.stops[name] for name in known.found.sources[row.path].publics
             if name in known.stops]  # fmt: skip
    return {
        "once_imported": float(own.imports > 0),
        "once_imported_often": min(_log(own.imports), 3),
        "once_tested": float(own.tests > 0),
        "once_said": min(_log(own.programs), 3),
        "names_once_said": float(any(one.programs for one in names)),
        "names_once_said_often": min(_log(max((one.programs for one in names), default=0)), 3),
        "names_once_tested": float(any(one.tests for one in names)),
    }


def _of_folder(known: _Known, row: Row) -> dict[str, float]:
    """How much was lately taken away around it."""
    folder, ages = row.path.rpartition("/")[0], known.ages
    return {
        "beside_gone": min(_log(ages.gone.get(folder, 0)), 4),
        "any_beside_gone": float(folder in ages.gone),
        "below_gone": min(_log(ages.gone_below.get(folder, 0)), 5),
        "share_gone": min(ages.gone_below.get("", 0) / len(known.found.sources), 1),
    }


def _log(n: float) -> float:
    return math.log2(1 + max(n, 0))


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def _name(path: str) -> str:
    """What others call a file by: its own name, or for a package its folder's."""
    return _stem(path.removesuffix(f"/{INIT}") if path.endswith(f"/{INIT}") else path)
