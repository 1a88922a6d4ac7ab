"""A transaction over named queries; each part is loaded when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from passdown.domain.clock import At
    from passdown.domain.scope import Sight
    from passdown.storage.alike import Alike
    from passdown.storage.erasure import Erasure
    from passdown.storage.index import Index
    from passdown.storage.jobs import Jobs
    from passdown.storage.ledger import Ledger
    from passdown.storage.port import (
        Knowledge,
        Observations,
        Queue,
        Registry,
    )
    from passdown.storage.sql.bound import Bound
    from passdown.storage.sums import Sums


class SqlTx:
    """The parts of one transaction. All but the leases of jobs wait for other writers first."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    @property
    def sight(self) -> Sight:
        """What this transaction may see."""
        return self._bound.sight

    @property
    def now(self) -> At:
        """The time of this transaction."""
        return self._bound.now

    @cached_property
    def observations(self) -> Observations:
        """Sessions, what was seen in them, and how far each file was read."""
        from passdown.storage.sql.observations import SqlObservations

        return SqlObservations(self._alone())

    @cached_property
    def knowledge(self) -> Knowledge:
        """Records, their versions and relations."""
        from passdown.storage.sql.knowledge import SqlKnowledge

        return SqlKnowledge(self._alone())

    @cached_property
    def index(self) -> Index:
        """What is derived from the ledger."""
        from passdown.storage.sql.index import SqlIndex

        return SqlIndex(self._alone())

    @cached_property
    def queue(self) -> Queue:
        """Proposals and what was said about them."""
        from passdown.storage.sql.queue import SqlQueue

        return SqlQueue(self._alone())

    @cached_property
    def alike(self) -> Alike:
        """Proposals by what they ask, whatever they name."""
        from passdown.storage.sql.alike import SqlAlike

        return SqlAlike(self._alone())

    @cached_property
    def sums(self) -> Sums:
        """What is only counted."""
        from passdown.storage.sql.sums import SqlSums

        return SqlSums(self._alone())

    @cached_property
    def ledger(self) -> Ledger:
        """What happened."""
        from passdown.storage.sql.ledger import SqlLedger

        return SqlLedger(self._alone())

    @cached_property
    def jobs(self) -> Jobs:
        """Work to be done; a lease never waits for a long write."""
        from passdown.storage.sql.jobs import SqlJobs

        return SqlJobs(self._bound)

    @cached_property
    def registry(self) -> Registry:
        """Small facts of the store itself."""
        from passdown.storage.sql.registry import SqlRegistry

        return SqlRegistry(self._alone())

    @cached_property
    def erasure(self) -> Erasure:
        """What is taken back for good."""
        from passdown.storage.sql.erasure import SqlErasure

        return SqlErasure(self._alone())

    def _alone(self) -> Bound:
        self._bound.serialise()
        return self._bound
