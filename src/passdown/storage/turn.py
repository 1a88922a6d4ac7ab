"""Writers of one process take turns here, before they meet those of other processes."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock, get_ident
from typing import TYPE_CHECKING

from passdown.domain.errors import Internal, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 30.0
"""Seconds a writer waits for those before it."""


class Writing:
    """Which threads write; one that would wait for itself is told so instead."""

    def __init__(self) -> None:
        self._threads: set[int] = set()

    @contextmanager
    def once(self) -> Iterator[None]:
        """Write, unless this thread is writing already."""
        me = get_ident()
        if me in self._threads:
            raise Internal("a write inside a write of the same store")
        self._threads.add(me)
        try:
            yield
        finally:
            self._threads.discard(me)


class Turn:
    """One writer at a time."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._lock = Lock()
        self._writing = Writing()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the turn; StoreError when those before take too long."""
        with self._writing.once():
            if not self._lock.acquire(timeout=PATIENCE):
                raise held(self._where)
            try:
                yield
            finally:
                self._lock.release()


def held(where: str) -> StoreError:
    """Somebody else has been writing for too long."""
    return StoreError(
        f"another writer has held the store for {PATIENCE:.0f} seconds",
        where=where,
        next="Try again; if it stays so, stop the other passdown processes.",
    )
