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

ERASED = "ledger.erased"
"""The name of an entry that tells anew what an erased body may still say."""


def retell(tx: Tx, body: Texts, said: Json, actor: str, why: str) -> None:
    """Erase a body and tell this in its place."""
    (hash,) = body.key
    tx.ledger.erase(hash)
    try:
        tx.ledger.append(ERASED, actor, hash, {"why": why, "detail": said})
    except Limit:
        # It was as large as a body may be; what is left of it does not fit beside the reason.
        tx.ledger.append(ERASED, actor, hash, {"why": why, "detail": None})


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
