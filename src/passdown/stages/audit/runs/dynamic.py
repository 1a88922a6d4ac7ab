"""The tests of a change, run with it and without it: what passes without it must pass with it, and
a test of a fault must fail without it. What runs is the change's own code, so it is shut in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.errors import Unavailable, Unreadable
from passdown.stages.audit.runs import junit, which
from passdown.stages.audit.runs.laid import drop, lay
from passdown.stages.audit.runs.record import Covered, Record
from passdown.stages.audit.runs.sandbox import Ran
from passdown.stages.audit.runs.weigh import BAD
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.runs.plan import Environment, Plan
    from passdown.stages.audit.runs.sandbox import Sandbox
    from passdown.stages.audit.tree import Tree

_NOTHING = Ran(0, "", {})
TRIES = 2
"""How often what fails with the change alone is tried again."""
_JUNIT, _COVERAGE = ".passdown-junit.xml", ".passdown-coverage.json"
_NO_TESTS, _ABSENT = 5, 97
_PYTEST = """
python=$1 measure=$2; shift 2
"$python" -c 'import pytest' 2>/dev/null || exit 97
if [ "$measure" = yes ] && "$python" -c 'import coverage' 2>/dev/null; then
  code=0
  "$python" -m coverage run --data-file="$TMPDIR/.coverage" --source=. -m pytest "$@" || code=$?
  "$python" -m coverage json -q --data-file="$TMPDIR/.coverage" -o .passdown-coverage.json || :
  exit "$code"
fi
exec "$python" -m pytest "$@"
"""


class Late(NamedTuple):
    """That the time was up before the tests were done."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Bench:
    """All that running tests takes beside the files."""

    box: Sandbox
    plan: Plan
    python: Environment | None


def run(change: Change, bench: Bench) -> Record | Late | None:
    """How the tests end with the change and without it; None where no test is about it.

    Raises:
        Unavailable: the tests need something that is not there.
        Unreadable: they leave no report that can be read.
    """
    if change.before is None or change.after is None:
        return None
    with TemporaryDirectory(prefix="passdown-trees-") as folder:
        head, base = Path(folder) / "head", Path(folder) / "base"
        for tree, place in ((change.after, head), (change.before, base)):
            place.mkdir()
            lay(tree, place)
        _laid_over(change.after, change, base)
        paths = [] if bench.plan.command else which.affected(change)
        if not paths and not bench.plan.command and not bench.plan.suite:
            return None
        try:
            return _recorded(change, bench, _Runs(bench, head, base), paths)
        except TimeoutError:
            return Late(bench.plan.seconds)


def _recorded(change: Change, bench: Bench, runs: _Runs, paths: Sequence[str]) -> Record:
    """With the change, without it, and what fails with it alone once more, twice. All tests where
    that was asked for: those about the change are among them."""
    suite = bench.plan.suite or bool(bench.plan.command)
    asked = () if suite else paths
    head, ran = runs.tests(runs.head, asked, measure=True)
    base, _ = runs.tests(runs.base, asked)
    tries = TRIES if _broken(head, base) else 0
    again = [runs.tests(runs.head, asked)[0] for _ in range(tries)]
    covered: tuple[Covered | None, str] = None, "only pytest's tests are measured"
    if not bench.plan.command:
        covered = _covered(ran, change)
    return Record(head, base, again, suite, *covered, tests=len(head))


class _Runs:
    """Runs tests in one of two folders."""

    def __init__(self, bench: Bench, head: Path, base: Path) -> None:
        self.bench = bench
        self.head = head
        self.base = base

    def tests(
        self, place: Path, paths: Sequence[str], *, measure: bool = False
    ) -> tuple[dict[str, str], Ran]:
        """How each test there ended; TimeoutError where it took too long."""
        plan, python = self.bench.plan, self.bench.python
        report = plan.junit or _JUNIT
        there = [path for path in paths if (place / path).is_file()]
        if paths and not there:
            return {}, _NOTHING
        ran = self.bench.box.run(
            list(plan.command) or _pytest(python, there, measure=measure), place,
            sees=python.sees if python else (), reports=(report, _COVERAGE),
            environment=_known(python), seconds=plan.seconds,
        )  # fmt: skip
        if ran.late:
            raise TimeoutError
        if ran.code == _ABSENT and not plan.command:
            what = "pytest is not in the environment of the tests"
            raise Unavailable(what, where=python.python if python else "")
        return _outcomes(ran, report), ran


def _pytest(python: Environment | None, paths: Sequence[str], *, measure: bool) -> list[str]:
    named = python.python if python else "python3"
    return [
        "sh", "-c", _PYTEST, "pytest", named, "yes" if measure else "no", "-q", "--rootdir",
        "{change}", "-p", "no:cacheprovider", f"--junitxml={_JUNIT}", "-o", "junit_family=xunit1",
        "--continue-on-collection-errors", *(f"./{path}" for path in paths),
    ]  # fmt: skip


def _known(python: Environment | None) -> Mapping[str, str]:
    more = {"PYTHONPATH": "{change}/src:{change}", "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0"}  # fmt: skip
    if python is None:
        return more
    usual = "/usr/local/bin:/usr/bin:/bin"
    return {**more, "PATH": f"{Path(python.python).parent}:{usual}"}


def _outcomes(ran: Ran, report: str) -> dict[str, str]:
    if report not in ran.reports:
        if ran.code == _NO_TESTS:
            return {}
        last = (ran.said.strip().splitlines() or [f"exit {ran.code}"])[-1]
        raise Unreadable(f"the tests left no report: {last[:160]}")
    found = junit.outcomes(ran.reports[report])
    if ran.code not in (0, _NO_TESTS) and not _bad(found):
        last = (ran.said.strip().splitlines() or [""])[-1]
        raise Unreadable(
            f"the tests ended with {ran.code}, and their report with none: {last[:120]}"
        )
    return found


def _bad(found: Mapping[str, str]) -> bool:
    return any(end in BAD for end in found.values())


def _broken(head: Mapping[str, str], base: Mapping[str, str]) -> bool:
    return any(end in BAD and base.get(name) not in BAD for name, end in head.items())


def _laid_over(after: Tree, change: Change, base: Path) -> None:
    """The change's tests over the base, and what it took away of them taken away."""
    drop(base, which.gone(change))
    lay(after, base, which.fixed(change))


def _covered(ran: Ran, change: Change) -> tuple[Covered | None, str]:
    """Which of the lines of code that came were run; None, and why, where that is not known."""
    if _COVERAGE not in ran.reports:
        return None, "coverage.py is not in the environment of the tests"
    try:
        files = json.loads(ran.reports[_COVERAGE])["files"]
        return _share(files, change), ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, "its report is broken"


def _share(files: Mapping[str, Mapping[str, Sequence[int]]], change: Change) -> Covered:
    lines = run = 0
    missed: list[str] = []
    for file in change.code:
        known = files.get(file.after)
        if known is None:
            continue
        hit, not_hit = (set(known[name]) for name in ("executed_lines", "missing_lines"))
        came = {line.n for line in file.added}
        lines += len(came & (hit | not_hit))
        run += len(came & hit)
        missed += [f"{file.after}:{n}" for n in sorted(came & not_hit)]
    return Covered(lines, run, tuple(missed[:50]))


def stops(change: Change) -> str:
    """Why nothing of a change can be run; '' where it can."""
    if change.after is None or change.before is None:
        return "without the repository there is nothing to run"
    if not any(sorts.CODE.search(file.path) for file in change.facts.files):
        return "no code changed"
    return ""
