"""The tiers at work: every new question is classified, then goes to whoever its chain says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from passdown.domain.clock import new_id
from passdown.domain.errors import Conflict, Invalid, Limit, NotFound, NotPending
from passdown.domain.proposal import Status, Verdict
from passdown.ops.kinds import Name
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.card import Card
    from passdown.contract.loop import Loop
    from passdown.domain.errors import Unavailable
    from passdown.domain.proposal import Message, Proposal
    from passdown.domain.settings import Settings
    from passdown.ops.alone import Leave
    from passdown.stages.gate.advice import Advice
    from passdown.stages.gate.chain import Chain, Next
    from passdown.storage.port import Tx
    from passdown.text.calibrate import Curve

MOST = 1000
"""Questions that one sweep takes up."""
NONE = "none"
"""The name of the engine that is not there."""
OFF, STALE, MODEL = "off", "stale", "model"


@operation(
    "arbitrate",
    Effect.WRITE,
    cli=Shell(rows="loops", columns=("loop", "tiers")),
    example="passdown arbitrate",
    long=True,
)
def arbitrate(ctx: Ctx, loop: Name = "") -> dict[str, Any]:
    """Pass every open question on to its next tier, as the chain of its loop says.

    Every mining cycle ends with it. Nothing is decided by a tier beyond what an admin granted.
    """
    from passdown.stages.gate.auto import paused
    from passdown.stages.propose.validate import loop_of

    names = [loop_of(ctx.loops, loop).name] if loop else sorted(ctx.loops)
    told = []
    for name in names:
        if ctx.settings.text(f"{name}.level") == OFF or paused(ctx.settings, name):
            continue
        bench = Bench(ctx, ctx.loops[name])
        bench.sweep()
        told.append({"loop": name, "tiers": dict(bench.tally)})
    return {"loops": told}


@dataclass(slots=True)
class Bench:
    """One cycle of the tiers of one loop: its settings, its curves and its budget are those of
    its beginning."""

    ctx: Ctx
    loop: Loop[Any]
    cycle: str = field(default_factory=new_id)
    tally: Counter[str] = field(default_factory=Counter)
    away: Unavailable | None = None
    """Why the engine could not be asked: it is asked no more in this cycle."""
    _curves: dict[str, Curve] = field(default_factory=dict)
    _ready: bool = False
    _learnt: bool = False

    @property
    def chain(self) -> Chain:
        """The tiers after the classifier; without an engine there is no arbiter."""
        from passdown.stages.gate.chain import without_arbiter

        found = chain_of(self.ctx.settings, self.loop.name)
        return found if self.ctx.writer().name != NONE else without_arbiter(found)

    def classify(self, asked: Proposal | None) -> bool:
        """Whether the question was answered with a yes that an admin granted the loop; else it is
        with its next tier. What a person has in hand stays there unless it is surer now."""
        if asked is None or asked.status not in (Status.PENDING, Status.HUMAN):
            return False
        if asked.status is Status.HUMAN and self._is_model:
            return False  # a model was asked once; what it said is there
        self._begin()
        self._learn()
        said = self._said(asked)
        try:
            to = self._written(asked, said)
        except (NotFound, NotPending):
            return False  # another one was faster
        except (Conflict, Invalid, Limit):
            # What was granted cannot be carried out: a person sees it.
            to = self._written(asked, said, may_decide=False)
        if to is not None:
            self.tally[to.value] += 1
        return to is not None and to.value == "execute"

    def sweep(self) -> None:
        """Close what the world has left behind; take up what no tier has seen, and what waits for
        the arbiter."""
        from passdown.ops.arbitration import arbitrated
        from passdown.ops.stale import let_go

        self._begin()
        if gone := let_go(self.ctx, self.loop):
            self.tally[STALE] += len(gone)
        for status in (Status.PENDING, Status.ARBITER):
            with self.ctx.store.read(self.ctx.sight) as tx:
                found = tx.queue.all((status,), loop=self.loop.name, limit=MOST)
            for p in found:
                if status is Status.PENDING:
                    self.classify(p)
                else:
                    arbitrated(self, p)

    def _begin(self) -> None:
        """Once a cycle: the store's secret is there, and what did not hold is trusted no more."""
        from passdown.ops.trusting import fall_back
        from passdown.stages.gate.trust import SALT, salted

        if self._ready:
            return
        with self.ctx.store.read(self.ctx.sight) as tx:
            known = tx.registry.value(SALT) is not None
        if not known:
            with self.ctx.store.write(self.ctx.sight) as tx:
                salted(tx)
        fall_back(self.ctx, self.loop.name)
        self._ready = True

    @property
    def _is_model(self) -> bool:
        return self.ctx.settings.text("gate.classifier") == MODEL

    def _said(self, asked: Proposal) -> Advice | None:
        """What the model says of it as it stands, where it is to classify."""
        from passdown.ops.picking import picked

        return picked(self, asked, self._advice(asked)) if self._is_model else None

    def _written(
        self, asked: Proposal, said: Advice | None, *, may_decide: bool = True
    ) -> Next | None:
        with self.ctx.store.write(self.ctx.sight) as tx:
            return self._classified(tx, asked, said, may_decide=may_decide)

    def _classified(
        self, tx: Tx, asked: Proposal, model: Advice | None, *, may_decide: bool
    ) -> Next | None:
        from passdown.ops.alone import Leave, execute, leave
        from passdown.stages.gate.chain import Next, next_step
        from passdown.stages.gate.classifier import confident
        from passdown.stages.gate.decide import open_proposal

        p = open_proposal(tx, asked.id)
        again = p.status is Status.HUMAN
        if p.status is Status.ARBITER or (again and not _is_untouched(tx, p)):
            return None
        said = model if model and p.version == asked.version else self._advice(p)
        meant, may = _meant(p, said), Leave(None, "it cannot be done")
        if may_decide:
            may = leave(self.ctx, tx, self.loop, meant)
        to = next_step(self.chain, may=may.given, confident=confident(said))
        if to is Next.EXECUTE and may.grant is not None:
            execute(self.ctx, tx, meant, may.grant, said)
        elif again:
            return None
        else:
            self._pass_on(tx, p, to, said, may)
        return to

    def _pass_on(self, tx: Tx, p: Proposal, to: Next, said: Advice, may: Leave) -> None:
        from passdown.stages.gate.classifier import APPROVE
        from passdown.stages.gate.decide import passed_on
        from passdown.stages.gate.trust import AUDIT

        drawn = may.is_sampled and to.value == Status.HUMAN and said.verdict == APPROVE
        flags = (f"{AUDIT}{said.verdict}",) if drawn else ()
        if may.why:
            said = said._replace(text=f"{said.text}; a person decides: {may.why}")
        passed_on(tx, p, Status(to.value), said, flags=flags)

    def _advice(self, p: Proposal) -> Advice:
        """What the classifier says of it."""
        from passdown.stages.gate.classifier import classify

        golden = self.ctx.settings.number(f"{self.loop.name}.golden_path_confidence")
        return classify(p, golden=golden, curve=self._curves.get(p.action))

    def _learn(self) -> None:
        """Once a cycle that has something to classify: what the decisions so far teach."""
        from passdown.stages.measure.calibration import pairs
        from passdown.text.calibrate import recalibrated

        if self._learnt:
            return
        with self.ctx.store.read(self.ctx.sight) as tx:
            found = pairs(tx, loop=self.loop.name)
        self._curves = {action: recalibrated(those) for (_, action), those in found.items()}
        self._learnt = True


