"""Crashes where a test wants them: a hook for `on_statement` that dies at a chosen statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Crash(BaseException):
    """The process died here; not an Exception, so that no code can swallow it."""


class Fuse:
    """Counts the statements a store is about to run, and dies at one of them when it is lit."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self._left = -1

    def __call__(self, statement: str) -> None:
        """Take note of one statement; Crash when it is the one."""
        self.statements.append(statement)
        if self._left == 0:
            self._left = -1
            raise Crash(f"before: {statement[:200]}")
        if self._left > 0:
            self._left -= 1

    def light(self, after: int) -> None:
        """Let that many more statements pass, then die before the next one, once."""
        self.statements.clear()
        self._left = after

    def put_out(self) -> None:
        """Die no more."""
        self._left = -1


def crash_after(statements: int) -> Fuse:
    """A hook that lets that many statements pass and dies before the next one."""
    fuse = Fuse()
    fuse.light(statements)
    return fuse


def crashes(fuse: Fuse, act: Callable[[], object], *, every: int = 1) -> Iterator[int]:
    """Run `act` with a crash before its 1st statement, then later and later, until it gets through;
    yields after each crash how many statements had passed. It ends after the run that got through.
    """
    passed = 0
    while True:
        fuse.light(passed)
        try:
            act()
        except Crash:
            yield passed
        else:
            fuse.put_out()
            return
        passed += every
