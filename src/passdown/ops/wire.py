"""A proposal as it is sent: on every surface, and in the files that others read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import PassdownError
from passdown.domain.proposal import PUBLIC

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.ops.operation import Ctx


def wire(ctx: Ctx, p: Proposal) -> dict[str, Any]:
    """The proposal: `status` is one of the four public ones, `state` the exact one; and what its
    loop calls it on the wire."""
    from passdown.ops.params import plain

    known = {"proposal_id": p.id, "review_notes": p.reason}
    own = plain(p)
    return {**_named(ctx, p), **known, **own, "status": PUBLIC[p.status], "state": p.status.value}


def _named(ctx: Ctx, p: Proposal) -> dict[str, Any]:
    """Its loop's names; none where what was asked is not known any more."""
    from passdown.ops.params import plain
    from passdown.stages.propose.validate import payload_of

    loop = ctx.loops.get(p.loop)
    if loop is None or loop.wire is None:
        return {}
    with suppress(PassdownError):
        found: dict[str, Any] = plain(dict(loop.wire(payload_of(loop, p.payload))))
        return found
    return {}
