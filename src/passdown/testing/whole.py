"""Whether a store is whole: every decision there with all that belongs to it, or not at all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from passdown.domain.proposal import PUBLIC, Status, Verdict
from passdown.domain.record import Life
from passdown.domain.scope import ALL
from passdown.stages.measure.verify import verify
from passdown.testing.state import EVERY, entries, rebuild

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.domain.entry import Entry
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.storage.port import Store, Tx

SETTLING = frozenset({Verdict.APPROVE, Verdict.MODIFY, Verdict.REJECT, Verdict.EXPIRE})
ENDS = frozenset(f"promotion.{end}" for end in ("approved", "rejected", "failed", "expired"))
APPLIED = frozenset({"put", "bring", "retire", "link", "confirm", "unlink"})


def faults(store: Store) -> list[str]:
    """What is half done in a store, in words; nothing when it is whole."""
    with store.read(ALL) as tx:
        ledger = list(entries(tx))
        asked = {p.id: p for p in tx.queue.all(tuple(Status), limit=EVERY)}
        return [
            *_of_chain(tx),
            *_of_records(tx, ledger, asked),
            *_of_decisions(tx, ledger, asked),
            *_of_queue(asked),
        ]


def _of_chain(tx: Tx) -> Iterator[str]:
    found = verify(tx)
    if not found.ok:
        yield f"ledger entry {found.bad_seq}: {found.fault}"
    if tx.index.position() > found.entries:
        yield f"the index knows entry {tx.index.position()} of {found.entries}"


def _of_records(tx: Tx, ledger: list[Entry], asked: dict[str, Proposal]) -> Iterator[str]:
    """Records and edges are what the ledger says, and none is active without a yes."""
    built = rebuild(ledger)
    stored = {r.id: r for r in tx.knowledge.all(lives=tuple(Life))}
    for id in sorted(built.records.keys() | stored.keys()):
        if built.records.get(id) != stored.get(id):
            yield f"record {id} is {stored.get(id)}, the ledger says {built.records.get(id)}"
    if built.edges != {(e.source, e.type, e.target) for e in tx.knowledge.edges()}:
        yield "the edges are not those of the ledger"
    turned = {(e.detail or {}).get("by") for e in ledger if e.name == "control.adjusted"}
    active = (r for r in stored.values() if r.life is Life.ACTIVE and r.made_by not in turned)
    yield from (
        f"record {r.id} is served without a yes" for r in active if not _meant(tx, r, asked)
    )


def _meant(tx: Tx, record: Record, asked: dict[str, Proposal]) -> bool:
    """Whether a yes that still stands made it."""
    by = asked.get(record.made_by)
    if by is None or by.status is not Status.EXECUTED:
        return False
    return not any(mark.name == "undone" for mark in tx.queue.marks(by.id))


def _of_decisions(tx: Tx, ledger: list[Entry], asked: dict[str, Proposal]) -> Iterator[str]:
    """Every decision has one turn, one end in the ledger and the images of what it changed."""
    ends = Counter(e.subject for e in ledger if e.name in ENDS)
    told = {e.subject: e.name for e in ledger if e.name in ENDS}
    undone = Counter(e.subject for e in ledger if e.name == "promotion.undone")
    applied = Counter(_proposal_of(e) for e in ledger if _is_applied(e))
    for id, p in asked.items():
        turns = sum(m.verdict in SETTLING for m in tx.queue.messages(id))
        decided = int(not p.open)
        marks = sum(m.name == "undone" for m in tx.queue.marks(id))
        counts = (turns, ends[id], len(tx.ledger.images(id)), marks)
        if counts != (decided, decided, applied[id], undone[id]):
            yield f"proposal {id} ({p.status}) is half decided: {counts}, {applied[id]} changes"
        if decided and told.get(id) != _end_of(p):
            yield f"proposal {id} is {p.status}, the ledger says {told.get(id)}"
    yield from (f"entry of no proposal: {id}" for id in ends.keys() - asked.keys())


def _of_queue(asked: dict[str, Proposal]) -> Iterator[str]:
    every = Counter(p.fingerprint for p in asked.values() if p.open)
    yield from (f"{n} open questions are one: {of}" for of, n in every.items() if n > 1)


def _end_of(p: Proposal) -> str:
    return "promotion." + ("failed" if p.status is Status.FAILED else PUBLIC[p.status])


def _is_applied(entry: Entry) -> bool:
    """Whether the entry tells of a change made, not of one taken back."""
    return entry.name.endswith(".updated") and (entry.detail or {}).get("how") in APPLIED


def _proposal_of(entry: Entry) -> Any:
    return (entry.detail or {}).get("proposal")
