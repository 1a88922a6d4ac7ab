"""How the ledger gives way: a body is erased, and what may still be said of it is told anew.

The chain holds hashes, so it stays what it was; the new entry stands under the hash of the body
whose place it takes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Limit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.domain.entry import Entry
    from passdown.storage.port import Json, Tx
    from passdown.storage.texts import Texts

ANEW = frozenset({"why", "detail"})
"""What such an entry has: the reason, and the body as it is now."""
EVERY = 1_000_000
ERASED = "ledger.erased"
"""The name of an entry that tells anew what an erased body may still say."""


def retell(tx: Tx, body: Texts, said: Json | None, actor: str, why: str) -> None:
    """Erase a body and tell this in its place; None tells only that it was."""
    (hash,) = body.key
    tx.ledger.erase(hash)
    try:
        tx.ledger.append(ERASED, actor, hash, {"why": why, "detail": said})
    except Limit:
        # It was as large as a body may be; what is left of it does not fit beside the reason.
        tx.ledger.append(ERASED, actor, hash, {"why": why, "detail": None})


def bodies_about(tx: Tx, subject: str) -> list[Texts]:
    """The bodies of the entries about this, and what was told in the place of erased ones."""
    found = tx.erasure.of_subject(subject)
    for entry in tx.ledger.entries(subject=subject, limit=EVERY):
        if entry.detail is None:
            found += bodies_about(tx, entry.body)
    return found


def told(entries: Iterable[Entry]) -> list[Entry]:
    """A whole ledger with each erased body as it was told anew; None where nothing was."""
    every = list(entries)
    anew = {entry.subject: entry for entry in every if entry.name == ERASED}

    def detail(entry: Entry) -> Any:
        while entry.detail is None and entry.body in anew:
            later = detail(anew[entry.body])
            return later.get("detail") if later else None
        return entry.detail

    return [replace(entry, detail=detail(entry)) for entry in every]
