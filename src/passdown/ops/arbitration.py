"""One arbitration: the question is quoted to the arbiter, and what it says is acted on, or told.

Nothing is written before the answer is there; what it leads to is written in one transaction, and
only where the question is still as it was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import (
    Conflict,
    Invalid,
    Limit,
    NotFound,
    NotPending,
    Unavailable,
    Unreadable,
)
from passdown.domain.proposal import Status
from passdown.ops.alone import Leave
from passdown.stages.gate import arbiter
from passdown.stages.gate.advice import Advice
from passdown.stages.gate.chain import Chain, Next, Ruling, next_step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.loop import Loop
    from passdown.domain.proposal import Proposal
    from passdown.engines.port import Answer
    from passdown.ops.tiers import Bench
    from passdown.stages.gate.arbiter import Bundle, Verdict
    from passdown.stages.gate.auto import Grant
    from passdown.storage.port import Tx

ADJUST = Ruling.ADJUST_CONTROL.value
BUDGET, SPAWNED = "budget", "spawned"
ASKED, NO_ANSWER = "asked", "NO_ANSWER"
ASKING = (Chain.ARBITER, Chain.BOTH)
WOULD = {Ruling.APPROVE: "approve", Ruling.MODIFY: "approve", Ruling.REJECT: "reject"}
"""What a person's answer to a question drawn for an audit is compared with."""


@dataclass(slots=True)
class Heard:
    """What the arbiter said at last, what stopped it, and what its answers cost (None: unknown)."""

    verdict: Verdict | None = None
    micro_usd: int | None = 0
    model: str = ""
    calls: int = 0
    stopped: Limit | Unavailable | None = None

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        self.model, self.calls = answer.model, self.calls + 1
        if self.micro_usd is None or answer.micro_usd is None:
            self.micro_usd = None
        else:
            self.micro_usd += answer.micro_usd

    @property
    def advice(self) -> Advice:
        """The turn that is kept."""
        spent = {"micro_usd": self.micro_usd, "model": self.model, "calls": self.calls}
        if self.verdict is not None:
            return self.verdict.advice(spent)
        why = self.stopped.what if self.stopped else "there is no arbiter any more"
        told = {"code": self.stopped.code if self.stopped else "", **spent}
        return Advice(arbiter.TIER, NO_ANSWER, None, f"it gave no answer: {why}", told)


def arbitrated(bench: Bench, asked: Proposal) -> None:
    """Ask about one question that waits for the arbiter, and do what follows. Where the engine is
    away and nobody else could decide, it waits."""
    try:
        heard = _heard(bench, asked) if bench.chain in ASKING else Heard()
    except (Conflict, Invalid, NotFound, NotPending):
        return  # it was decided meanwhile, or its payload is none any more
    if isinstance(heard.stopped, Unavailable):
        bench.away = heard.stopped
        if bench.chain is Chain.ARBITER and _is_granted(bench, asked):
            return
    _act(bench, asked, heard)


def _heard(bench: Bench, asked: Proposal) -> Heard:
    """Ask, and once more where the answer cannot be used."""
    bundle, boundary = bundle_of(bench, asked)
    heard, fault = Heard(stopped=bench.away), ""
    if bench.away:
        return heard
    for _ in range(arbiter.ATTEMPTS):
        try:
            heard.verdict = _one(bench, arbiter.prompt(bundle, boundary, fault), heard)
            fits(bench, bundle.question, heard.verdict)
            return heard
        except (Limit, Unavailable) as error:
            heard.verdict, heard.stopped = None, error
            return heard
        except (Unreadable, Invalid, Conflict) as error:
            fault = f"{error.code}: {error.what}"
    heard.verdict = arbiter.unusable(fault)
    return heard


def _one(bench: Bench, text: str, heard: Heard) -> Verdict:
    """One answer, paid for before it is asked for."""
    if bench.tally[ASKED] >= bench.ctx.settings.whole("gate.arbiter_calls"):
        raise Limit("all calls of this cycle are made", where="gate.arbiter_calls")
    bench.tally[ASKED] += 1
    writer = bench.ctx.writer().within(cycle=bench.cycle)
    answer = writer.write(text, schema=arbiter.SCHEMA, max_tokens=arbiter.TOKENS)
    heard.add(answer)
    bench.tally["micro_usd"] += answer.micro_usd or 0
    return arbiter.read(answer.value)


