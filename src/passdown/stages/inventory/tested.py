"""Which Python files are tests, or what tests have in common."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from passdown.stages.inventory.modules import INIT
from passdown.text import sorts

if TYPE_CHECKING:
    from passdown.stages.inventory.classify import World
    from passdown.stages.inventory.source import Source

_TESTS = re.compile(
    r"(?:^|/)(?:[\w-]+[_-])?(?:i?tests?|testing|__tests__|testsuite|testutils?|testprojects?|"
    r"testdata|tempest_plugin)/"
)
_TESTED = re.compile(
    r"(?:^|/)(?:[^/]*_)?(?:tests?|testing|testutils?|testproc|testcases?|fixtures)(?:_[^/]*)?\.py\Z"
)
_TOOLS = frozenset(("pytest", "unittest", "nose", "testtools", "twisted", "django", "mock"))


def tests_of(found: World) -> set[str]:
    """The files that are tests by their folder, or by their name, unless a program imports one that
    holds no test: `hold_tests` may be what a program does to tests."""
    placed = {path for path in found.sources if _TESTS.search(path)}
    called = {path for path in found.sources if sorts.test(path) or _TESTED.search(path)} - placed
    called |= _among(found, placed | called)
    tests = placed | called
    users = (reached for path, reached in found.edges.items() if path not in tests)
    needed = {target for reached in users for target in reached}
    return placed | {path for path in called
                     if path not in needed or _holds_tests(found.sources[path])}  # fmt: skip


def _among(found: World, tests: set[str]) -> set[str]:
    """What tests have in common: the other files of folders in which two of three are tests,
    and several are."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in found.sources:
        if not path.endswith(INIT):
            folders[path.rpartition("/")[0]].append(path)
    return {path for folder, paths in folders.items() if folder
            for path in (*paths, f"{folder}/{INIT}") if path in found.sources
            and 3 * len(tests.intersection(paths)) >= 2 * max(len(paths), 4)} - tests  # fmt: skip


def _holds_tests(source: Source) -> bool:
    """Whether there are tests in it: `TestResult` may be what a program has of one."""
    cases = any(mark.endswith("TestCase)") for mark in source.marks)
    tools = any(one.module.partition(".")[0] in _TOOLS for one in source.imports)
    return cases or any(
        name.startswith("test_") or (tools and name.startswith("Test")) for name in source.publics
    )
