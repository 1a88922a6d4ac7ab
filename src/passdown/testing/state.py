"""All that a store holds, as one comparable value; and its records, rebuilt from the ledger."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.proposal import Status
from passdown.domain.record import Edge, Life, Record
from passdown.domain.scope import ALL
from passdown.storage.retelling import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.domain.entry import Entry
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Store, Tx

EVERY = 1_000_000


class Rebuilt(NamedTuple):
    """What the ledger alone says there is: records by id, and edges."""

    records: dict[str, Record]
    edges: set[tuple[str, str, str]]


def state(store: Store) -> dict[str, Any]:
    """Everything a store holds, in one order; ids of jobs aside, which are drawn at random."""
    with store.read(ALL) as tx:
        return {
            "sessions": _plain(tx.observations.sessions(limit=EVERY)),
            "observations": _plain(tx.observations.scan(flagged=True, limit=EVERY)),
            "sources": _plain(tx.observations.sources()),
            "records": _plain(tx.knowledge.all(lives=tuple(Life))),
            "versions": [_plain(tx.knowledge.versions(*key)) for key in _keys(tx)],
            "edges": _plain(tx.knowledge.edges()),
            "proposals": [_proposal(tx, p) for p in _proposals(tx)],
            "ledger": _plain(entries(tx)),
            "anchor": list(tx.ledger.anchor()),
            "activities": _plain(tx.ledger.activities(limit=EVERY)),
            "jobs": sorted(_job(job) for job in _plain(tx.jobs.all(limit=EVERY))),
            "people": tx.registry.people(),
        }


def digest(store: Store) -> str:
    """The state in 64 hex digits: equal when nothing is different."""
    text = json.dumps(state(store), sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def entries(tx: Tx) -> Iterator[Entry]:
    """The whole ledger, what was erased as it was told anew."""
    return iter(told(_pages(tx)))


def _pages(tx: Tx) -> Iterator[Entry]:
    last = 0
    while page := tx.ledger.entries(after=last, limit=5000):
        yield from page
        last = page[-1].seq


def rebuild(ledger: Iterable[Entry]) -> Rebuilt:
    """Records and edges as the ledger alone says they are; all else is derived from it."""
    built = Rebuilt({}, set())
    for entry in ledger:
        detail = entry.detail or {}
        # A loop may tell its approvals under a further name, which says nothing of a record.
        if entry.name.endswith(".updated") and "how" in detail:
            _replay(built, detail)
    return built


def _replay(built: Rebuilt, detail: dict[str, Any]) -> None:
    how = str(detail["how"])
    if "edge" in detail:
        edge = Edge(**detail["edge"])
        change = built.edges.add if how in ("link", "confirm", "restore") else built.edges.discard
        change((edge.source, edge.type, edge.target))
        return
    plain = detail["record"]
    record = Record(**{**plain, "life": Life(plain["life"])})
    if how == "remove":
        built.records.pop(record.id, None)
    else:
        built.records[record.id] = record


def _proposals(tx: Tx) -> list[Proposal]:
    return sorted(tx.queue.all(tuple(Status), limit=EVERY), key=lambda p: p.id)


def _proposal(tx: Tx, proposal: Proposal) -> dict[str, Any]:
    return {
        **asdict(proposal),
        "messages": _plain(tx.queue.messages(proposal.id)),
        "marks": _plain(tx.queue.marks(proposal.id)),
        "images": _plain(tx.ledger.images(proposal.id)),
    }


def _keys(tx: Tx) -> list[tuple[str, str]]:
    """Every record there ever was, those that were taken away too."""
    named = {
        (entry.detail["record"]["kind"], entry.detail["record"]["key"])
        for entry in entries(tx)
        if entry.name.endswith(".updated") and entry.detail and "record" in entry.detail
    }
    return sorted(named | {(r.kind, r.key) for r in tx.knowledge.all(lives=tuple(Life))})


def _job(plain: dict[str, Any]) -> str:
    return json.dumps({**plain, "id": ""}, sort_keys=True)


def _plain(values: Iterable[Any]) -> list[dict[str, Any]]:
    return [asdict(value) for value in values]
