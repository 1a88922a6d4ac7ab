"""Takes back what one approval changed, newest first, and shows what depends on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Conflict, Invalid, NotFound
from passdown.domain.proposal import Mark, Proposal, Status
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.stages.apply.execute import BRING, CONFIRM, EDGE, edge_key, tell_edge

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from passdown.domain.actor import Actor
    from passdown.domain.change import Image
    from passdown.storage.port import Tx

UNDONE = "undone"
SHARED = (BRING, CONFIRM)


@dataclass(frozen=True, slots=True)
class Blast:
    """What an undo would reach: records it changes, later proposals built on them, and the
    sessions that were served them."""

    proposal: str
    records: tuple[str, ...]
    dependents: tuple[str, ...]
    sessions: tuple[str, ...]


def blast(tx: Tx, id: str) -> Blast:
    """What an undo of this proposal would reach, without doing it."""
    return _blast(tx, _undoable(tx, id))


def undo(tx: Tx, id: str, actor: Actor, *, closure: bool = False) -> list[str]:
    """Put back every before-image, in one transaction; the proposals undone, newest first.

    Conflict when something later depends on it, unless the closure is asked for.
    """
    first = _undoable(tx, id)
    reach = _blast(tx, first)
    if reach.dependents and not closure:
        raise Conflict(
            f"{len(reach.dependents)} later decisions depend on {first.id[:12]}",
            where=", ".join(d[:12] for d in reach.dependents[:10]),
            next="Undo those first, or ask for the whole closure.",
        )
    chain = [*(_undoable(tx, d) for d in reach.dependents), first]
    newest_first = sorted(chain, key=lambda p: applied(tx, p.id), reverse=True)
    for proposal in newest_first:
        _take_back(tx, proposal, actor)
    return [p.id for p in newest_first]


def _undoable(tx: Tx, id: str) -> Proposal:
    found = tx.queue.get(id)
    if found is None:
        raise NotFound(f"no proposal {id}", next="`passdown ledger history` lists decisions.")
    if found.status is not Status.EXECUTED:
        raise Invalid(
            f"proposal {found.id[:12]} is {found.status.value}; only an approval can be undone"
        )
    if is_undone(tx, found.id):
        raise Conflict(f"proposal {found.id[:12]} was undone before", where=found.title)
    return found


def _blast(tx: Tx, first: Proposal) -> Blast:
    """Walks from the proposal to whatever changed its records and edges later, and on from
    there."""
    seen, grown = set[str](), {first.id}
    # What stays because somebody wants it goes once they are reached too: so until no more are.
    while grown != seen:
        seen = set(grown)
        images = [i for p in sorted(seen) for i in tx.ledger.images(p) if not wanted(tx, i, seen)]
        grown |= {p for i in images for p in _built_on(tx, i) if not is_undone(tx, p)}
    records = {f"{image.kind}/{image.key}" for image in images if image.kind != EDGE}
    sessions = {s for p in seen for s in _served(tx, p)}
    dependents = tuple(sorted(seen - {first.id}))
    return Blast(first.id, tuple(sorted(records)), dependents, tuple(sorted(sessions)))


def wanted(tx: Tx, image: Image, without: Collection[str] = ()) -> bool:
    """Whether the record stays when this is taken back: one that is shared, while another yes that
    stands brought or wanted it too, or where no yes ever brought it."""
    if image.kind == EDGE or image.change not in SHARED:
        return False
    others = [one for one in _touching(tx, image) if one.change in SHARED]
    brought = any(one.change == BRING for one in (image, *others))
    left = {one.proposal for one in others}.difference(without)
    return not brought or any(not is_undone(tx, proposal) for proposal in sorted(left))


def _touching(tx: Tx, image: Image) -> Iterator[Image]:
    """What others did to the same record."""
    for proposal in tx.ledger.touched_after(image.kind, image.key, -1):
        for one in tx.ledger.images(proposal) if proposal != image.proposal else ():
            if (one.kind, one.key) == (image.kind, image.key):
                yield one


def _built_on(tx: Tx, image: Image) -> list[str]:
    """What changed the same record or edge later; and, where undo would take a record away, what
    linked it since."""
    later = tx.ledger.touched_after(image.kind, image.key, image.after)
    if image.before is not None and image.change != CONFIRM:
        return later
    made = applied(tx, image.proposal)
    edges = tx.knowledge.edges(record_id(image.kind, image.key))
    return later + [p for e in edges for p in tx.ledger.touched_after(EDGE, edge_key(e), made)]


def _served(tx: Tx, proposal: str) -> set[str]:
    found = set[str]()
    for image in tx.ledger.images(proposal):
        record = tx.knowledge.get(image.kind, image.key) if image.kind != EDGE else None
        if record is not None:
            found |= {a.session for a in tx.ledger.activities(name="served", item=record.id)}
    return found - {""}


def is_undone(tx: Tx, id: str) -> bool:
    """Whether an approval was taken back."""
    return any(mark.name == UNDONE for mark in tx.queue.marks(id))


def applied(tx: Tx, proposal: str) -> int:
    """When it was applied, by its place in the ledger: clocks can stand still or go back."""
    found = tx.ledger.entries(subject=proposal, name="promotion.approved", limit=1)
    return found[0].seq if found else 0


def _take_back(tx: Tx, proposal: Proposal, actor: Actor) -> None:
    for image in reversed(tx.ledger.images(proposal.id)):
        if image.kind == EDGE:
            restore_edge(tx, image, actor)
        else:
            restore(tx, image, actor, proposal.id)
    tx.queue.mark(Mark(proposal.id, UNDONE, tx.now, actor.name))
    tx.registry.see(actor)
    detail = {"loop": proposal.loop, "title": proposal.title}
    tx.ledger.append("promotion.undone", actor.name, proposal.id, detail)


def restore(tx: Tx, image: Image, actor: Actor, proposal: str) -> None:
    """Put a record back as it was before this change; it stays while another yes wants it."""
    if wanted(tx, image):
        return
    current = tx.knowledge.get(image.kind, image.key)
    if current is None:
        raise Conflict(f"{image.kind} {image.key} is gone", where=proposal)
    if image.before is None or image.change == CONFIRM:
        tx.knowledge.remove(image.kind, image.key, current.version)
        detail: dict[str, Any] = {"how": "remove", "proposal": proposal, "record": asdict(current)}
        tx.ledger.append(f"{image.kind}.updated", actor.name, current.id, detail)
        return
    before = _record(image.before)
    kept = tx.knowledge.put(replace(before, version=current.version))
    detail = {"how": "restore", "proposal": proposal, "record": asdict(kept)}
    tx.ledger.append(f"{kept.kind}.updated", actor.name, kept.id, detail)


def restore_edge(tx: Tx, image: Image, actor: Actor) -> None:
    """Put a relation back as it was before this change."""
    edge = Edge(**(image.before or {}))
    how, change = "restore", tx.knowledge.link
    if image.change == "link":
        how, change = "remove", tx.knowledge.unlink
    if change(edge):
        tell_edge(tx, image.proposal, how, edge, actor.name)


def _record(plain: dict[str, Any]) -> Record:
    return Record(**{**plain, "life": Life(plain["life"])})