def bundle_of(bench: Bench, asked: Proposal) -> tuple[Bundle, str]:
    """All that is quoted, from one snapshot, and a boundary that only this store can make."""
    import msgspec

    from passdown.stages.gate.decide import open_proposal
    from passdown.stages.gate.trust import keyed
    from passdown.stages.measure.precedents import precedents

    with bench.ctx.store.read(bench.ctx.sight) as tx:
        p = open_proposal(tx, asked.id)
        bundle = arbiter.Bundle(
            p,
            [o for o in tx.observations.get(p.evidence) if o.minable],
            _classifiers(tx, p),
            [one._asdict() for one in precedents(tx, p, limit=arbiter.PRECEDENTS)],
            msgspec.json.schema(bench.loop.payload),
            _controls(bench),
            _context(bench, tx, p),
            _guide(bench.loop),
        )
        return bundle, keyed(tx, f"boundary:{p.id}:{p.version}")[:24]


def _context(bench: Bench, tx: Tx, p: Proposal) -> Mapping[str, Any] | None:
    """What else the loop tells of the question; None where it tells nothing."""
    from passdown.stages.mine.corpus import live
    from passdown.stages.propose.validate import payload_of

    told = bench.loop.context
    if told is None:
        return None
    return told(payload_of(bench.loop, p.payload), live(tx), bench.ctx.settings)


def _guide(loop: Loop[Any]) -> str:
    """What the tiers should know of this loop's questions."""
    if loop.guide is None:
        return ""
    return loop.guide.read_text(encoding="utf-8").strip() + "\n\n"


def _classifiers(tx: Tx, p: Proposal) -> dict[str, Any]:
    """What the first tier was given and what it said, as it was kept."""
    said = [m for m in tx.queue.messages(p.id) if m.tier == "classifier"]
    given = {"confidence": p.confidence, "replay": p.replay}
    last = {"said": said[-1].text, **said[-1].detail} if said else {}
    return {"given": given, **last}


def fits(bench: Bench, p: Proposal, verdict: Verdict) -> None:
    """Invalid or Conflict when its payload could not be applied, or reaches further than asked."""
    if verdict.payload is None:
        return
    from passdown.ops.weigh import weigh
    from passdown.stages.gate.decide import edited
    from passdown.stages.mine.corpus import live
    from passdown.stages.propose.validate import action_of, payload_of
    from passdown.text.hazard import hazards
    from passdown.text.leaves import texts

    if any(hazards(text) for text in texts(verdict.payload)):
        raise Invalid("the payload instructs agents, or hides something")
    tuning = _tuning(bench)
    if verdict.ruling is Ruling.MODIFY:
        _narrow(bench.loop, p, verdict.payload)
        with bench.ctx.store.read(bench.ctx.sight) as tx:
            weigh(bench.ctx, tx, edited(p, verdict.payload)).changes()
    elif tuning is not None:
        typed = payload_of(tuning, verdict.payload)
        action_of(tuning, typed)
        with bench.ctx.store.read(bench.ctx.sight) as tx:
            tuning.changes(typed, live(tx), bench.ctx.settings)


def _narrow(loop: Loop[Any], p: Proposal, payload: Mapping[str, Any]) -> None:
    """Invalid where it holds elsewhere than the question, binds more or is about another record;
    what it leaves out is what its type puts there."""
    from passdown.stages.propose.validate import action_of, payload_of

    asked, meant = payload_of(loop, p.payload), payload_of(loop, payload)
    if getattr(meant, "scope", p.scope) != getattr(asked, "scope", p.scope):
        raise Invalid("the payload holds elsewhere than the question")
    if action_of(loop, meant) in loop.policy:
        raise Invalid("the payload binds everybody")
    if getattr(meant, "target", "") != getattr(asked, "target", ""):
        raise Invalid("the payload is about another record")


def _act(bench: Bench, asked: Proposal, heard: Heard) -> None:
    """Do what follows from it, where the question is still as it was asked."""
    try:
        _write(bench, asked, heard, may_decide=True)
    except (NotFound, NotPending):
        return  # another one was faster
    except (Conflict, Invalid, Limit):
        # What was granted cannot be carried out: a person sees it, with what was said.
        _write(bench, asked, heard, may_decide=False)


def _write(bench: Bench, asked: Proposal, heard: Heard, *, may_decide: bool) -> None:
    from passdown.ops.weigh import replay_now

    fresh = replay_now(bench.ctx, asked.id) if may_decide else {}
    with bench.ctx.store.write(bench.ctx.sight) as tx:
        p = tx.queue.get(asked.id)
        if p is None or (p.status, p.version) != (Status.ARBITER, asked.version):
            return  # another one was faster, or there is more evidence: then it is asked again
        may = _leave(bench, tx, p, heard, fresh) if may_decide else Leave(None, "it cannot be done")
        to = _concluded(bench, tx, p, heard, may)
    bench.tally[to.value] += 1


def _leave(
    bench: Bench, tx: Tx, p: Proposal, heard: Heard, fresh: Mapping[str, Any] | None = None
) -> Leave:
    from passdown.ops.alone import leave

    return leave(bench.ctx, tx, bench.loop, _meant(p, heard), fresh)


