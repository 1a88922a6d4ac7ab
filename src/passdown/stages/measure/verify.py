"""Whether the ledger is what was written: every hash, every link, and its head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.domain.entry import GENESIS, body_hash, chain_hash
from passdown.storage.retelling import ERASED

if TYPE_CHECKING:
    from passdown.domain.entry import Entry
    from passdown.storage.port import Tx

PAGE = 5000


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk over the chain found; `bad_seq` 0 when nothing is wrong."""

    ok: bool
    entries: int
    head: str
    bad_seq: int = 0
    fault: str = ""
    erased: int = 0


def verify(tx: Tx) -> Verified:
    """Walk the whole chain; the first fault is named by its sequence number. A body may be gone
    only where an entry says that it was erased."""
    prev, last, erased = GENESIS, 0, 0
    gone: dict[str, int] = {}
    said: set[str] = set()
    while page := tx.ledger.entries(after=last, limit=PAGE):
        for entry in page:
            if fault := _fault(entry, last, prev):
                return Verified(False, last, prev, last + 1, fault, erased)
            prev, last = entry.hash, entry.seq
            if entry.detail is None:
                erased += 1
                gone.setdefault(entry.body, entry.seq)
            if entry.name == ERASED:
                said.add(entry.subject)
    anchor = tx.ledger.anchor()
    if anchor != (last, prev):
        fault = f"the ledger ends at {last}, its anchor says {anchor[0]}"
        return Verified(False, last, prev, last + 1, fault, erased)
    if silent := [seq for body, seq in gone.items() if body not in said]:
        fault = "its body was taken away, and no entry says so"
        return Verified(False, last, prev, min(silent), fault, erased)
    return Verified(True, last, prev, erased=erased)


def _fault(entry: Entry, last: int, prev: str) -> str:
    """What is wrong with this entry, given the one before it; '' when nothing is."""
    if entry.seq != last + 1:
        return f"entry {last + 1} is missing"
    if entry.prev != prev:
        return "it does not continue the entry before it"
    row = (entry.seq, entry.at, entry.actor, entry.name, entry.subject, entry.body, entry.prev)
    if chain_hash(*row) != entry.hash:
        return "its hash is not that of its content"
    if entry.detail is not None and body_hash(entry.detail) != entry.body:
        return "its body is not the one it was written with"
    return ""
