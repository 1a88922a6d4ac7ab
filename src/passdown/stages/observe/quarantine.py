"""What must not be mined: kept redacted and flagged, to be looked at and let go by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.errors import Invalid, NotFound
from passdown.domain.observation import ECHO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.domain.observation import Observation
    from passdown.storage.port import Tx

PAGE = 1000


def held(tx: Tx, *, after: int = 0, limit: int = 100) -> list[Observation]:
    """Flagged observations after this seq, ascending; echoes are among them."""
    found: list[Observation] = []
    for item in _all(tx, after):
        if item.flags:
            found.append(item)
            if len(found) >= limit:
                break
    return found


def release(tx: Tx, seq: int, actor: str) -> Observation:
    """Let one be mined after all; an echo stays one, whoever asks. The observation as it was."""
    found = tx.observations.get([seq])
    if not found:
        raise NotFound(f"no observation {seq}", next="`passdown quarantined` lists them.")
    item = found[0]
    if not set(item.flags) - {ECHO}:
        why = "an echo of what was served, never evidence" if item.flags else "not in quarantine"
        raise Invalid(f"observation {seq} is {why}", next="`passdown quarantined` lists them.")
    tx.observations.flag(seq, tuple(flag for flag in item.flags if flag == ECHO))
    tx.ledger.append("quarantine.released", actor, str(seq), {"flags": list(item.flags)})
    return item


def _all(tx: Tx, after: int) -> Iterator[Observation]:
    while page := tx.observations.scan(after=after, flagged=True, limit=PAGE):
        yield from page
        after = page[-1].seq
