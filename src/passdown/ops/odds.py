"""What a stated confidence was worth: of the questions like it that people answered, how many were
kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import NotFound
from passdown.domain.proposal import FORGOTTEN, Status
from passdown.ops.kinds import Id
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx

MOST, LEAST = 50, 10
"""So many of those next below it are looked at, and so few say nothing."""
ANSWERED = (Status.EXECUTED, Status.REJECTED)
SYSTEM = "system:"


@operation(
    "odds", Effect.READ, cli=Shell(facts=("said", "kept", "of")), example="passdown odds 0193ab"
)
def odds(ctx: Ctx, id: Id) -> dict[str, Any]:
    """Of the answered questions of the same kind that were about as sure, how many were kept."""
    with ctx.store.read(ctx.sight) as tx:
        asked = tx.queue.get(id)
        if asked is None:
            raise NotFound(f"no proposal {id}", next="`passdown pending` lists ids; six digits do.")
        near = _near(tx, asked)
        kept = sum(_is_kept(tx, p) for p in near)
    return {"id": asked.id, "kept": kept, "of": len(near), "said": _said(kept, len(near))}


def _near(tx: Tx, asked: Proposal) -> list[Proposal]:
    """Those that people answered, of this loop and action, as sure as this one or next below."""
    of = (asked.loop, asked.action)
    pages = [tx.alike.decided(*of, s, asked.confidence, limit=MOST) for s in ANSWERED]
    every = sorted((p for page in pages for p in page), key=lambda p: (-p.confidence, p.id))[:MOST]
    return [p for p in every if _by_person(p)]


def _by_person(p: Proposal) -> bool:
    return not p.decided_by.startswith(SYSTEM) and FORGOTTEN not in p.flags


def _is_kept(tx: Tx, p: Proposal) -> bool:
    undone = any(mark.name == "undone" for mark in tx.queue.marks(p.id))
    return p.status is Status.EXECUTED and not undone


def _said(kept: int, n: int) -> str:
    if n < LEAST:
        return f"too few like this were decided to say how many are kept ({n} of {LEAST})"
    return f"{kept} of {n} like this, about as sure, were kept"
