"""What vectors may cost: the engine's money where their price is known, else so many requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.domain.errors import Limit
from passdown.domain.scope import ALL
from passdown.engines.metered import Hold
from passdown.ops.purse import Purse, Spent, add_spent, counter, spent

if TYPE_CHECKING:
    from passdown.domain.clock import Clock
    from passdown.domain.settings import Settings
    from passdown.storage.port import Store

KNOB = "engine.embedder_calls"


@dataclass(frozen=True, slots=True)
class Meter:
    """One day's budget, counted in the store: every process counts in the same place."""

    store: Store
    settings: Settings
    clock: Clock

    def reserve(self, micro_usd: int | None) -> Hold:
        """Set this much aside, or one request where that is unknown; Limit when the day's budget
        does not hold it."""
        return self._request() if micro_usd is None else self._purse().reserve(micro_usd)

    def settle(self, hold: Hold, micro_usd: int | None) -> None:
        """It cost this instead; None is unknown, and what was set aside counts."""
        self._purse().settle(hold, micro_usd)

    def _purse(self) -> Purse:
        return Purse(self.store, self.settings, self.clock)

    def _request(self) -> Hold:
        today, most = self.clock.now()[:10], self.settings.whole(KNOB)
        names = (counter("day", today), counter("embedder", today))
        with self.store.write(ALL) as tx:
            asked = spent(tx, of=names[1]).questions
            if asked >= most:
                raise Limit(
                    f"the embedder was asked {asked} times today, and its price is not known",
                    where=KNOB,
                    next=f"Set {KNOB} higher, or engine.embedder_price to what it costs.",
                )
            for name in names:
                add_spent(tx, name, Spent(questions=1))
        return Hold(0, names)
