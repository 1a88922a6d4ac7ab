"""One change as its claims are held against it: its diff, and both trees where there are any."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.audit import code, names, trials
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.stages.audit.facts import Facts, Line, Touched
    from passdown.stages.audit.tree import Tree

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_COMMENT = re.compile(r"^\s*(?:#|//|/\*|\*|\*/|<!--|--|%|;|\"\"\"|''')|^\s*$")
_TEST_LINE = re.compile(
    r"^\s*(?:(?:async\s+)?def\s+test\w*\s*\(|(?:it|test|specify)(?:\.\w+)*\s*\(|"
    r"(?:pub\s+)?(?:async\s+)?fn\s+\w*test\w*\s*\(|func\s+(?:Test|Fuzz)[A-Z_]\w*\s*\()"
)
_MANY = re.compile(r"parametrize|\.each\b|rstest|#\[case|t\.Run\(|test_case|subTest")


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows it: a line of a file, and what it shows. Line 0 is the file itself."""

    path: str
    line: int
    text: str
    note: str


class Parts(NamedTuple):
    """What names are made of: each word by itself, and the names without what joins these."""

    single: frozenset[str]
    flat: str


@dataclass(frozen=True)
class Change:
    """The facts of a change; without trees (a bare patch) what only they can tell is unknown."""

    facts: Facts
    before: Tree | None = None
    after: Tree | None = None

    @property
    def whole(self) -> bool:
        """Whether both trees can be read."""
        return self.before is not None and self.after is not None

    def load(self) -> None:
        """Read every touched file of both trees at once."""
        if self.before is not None and self.after is not None:
            self.before.load([file.before for file in self.facts.files if file.before])
            self.after.load([file.after for file in self.facts.files if file.after])

    def texts(self, file: Touched) -> tuple[str | None, str | None]:
        """A touched file before and after; '' where it was not there, None where it is unknown."""
        if self.before is None or self.after is None:
            return None, None
        return (
            self.before.read(file.before) if file.before else "",
            self.after.read(file.after) if file.after else "",
        )

    @cached_property
    def code(self) -> tuple[Touched, ...]:
        """The touched files that are programs and no tests."""
        return tuple(file for file in self.facts.files if sorts.code(file.path))

    @cached_property
    def came(self) -> Mapping[str, tuple[str, Line]]:
        """Every word of the lines that came, with the first line that has it."""
        return _words(self.facts.added())

    @cached_property
    def went(self) -> Mapping[str, tuple[str, Line]]:
        """Every word of the lines that went."""
        return _words(self.facts.removed())

    @cached_property
    def came_parts(self) -> Parts:
        """The words that the names of what came are made of: `fast`, `acquire`."""
        return _parts(self.came, (file.after for file in self.facts.files))

    @cached_property
    def went_parts(self) -> Parts:
        """The words that the names of what went are made of."""
        return _parts(self.went, (file.before for file in self.facts.files if not file.after))

    @cached_property
    def new_tests(self) -> tuple[tuple[str, trials.Trial], ...]:
        """The tests that this change brings, by path; renamed and moved ones are not new."""
        before, after = self._tests(old=True), self._tests(old=False)
        had = Counter(test.name for _, test in before)
        return tuple((path, test) for path, test in after if _is_new(test.name, had))

    @cached_property
    def gone_tests(self) -> tuple[tuple[str, trials.Trial], ...]:
        """The tests that this change takes away."""
        before, after = self._tests(old=True), self._tests(old=False)
        has = Counter(test.name for _, test in after)
        return tuple((path, test) for path, test in before if _is_new(test.name, has))

    @cached_property
    def more_cases(self) -> int:
        """The cases that tests gained which were there before."""
        before = {test.name: test.cases for _, test in self._tests(old=True)}
        return sum(
            max(test.cases - before[test.name], 0)
            for _, test in self._tests(old=False)
            if test.name in before
        )

    @property
    def open_tests(self) -> bool:
        """Whether only a run could tell how many cases the new tests stand for."""
        more = {file.path for file in self.facts.files if file.added}
        if any(test.open and path in more for path, test in self._tests(old=False)):
            return True
        unread = (path for path in more if sorts.test(path) and sorts.CODE.search(path)
                  and trials.trials(path, "") is None)  # fmt: skip
        return any(unread) or (
            not self.whole and any(_MANY.search(line.text) for _, line in self.facts.added())
        )

    def comment_only(self, file: Touched) -> bool:
        """Whether nothing but comments and empty lines came and went, by the lines alone."""
        lines = [*file.added, *file.removed]
        return bool(lines) and all(_COMMENT.match(line.text) for line in lines)

    def same(self, file: Touched) -> bool | None:
        """Whether a touched file does the same as before; None where that is unknown."""
        if self.comment_only(file):
            return True
        before, after = self.texts(file)
        if before is None or after is None or not file.path.endswith(".py"):
            return None
        return code.same(before, after) if before and after else False

    def _tests(self, *, old: bool) -> list[tuple[str, trials.Trial]]:
        found: list[tuple[str, trials.Trial]] = []
        for file in self.facts.files:
            path = file.before if old else file.after
            if path and not file.binary:
                found += [(path, test) for test in self._tests_of(file, path, old=old)]
        return found

    def _tests_of(self, file: Touched, path: str, *, old: bool) -> Sequence[trials.Trial]:
        sides = [(file.before, file.after), self.texts(file)]
        both = [trials.trials(at or path, text) if text is not None else None
                for at, text in zip(*sides, strict=True)]  # fmt: skip
        # A text that is broken on one side only would seem to lose all its tests: lines, then.
        read = None if None in both else both[not old]
        if read is not None and (sorts.test(path) or not path.endswith(".py")):
            return read
        if read is not None:
            return ()
        return [
            trials.Trial(line.text.strip(), line.n)
            for line in (file.removed if old else file.added)
            if _TEST_LINE.match(line.text) and (sorts.test(path) or path.endswith((".rs", ".go")))
        ]


def _is_new(name: str, had: Counter[str]) -> bool:
    if had[name] > 0:
        had[name] -= 1
        return False
    return True


def _words(lines: Iterator[tuple[str, Line]]) -> dict[str, tuple[str, Line]]:
    found: dict[str, tuple[str, Line]] = {}
    for path, line in lines:
        for word in _NAME.findall(line.text):
            found.setdefault(word, (path, line))
    return found


def _parts(words: Iterable[str], paths: Iterable[str]) -> Parts:
    every = (*words, *paths)
    single = frozenset(part for word in every for part in names.parts(word))
    return Parts(single, "\n".join(map(names.flat, every)))
