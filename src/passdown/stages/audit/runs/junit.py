"""What a run of tests says of each test, as JUnit XML: a stranger's words, read within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from passdown.domain.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSED, FAILED, BROKEN, SKIPPED = "passed", "failed", "error", "skipped"
MOST = 200_000
"""Tests of one report."""
LONGEST = 400
_ENDS = {"failure": FAILED, "error": BROKEN, "skipped": SKIPPED}
_WORSE = (PASSED, SKIPPED, FAILED, BROKEN)


def outcomes(data: bytes) -> dict[str, str]:
    """How each test ended, by its name; one told twice ended as badly as the worse says.

    Raises:
        Unreadable: it is no such report, or one with more than words in it.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, UnicodeError) as error:
        raise Unreadable(f"the report of the tests is broken: {error}") from error
    if not reader.suites:
        raise Unreadable("the report of the tests is none")
    return reader.found


class _Reader:
    """Keeps what is told of each test, and nothing else."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.suites = 0
        self._name = ""
        self._end = PASSED

    def start(self, tag: str, told: Mapping[str, str]) -> None:
        bare = tag.rpartition(" ")[2]
        if bare in ("testsuite", "testsuites"):
            self.suites += 1
        elif bare == "testcase":
            parts = (told.get("classname", ""), told.get("name", ""))
            self._name = "::".join(part for part in parts if part)[:LONGEST]
            self._end = PASSED
        elif bare in _ENDS and self._name:
            self._end = max(self._end, _ENDS[bare], key=_WORSE.index)

    def end(self, tag: str) -> None:
        if tag.rpartition(" ")[2] == "testcase" and self._name:
            if len(self.found) >= MOST:
                raise Unreadable(f"the report tells of more than {MOST} tests")
            before = self.found.get(self._name, PASSED)
            self.found[self._name] = max(before, self._end, key=_WORSE.index)
            self._name = ""

    def refuse(self, *_: object) -> None:
        """No report needs entities of its own: they are how one blows up."""
        raise Unreadable("the report of the tests declares entities")
