"""Views of a store, drawn once and then told what changed since, as the ledger tells it."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from passdown.contract.query import Changed
from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.contract.query import View
    from passdown.domain.clock import At
    from passdown.domain.entry import Entry
    from passdown.ops.operation import Ctx
    from passdown.storage.port import Store, Tx

V = TypeVar("V", bound="View")
T = TypeVar("T")

MOST = 12
"""Views that are kept of one store: each holds what it saw of everything."""
LONG = 10_000
"""More entries than these are not followed: it takes less to draw anew."""
UPDATED, EDGE, ASKED = ".updated", "edge.updated", "promotion."
QUIET = ("person.", "token.", "job.", "trust.", "control.adjusted", "cycle.finished", "quarantine.")
"""How entries begin that tell of nothing that a view rests on. Whatever is none of these, as what
was forgotten, may have changed anything."""


class Place(NamedTuple):
    """How far something is told: the last entry, when that was looked at, and how far a rescan is,
    which writes before it tells."""

    seq: int
    hash: str
    at: At
    rescan: str


@dataclass(slots=True)
class _Kept:
    """A view and where it stands; one at a time uses it."""

    lock: Lock = field(default_factory=Lock)
    view: Any = None
    place: Place | None = None


_views: WeakKeyDictionary[Store, OrderedDict[tuple[object, ...], _Kept]] = WeakKeyDictionary()
_lock = Lock()


@contextmanager
def viewed(ctx: Ctx, loop: str, draw: Callable[[Corpus], V]) -> Iterator[tuple[V, Corpus]]:
    """A loop's view as of now, and the corpus that it is a view of, as long as this lasts. Of
    questions it is told of the loop's own."""
    from passdown.stages.mine.corpus import live

    def asks(entry: Entry) -> bool:
        told: str = (entry.detail or {}).get("loop", loop)
        return told == loop

    with kept(ctx, draw, lambda tx: draw(live(tx)), _follow, asks) as (view, tx):
        yield view, live(tx)


def _follow(view: View, changed: Changed, tx: Tx) -> None:
    view.follow(changed, tx.now)


@contextmanager
def kept(
    ctx: Ctx,
    name: object,
    draw: Callable[[Tx], T],
    follow: Callable[[T, Changed, Tx], None],
    asks: Callable[[Entry], bool] = lambda entry: False,
) -> Iterator[tuple[T, Tx]]:
    """What is drawn under this name of what the caller sees, as of now, and the transaction in
    which that is so, as long as this lasts. It is told of questions by the entries that `asks`
    takes."""
    one = _of(ctx, name)
    with one.lock, ctx.store.read(ctx.sight) as tx:
        view, before = one.view, one.place
        one.view = None  # what fails on its way is no view
        place = _place(tx)
        entries = _since(ctx, before, place) if view is not None and before else None
        changed = _changed(tx, entries, asks) if entries is not None else None
        if changed is None:
            view = None
            view = draw(tx)
        else:
            follow(view, changed, tx)
        one.view, one.place = view, place
        yield view, tx


def _of(ctx: Ctx, name: object) -> _Kept:
    with _lock:
        every = _views.setdefault(ctx.store, OrderedDict())
        found = every.setdefault((name, ctx.sight), _Kept())
        every.move_to_end((name, ctx.sight))
        while len(every) > MOST:
            every.popitem(last=False)
        return found


def _place(tx: Tx) -> Place:
    from passdown.stages.observe.rescan import FAR

    return Place(*tx.ledger.head(), tx.now, tx.registry.value(FAR) or "")


def _changed(tx: Tx, entries: Sequence[Entry], asks: Callable[[Entry], bool]) -> Changed | None:
    """What these tell; None where one of them does not say what it changed."""
    if not all(map(_is_told, entries)):
        return None
    asked = {e.subject for e in entries if e.name.startswith(ASKED) and asks(e)}
    sources = {e.subject for e in entries if e.name == EDGE}
    ids = {e.subject for e in entries if e.name.endswith(UPDATED) and e.name != EDGE}
    known = {record.id: record for record in tx.knowledge.by_ids(ids)}
    edges = {id: [e for e in tx.knowledge.edges(id) if e.source == id] for id in sources}
    found = (tx.queue.get(id) for id in sorted(asked))
    return Changed({id: known.get(id) for id in ids}, edges, [one for one in found if one])


def _since(ctx: Ctx, before: Place, now: Place) -> Sequence[Entry] | None:
    """The entries after that place; None where the ledger does not go on from there, or not all
    that was done is told in it."""
    if now.rescan != before.rescan or now.at < before.at:
        return None
    if (before.seq, before.hash) == (now.seq, now.hash):
        return ()
    # Who sees less is not told of what went out of their sight.
    with ctx.store.read(ALL) as every:
        found = every.ledger.entries(after=max(before.seq - 1, 0), limit=LONG)
    if before.seq:
        if not found or (found[0].seq, found[0].hash) != (before.seq, before.hash):
            return None
        found = found[1:]
    there = [entry for entry in found if entry.seq <= now.seq]
    return there if there and there[-1].seq == now.seq else None


def _is_told(entry: Entry) -> bool:
    """Whether the entry tells by its subject what it changed, or changed nothing here."""
    return entry.name.endswith(UPDATED) or entry.name.startswith((ASKED, *QUIET))