def _meant(p: Proposal, said: Advice) -> Proposal:
    """The question as the classifier would have it."""
    from passdown.stages.gate.classifier import MODIFY
    from passdown.stages.gate.decide import edited

    return edited(p, said.detail["payload"]) if said.verdict == MODIFY else p


def chain_of(settings: Settings, loop: str) -> Chain:
    """The chain that is configured for a loop."""
    from passdown.stages.gate.chain import Chain

    return Chain(settings.text(f"{loop}.chain") or settings.text("gate.chain"))


def with_advice(card: Card, turns: Sequence[Message]) -> Card:
    """The card with what the tiers say of the question."""
    from passdown.contract.card import Card, Facts

    said = [(m.tier, _told(m)) for m in turns if m.verdict is Verdict.ADVISE]
    return Card(card.question, (*card.blocks, Facts(tuple(said)))) if said else card


def _told(m: Message) -> str:
    sure = m.detail.get("confidence")
    how = f" ({sure:.2f})" if isinstance(sure, float | int) else ""
    return f"{m.detail.get('verdict', '')}{how}: {m.text}"


def _is_untouched(tx: Tx, p: Proposal) -> bool:
    """Whether nobody but the classifier has said anything of a question that waits for a person."""
    from passdown.stages.gate.classifier import TIER
    from passdown.stages.gate.trust import AUDIT

    if any(flag.startswith(AUDIT) for flag in p.flags):
        return False
    return all(turn.tier == TIER for turn in tx.queue.messages(p.id))
