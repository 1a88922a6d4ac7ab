"""A proposal in its loop's terms: payload, card, replay, and the changes a yes implies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from passdown.contract.loop import Replay
from passdown.domain.errors import NotFound
from passdown.stages.gate.decide import edited
from passdown.stages.propose.validate import action_of, loop_of, payload_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.card import Card
    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Loop
    from passdown.domain.change import Change
    from passdown.domain.proposal import Proposal
    from passdown.domain.settings import Settings
    from passdown.ops.operation import Ctx
    from passdown.stages.mine.since import Tail
    from passdown.storage.port import Tx

REWRITES = (
    "session.forgotten",
    "observations.expired",
    "quarantine.released",
    "rescan.finished",
)
"""Entries that tell of a past that is no longer what a replay saw of it."""

TAIL = "tail"
"""Where a process keeps what was observed since the oldest question that it decided."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A proposal with its loop and the world as it is now."""

    loop: Loop[Any]
    payload: Any
    corpus: Corpus
    settings: Settings
    proposal: Proposal

    @property
    def card(self) -> Card:
        """What the reviewer reads, with the replay as it was filed."""
        seen = self.corpus.get(self.proposal.evidence)
        return self.loop.card(self.payload, seen, filed(self.proposal))

    @property
    def shown(self) -> Card:
        """The card, and what a yes would give as things stand."""
        if self.loop.preview is None:
            return self.card
        now = self.loop.preview(self.payload, self.settings)
        return replace(self.card, blocks=(*self.card.blocks, *now))

    def changes(self) -> Sequence[Change]:
        """What a yes implies, recomputed now."""
        return self.loop.changes(self.payload, self.corpus, self.settings)

    def replay(self) -> Replay:
        """What would have happened, recomputed now."""
        return self.loop.replay(self.payload, self.corpus, self.settings)


def weigh(ctx: Ctx, tx: Tx, proposal: Proposal) -> Weighed:
    """The proposal in its loop's terms; Invalid when its payload is not one of the loop's."""
    from passdown.stages.mine.corpus import live

    loop = loop_of(ctx.loops, proposal.loop)
    payload = payload_of(loop, proposal.payload)
    action = action_of(loop, payload)
    if action != proposal.action:  # it was worded as others word it
        proposal = replace(proposal, action=action, payload=msgspec.to_builtins(payload))
    return Weighed(loop, payload, live(tx), ctx.settings, proposal)


def filed(proposal: Proposal) -> Replay:
    """The replay as it was when the question was asked."""
    if not proposal.replay:
        return Replay("Not replayed.")
    return msgspec.convert(proposal.replay, Replay)


def replay_now(ctx: Ctx, id: str, edit: dict[str, Any] | None = None) -> dict[str, Any]:
    """The replay as it is now, in a snapshot of its own, before a decision is written. Where
    nothing was observed since the question was asked, it is the one that was filed; of an edit it
    is always that edit's."""
    with ctx.store.read(ctx.sight) as tx:
        found = tx.queue.get(id)
        if found is None:
            raise NotFound(f"no proposal {id}", next="`passdown pending` lists ids; six digits do.")
        if not found.open:
            return {}
        if edit is not None:
            asked: dict[str, Any] = _plain(weigh(ctx, tx, edited(found, edit)).replay())
            return asked
        if not _is_older(tx, found):
            return found.replay
        w = weigh(ctx, tx, found)
        plain: dict[str, Any] = msgspec.to_builtins(_grown(ctx, w, tx) or w.replay())
        return plain


def _plain(replay: Replay) -> dict[str, Any]:
    """As the store gives it back."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(replay))
    return found


def _grown(ctx: Ctx, w: Weighed, tx: Tx) -> Replay | None:
    """The filed replay with what was observed since, where its loop can tell from that alone."""
    from passdown.stages.mine.since import since

    p = w.proposal
    as_of = int(p.replay.get("as_of", 0))
    if w.loop.grown is None or not as_of or _was_rewritten(tx, _asked(tx, p)):
        return None
    found = since(tx, as_of, p.evidence, _tail(ctx, tx, as_of))
    return w.loop.grown(w.payload, filed(p), found.before, found.now, w.settings)


def _tail(ctx: Ctx, tx: Tx, as_of: int) -> Tail:
    """What was observed since, kept for the questions that are decided next."""
    from passdown.stages.mine.since import MOST_KEPT, Tail

    kept: dict[str, Any] = ctx.facts["kept"]
    known: Tail | None = kept.get(TAIL)
    if known is None or not known.serves(tx, as_of) or _was_rewritten(tx, known.head):
        known = Tail(tx, as_of)
        kept[TAIL] = known if known.size <= MOST_KEPT else None
    return known


def _asked(tx: Tx, p: Proposal) -> int:
    """The ledger's entry that tells that this was asked; 0 where none does."""
    asked = tx.ledger.entries(subject=p.id, limit=1)
    return asked[0].seq if asked else 0


def _was_rewritten(tx: Tx, after: int) -> bool:
    """Whether something observed earlier went, or came back, after this entry of the ledger."""
    return any(tx.ledger.entries(name=name, after=after, limit=1) for name in REWRITES)


def _is_older(tx: Tx, proposal: Proposal) -> bool:
    """Whether something was observed that the filed replay has not seen."""
    as_of = int(proposal.replay.get("as_of", 0))
    return not as_of or bool(tx.observations.scan(after=as_of, limit=1))