def _concluded(bench: Bench, tx: Tx, p: Proposal, heard: Heard, may: Leave) -> Next:
    """Write what the table says of this answer; what was done."""
    from passdown.ops.alone import execute
    from passdown.stages.gate.decide import open_proposal

    open_proposal(tx, p.id)
    to = _step(bench, may, heard.verdict)
    spawned = _spawned(bench, tx, p, heard) if to is Next.REJECT and _adjusts(heard) else ""
    if may.grant is None or (_adjusts(heard) and not spawned):
        to = Next.HUMAN
    if to is Next.EXECUTE and may.grant is not None:
        execute(bench.ctx, tx, _meant(p, heard), may.grant, heard.advice)
    elif to is Next.REJECT and may.grant is not None:
        _reject(bench, tx, p, may.grant, heard, spawned)
    else:
        _pass_on(tx, p, heard, may)
    return to


def _step(bench: Bench, may: Leave, verdict: Verdict | None) -> Next:
    least = bench.ctx.settings.number(f"{bench.loop.name}.arbiter_confidence")
    ruling = verdict.ruling if verdict else None
    sure = verdict is not None and verdict.confidence >= least
    return next_step(
        bench.chain, may=may.given, confident=False, ruling=ruling, sure=sure, budget=False
    )


def _pass_on(tx: Tx, p: Proposal, heard: Heard, may: Leave) -> None:
    """To a person, with what the arbiter would do; its wording can be taken."""
    from passdown.stages.gate.decide import passed_on
    from passdown.stages.gate.trust import AUDIT

    said, verdict = heard.advice, heard.verdict
    ruling = verdict.ruling if verdict else Ruling.UNUSABLE
    if verdict and verdict.payload:
        name = arbiter.PAYLOADS[ruling is not Ruling.MODIFY]
        said = said._replace(detail={**said.detail, name: dict(verdict.payload)})
    drawn = may.is_sampled and ruling in WOULD
    passed_on(tx, p, Status.HUMAN, said, flags=(f"{AUDIT}{WOULD[ruling]}",) if drawn else ())


def _reject(bench: Bench, tx: Tx, p: Proposal, grant: Grant, heard: Heard, spawned: str) -> None:
    from passdown.ops.standing import settle
    from passdown.stages.gate.decide import turned_down

    code = SPAWNED if spawned else "" if heard.verdict else BUDGET
    flags = (f"{SPAWNED}:{spawned}",) if spawned else ()
    closed = turned_down(tx, p, grant, heard.advice, code=code, flags=flags)
    settle(bench.ctx, tx, closed)


def _spawned(bench: Bench, tx: Tx, p: Proposal, heard: Heard) -> str:
    """The id of the question whether to change a setting, filed as any other; '' where it cannot
    be filed. Invalid or Conflict where no yes could make that change, as for a safety knob."""
    from passdown.contract.loop import Finding
    from passdown.domain.actor import system
    from passdown.domain.entry import body_hash
    from passdown.stages.mine.corpus import live
    from passdown.stages.propose.file import file
    from passdown.stages.propose.validate import payload_of

    loop, verdict = _tuning(bench), heard.verdict
    if loop is None or verdict is None or verdict.payload is None:
        return ""
    payload = payload_of(loop, verdict.payload)
    title, key = f"the arbiter: {verdict.defense}"[:200], body_hash(verdict.payload)
    finding = Finding(payload, p.evidence, key, title, verdict.confidence)
    by, settings = system(arbiter.TIER).name, bench.ctx.settings
    loop.changes(payload, live(tx), settings)
    replay = loop.replay(payload, live(tx), settings)
    filed = file(tx, loop, finding, replay, by=by, settings=settings)
    return filed.proposal.id if filed.proposal and filed.proposal.open else ""


def _meant(p: Proposal, heard: Heard) -> Proposal:
    """The question as the arbiter would have it."""
    from passdown.stages.gate.decide import edited

    verdict = heard.verdict
    if verdict is None or verdict.ruling is not Ruling.MODIFY or verdict.payload is None:
        return p
    return edited(p, verdict.payload)


def _adjusts(heard: Heard) -> bool:
    return heard.verdict is not None and heard.verdict.ruling is Ruling.ADJUST_CONTROL


def _is_granted(bench: Bench, asked: Proposal) -> bool:
    with bench.ctx.store.read(bench.ctx.sight) as tx:
        return _leave(bench, tx, asked, Heard()).given


def _tuning(bench: Bench) -> Loop[Any] | None:
    """The loop that changes settings, where one is installed."""
    return next((one for one in bench.ctx.loops.values() if ADJUST in one.actions), None)


def _controls(bench: Bench) -> Any:
    import msgspec

    loop = _tuning(bench)
    return msgspec.json.schema(loop.payload) if loop else {}
