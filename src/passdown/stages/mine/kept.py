"""What of a store most loops never want: relations, questions of the past, when a cycle was."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from passdown.domain.proposal import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from passdown.domain.clock import At
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Edge
    from passdown.domain.scope import Sight
    from passdown.storage.port import Store, Tx

PAGE = 1000
CYCLED = "cycled:"
"""Before a loop's name: the registry's name for when it last looked at what there is."""


class Kept:
    """Each of it, read when it is asked for."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Tx]]) -> None:
        self._reading = reading

    def edges(self, type: str = "") -> Sequence[Edge]:
        """Relations between records, of one type when it is named."""
        with self._reading() as tx:
            return tx.knowledge.edges(type=type)

    def asked(self, loop: str) -> Sequence[Proposal]:
        """Every question of a loop, whatever became of it: by when it was asked, then id."""
        found: list[Proposal] = []
        last = ""
        with self._reading() as tx:
            while page := tx.queue.all(tuple(Status), loop=loop, after=last, limit=PAGE):
                found += page
                last = page[-1].id
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def cycled(self, loop: str) -> At:
        """When this loop last looked at what there is; '' when it never did."""
        with self._reading() as tx:
            return tx.registry.value(f"{CYCLED}{loop}") or ""


class Nothing:
    """What is kept where nothing is."""

    def edges(self, type: str = "") -> Sequence[Edge]:
        """None."""
        return ()

    def asked(self, loop: str) -> Sequence[Proposal]:
        """None."""
        return ()

    def cycled(self, loop: str) -> At:
        """Never."""
        return ""


def of_store(store: Store, sight: Sight) -> Kept:
    """Each in a read of its own."""
    return Kept(lambda: store.read(sight))


def of_tx(tx: Tx) -> Kept:
    """Each as this transaction sees it."""
    return Kept(lambda: nullcontext(tx))


def looked(tx: Tx, loop: str) -> None:
    """Remember that this loop looks at what there is now."""
    tx.registry.keep(f"{CYCLED}{loop}", tx.now)
