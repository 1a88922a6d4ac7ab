"""A transaction over dictionaries."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from passdown.storage.memory.alike import MemoryAlike
from passdown.storage.memory.erasure import MemoryErasure
from passdown.storage.memory.index import MemoryIndex
from passdown.storage.memory.jobs import MemoryJobs
from passdown.storage.memory.knowledge import MemoryKnowledge
from passdown.storage.memory.ledger import MemoryLedger
from passdown.storage.memory.observations import MemoryObservations
from passdown.storage.memory.queue import MemoryQueue
from passdown.storage.memory.registry import MemoryRegistry
from passdown.storage.memory.sums import MemorySums

if TYPE_CHECKING:
    from passdown.domain.clock import At
    from passdown.domain.scope import Sight
    from passdown.storage.memory.bound import Bound


class MemoryTx:
    """The parts of one transaction."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self.observations = MemoryObservations(bound)
        self.knowledge = MemoryKnowledge(bound)
        self.index = MemoryIndex(bound)
        self.queue = MemoryQueue(bound)
        self.alike = MemoryAlike(bound)
        self.sums = MemorySums(bound)
        self.ledger = MemoryLedger(bound)
        self.jobs = MemoryJobs(bound)
        self.registry = MemoryRegistry(bound)

    @cached_property
    def erasure(self) -> MemoryErasure:
        """What is taken back for good."""
        return MemoryErasure(self._bound)

    @property
    def sight(self) -> Sight:
        """What this transaction may see."""
        return self._bound.sight

    @property
    def now(self) -> At:
        """The time of this transaction."""
        return self._bound.now
