"""The operation that looks how approved changes turned out, and asks again about those that did
harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.actor import system
from passdown.domain.errors import Invalid
from passdown.domain.scope import ALL
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Finding, Loop, Outcome
    from passdown.domain.record import Record
    from passdown.stages.measure.outcomes import Due
    from passdown.storage.port import Tx

BY = system("measure").name
MOST = 2000
"""Looked at in one call: the next one goes on."""


@operation(
    "outcomes",
    Effect.WRITE,
    cli=Shell(rows="outcomes", columns=("proposal", "days", "score", "n", "sentence", "asked")),
    example="passdown outcomes",
    long=True,
)
def outcomes(ctx: Ctx) -> dict[str, Any]:
    """Look how approved changes turned out, a day, a week and a month after the yes.

    Where more spoke against one than for it, it is asked whether it should go; a grant of its loop
    may answer that.
    """
    from passdown.stages.measure.outcomes import AGES, due, keep

    with ctx.store.read(ALL) as tx:
        waiting = [one for age in AGES for one in _first(due(tx, age))]
    past = _past(ctx) if waiting else None
    rows = []
    for one in waiting:
        outcome = _looked(ctx, one, past)
        # Asked before it is noted as looked at: who dies in between asks the same question again.
        asked = _asked_again(ctx, one, outcome, past) if outcome and past else ""
        with ctx.store.write(ALL) as tx:
            keep(tx, one, outcome, BY)
        if outcome is not None:
            rows.append(_row(one, outcome, asked))
    return {"looked_at": len(waiting), "outcomes": rows}


def _past(ctx: Ctx) -> Corpus:
    from passdown.stages.mine.corpus import snapshot

    return snapshot(ctx.store, ALL, ctx.settings)


def _first(found: Any) -> list[Due]:
    from itertools import islice

    return list(islice(found, MOST))


def _looked(ctx: Ctx, one: Due, past: Any) -> Outcome | None:
    """What the loop says, else what the replay and its users do; nothing where the question is
    none any more."""
    from passdown.ops.weigh import filed
    from passdown.stages.measure.outcomes import by_replay
    from passdown.stages.propose.validate import loop_of, payload_of

    p = one.proposal
    try:
        loop = loop_of(ctx.loops, p.loop)
        payload = payload_of(loop, p.payload)
    except Invalid:
        return None
    if loop.outcome is not None:
        return loop.outcome(p, past, ctx.settings, p.decided_at)
    with ctx.store.read(ALL) as tx:
        said = _said(tx, one)
    return by_replay(filed(p), loop.replay(payload, past, ctx.settings), said)


def _said(tx: Tx, one: Due) -> dict[str, int]:
    """What people and agents said of the records that it made, since."""
    from passdown.stages.serve.served import opinions

    total: dict[str, int] = {}
    for record in _made(tx, one):
        for verdict, n in opinions(tx, record.id).items():
            total[verdict] = total.get(verdict, 0) + n
    return total


def _made(tx: Tx, one: Due) -> list[Record]:
    keys = dict.fromkeys((image.kind, image.key) for image in tx.ledger.images(one.proposal.id))
    found = (tx.knowledge.get(kind, key) for kind, key in keys)
    return [r for r in found if r is not None and r.made_by == one.proposal.id]


def _asked_again(ctx: Ctx, one: Due, outcome: Outcome, past: Corpus) -> str:
    """The question whether what it did should be taken back, where it did harm and its loop can
    ask."""
    from passdown.stages.measure.outcomes import regressed

    loop = ctx.loops[one.proposal.loop]
    if not regressed(outcome):
        return ""
    if loop.revert is not None:
        back = loop.revert(one.proposal, outcome.sentence, past, ctx.settings)
        return _file(ctx, loop, back)[:12] if back else ""
    if loop.doubt is None:
        return ""
    with ctx.store.read(ALL) as tx:
        made = [r for r in _made(tx, one) if r.life.value in ("active", "contested")]
    asked = [_file(ctx, loop, loop.doubt(r, outcome.sentence, one.proposal.evidence)) for r in made]
    return ", ".join(id[:12] for id in asked if id)


def _file(ctx: Ctx, loop: Loop[Any], finding: Finding[Any]) -> str:
    from passdown.ops.standing import settle
    from passdown.ops.tiers import Bench
    from passdown.stages.gate.auto import in_force
    from passdown.stages.mine.corpus import live
    from passdown.stages.propose.file import file

    with ctx.store.read(ALL) as tx:
        replay = loop.replay(finding.payload, live(tx), ctx.settings)
    by = system(loop.name).name
    with ctx.store.write(ALL) as tx:
        kept = file(tx, loop, finding, replay, by=by, settings=ctx.settings)
        settle(ctx, tx, kept.proposal)
        alone = in_force(tx, loop.name, ctx.settings) is not None
    if alone:
        Bench(ctx, loop).classify(kept.proposal)
    return kept.proposal.id if kept.proposal else ""


def _row(one: Due, outcome: Outcome, asked: str) -> dict[str, Any]:
    facts = {"proposal": one.proposal.id, "title": one.proposal.title, "days": one.age}
    told = {"score": round(outcome.score, 3), "n": outcome.n, "sentence": outcome.sentence}
    return {**facts, **told, "asked": asked}
