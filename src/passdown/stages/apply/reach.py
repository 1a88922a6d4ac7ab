"""What rests on observations that are to be forgotten: proposals, and the records they made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from passdown.domain.proposal import FORGOTTEN, Status
from passdown.stages.apply.execute import BRING, CONFIRM, EDGE, PUT
from passdown.stages.apply.undo import UNDONE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

MADE = (PUT, BRING)
"""The changes that put something into a record."""
Key: TypeAlias = tuple[str, str]
"""A record's kind and key."""


class Reach(NamedTuple):
    """`lost` proposals rest on nothing else, `kept` ones do; `gone` records were made by lost
    ones alone, `less` ones cite something that goes."""

    lost: tuple[Proposal, ...]
    kept: tuple[Proposal, ...]
    gone: tuple[Key, ...]
    less: tuple[Key, ...]


def reach(tx: Tx, seqs: Collection[int]) -> Reach:
    """What forgetting these observations reaches."""
    seqs = frozenset(seqs)
    found = (tx.queue.get(id) for id in tx.erasure.resting_on(seqs))
    resting = [proposal for proposal in found if proposal is not None]
    lost = [p for p in resting if not _rests_elsewhere(tx, p, seqs)]
    ids = {p.id for p in lost}
    touched = records_of(tx, lost)
    made = {key for p in lost for key in touched if _made(tx, p, key)}
    gone = {key for key in made if not _has_another_maker(tx, key, ids)}
    kept = [p for p in resting if p.id not in ids]
    less = (touched | records_of(tx, kept)) - gone
    return Reach(tuple(lost), tuple(kept), tuple(sorted(gone)), tuple(sorted(less)))


def _rests_elsewhere(tx: Tx, proposal: Proposal, seqs: frozenset[int]) -> bool:
    return any(one.minable for one in tx.observations.get(set(proposal.evidence) - seqs))


def records_of(tx: Tx, proposals: Iterable[Proposal]) -> set[Key]:
    """The records that these proposals changed."""
    images = (image for p in proposals for image in tx.ledger.images(p.id))
    return {(image.kind, image.key) for image in images if image.kind != EDGE}


def _has_another_maker(tx: Tx, key: Key, lost: Collection[str]) -> bool:
    """Whether a yes that still stands, on evidence that stays, put something into the record."""
    makers = (tx.queue.get(id) for id in tx.ledger.touched_after(*key, -1) if id not in lost)
    return any(p is not None and _stands(tx, p) and _made(tx, p, key) for p in makers)


def _stands(tx: Tx, proposal: Proposal) -> bool:
    undone = any(mark.name == UNDONE for mark in tx.queue.marks(proposal.id))
    executed = proposal.status is Status.EXECUTED
    return executed and not undone and FORGOTTEN not in proposal.flags


def _made(tx: Tx, proposal: Proposal, key: Key) -> bool:
    """Whether it put something into the record, or wanted it as somebody's yes had brought it."""
    theirs = [i for i in tx.ledger.images(proposal.id) if (i.kind, i.key) == key]
    return any(i.change in MADE or (i.change == CONFIRM and _was_brought(tx, key)) for i in theirs)


def _was_brought(tx: Tx, key: Key) -> bool:
    every = (i for p in tx.ledger.touched_after(*key, -1) for i in tx.ledger.images(p))
    return any((i.kind, i.key) == key and i.change == BRING for i in every)
