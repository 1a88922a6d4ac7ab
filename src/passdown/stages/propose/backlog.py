"""The reviewer's attention is a budget: how many questions may stand open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.proposal import OPEN

if TYPE_CHECKING:
    from passdown.domain.settings import Settings
    from passdown.storage.port import Tx


def full(tx: Tx, loop: str, settings: Settings) -> bool:
    """Whether one more open question is one too many, for this loop or in all."""
    still = {key: n for key, n in tx.queue.counts().items() if key[1] in OPEN}
    own = sum(n for (name, _), n in still.items() if name == loop)
    if own >= settings.whole("gate.max_open_per_loop"):
        return True
    return sum(still.values()) >= settings.whole("gate.max_open")
