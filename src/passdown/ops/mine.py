"""Operations that look for what is worth keeping, and put it to the gate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from passdown.domain.actor import Role, system
from passdown.domain.clock import new_id
from passdown.domain.entry import body_hash
from passdown.domain.errors import Forbidden, Invalid, Limit, Unavailable
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.scope import GLOBAL, parse
from passdown.ops.kinds import Name, Payload, Text
from passdown.ops.operation import Ctx, Effect, Progress, Shell, operation
from passdown.ops.purse import Asking, Wording
from passdown.ops.review import close_due
from passdown.ops.standing import corroborate, settle
from passdown.ops.tiers import Bench
from passdown.stages.mine.kept import looked
from passdown.stages.propose.file import Fate, Filed, file
from passdown.stages.propose.validate import loop_of, payload_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.contract.loop import Finding, Loop, Replay
    from passdown.contract.query import Ask
    from passdown.stages.mine.past import Past
    from passdown.stages.mine.run import Mined


MADE = ("id", "kind", "scope", "life", "text")
PERSISTED = (Fate.FILED.value, Fate.GRANTED.value)
"""What became of findings of which there is a new proposal."""


@dataclass(slots=True)
class Cycle:
    """What one cycle of one loop did; kept in the ledger as `cycle.finished`."""

    loop: str
    enabled: bool = True
    observations_read: int = 0
    clusters_found: int = 0
    found: int = 0
    proposals_generated: int = 0
    proposals_persisted: int = 0
    expired_count: int = 0
    fates: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    sessions_asked: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    tiers: dict[str, int] = field(default_factory=dict)
    idle: str = ""
    failure: str = ""
    started_at: str = ""
    duration_ms: int = 0
    total_synth_cost_usd: float | None = 0.0


@operation(
    "mine",
    Effect.WRITE,
    cli=Shell(rows="cycles", columns=("loop", "observations_read", "found", "fates", "failure")),
    example="passdown mine",
    long=True,
)
def mine(ctx: Ctx, loop: Name = "", engine: bool = False) -> dict[str, Any]:
    """Look through what was observed and put what is found to the gate, once each.

    With `engine` the configured model is asked, too, about every session, within its budgets.
    """
    names = [loop_of(ctx.loops, loop).name] if loop else sorted(ctx.loops)
    asking, trouble = _asking(ctx, names, now=engine)
    past, cycles, closed = cache(partial(_past, ctx)), [], Counter[str]()
    for n, name in enumerate(names):
        ctx.report(Progress(n, len(names), "loops", name))
        cycles.append(_cycle(ctx, ctx.loops[name], asking, trouble, past, closed))
    return {"cycles": cycles}


@operation(
    "add",
    Effect.WRITE,
    cli=Shell(rows="records", columns=MADE, facts=("fate", "proposal", "next")),
    example='passdown add "Run tests with uv run pytest" --scope repo:web',
)
def add(ctx: Ctx, text: Text, scope: Name = "global", confirm: bool = False) -> dict[str, Any]:
    """State a rule. It is put to the gate like any other; `--confirm` approves it at once."""
    from passdown.ops.review import approve

    text = " ".join(text.split())
    if not text:
        raise Invalid("nothing was stated", next='passdown add "Always ..."')
    if confirm:
        approve.allow(ctx.actor)
    stating = [loop for loop in ctx.loops.values() if loop.state is not None]
    if not stating or stating[0].state is None:
        raise Invalid("no loop takes statements")
    where = parse(scope)
    stating[0].state(text, (1,), where)  # refused before anything is kept
    seq = _said(ctx, text, where)
    finding = stating[0].state(text, (seq,), where)
    filed = _file(ctx, stating[0], finding, ctx.actor.name)
    return _answer(ctx, filed, confirm)


@operation("propose", Effect.WRITE, agents=True, example="passdown propose LOOP @payload.json ...")
def propose(ctx: Ctx, loop: Name, payload: Payload, text: Text, scope: Name = "") -> dict[str, Any]:
    """Propose something worth keeping; a person decides. `text` says what it rests on."""
    found = loop_of(ctx.loops, loop)
    typed = payload_of(found, payload)
    where = _scope_of(typed, scope)
    text = " ".join(text.split())
    _finding(found, typed, text, 1, where)  # refused before anything is kept
    seq = _said(ctx, text, where)
    finding = _finding(found, typed, text, seq, where)
    return _answer(ctx, _file(ctx, found, finding, ctx.actor.name), confirm=False)


def _asking(ctx: Ctx, names: list[str], *, now: bool) -> tuple[Asking | None, str]:
    """The engine, where it is asked for: an error where it cannot be asked `now`. Where settings
    ask for it the rest goes on, and what is wrong is told with every cycle."""
    if not now and not ctx.settings.flag("mine.engine"):
        return None, ""
    if now and not any(ctx.loops[name].enrich for name in names):
        raise Invalid(f"{', '.join(names)} asks no model", next="Leave the engine out.")
    try:
        return Asking(ctx, now=now), ""
    except (Invalid, Unavailable) as error:
        if now:
            raise
        return None, f"engine: {error}"


def _past(ctx: Ctx) -> Past:
    """What all loops look at that are mined in this call, read once."""
    from passdown.domain.scope import ALL
    from passdown.stages.mine.corpus import snapshot

    return snapshot(ctx.store, ALL, ctx.settings, now=ctx.clock.now())


def _cycle(
    ctx: Ctx,
    loop: Loop[Any],
    asking: Asking | None,
    trouble: str,
    past: Callable[[], Past],
    closed: Counter[str],
) -> Cycle:
    from passdown.stages.gate.auto import paused

    cycle = Cycle(loop.name, started_at=ctx.clock.now())
    switches = (ctx.settings.flag("mine.enabled"), ctx.settings.flag(f"{loop.name}.enabled"))
    off = ctx.settings.text(f"{loop.name}.level") == "off"
    if off or not all(switches) or paused(ctx.settings, loop.name):
        cycle.enabled = False
        return cycle
    closed.update(p.loop for p in close_due(ctx))
    cycle.expired_count = closed[loop.name]
    cycle.failure = trouble if loop.enrich else ""
    mined = _mined(ctx, loop, asking, past, cycle)
    cycle.sessions_asked, cycle.dropped = mined.sessions_asked, dict(mined.dropped)
    cycle.unread, cycle.clusters_found = dict(mined.unread), mined.seen
    _put_to_gate(ctx, loop, mined, cycle)
    return cycle


def _mined(
    ctx: Ctx, loop: Loop[Any], asking: Asking | None, past: Callable[[], Past], cycle: Cycle
) -> Mined:
    """What the loop finds, once it set its own in order, and what asking a model for it cost."""
    from passdown.ops.upkeep import keep_up
    from passdown.stages.mine.run import mine as look

    keep_up(ctx, loop)
    writer, until = (asking.writer, asking.until) if asking else (None, "")
    before, wording = asking.spent() if asking else None, _wording(ctx, loop, cycle)
    words = wording.writer if wording else None
    mined = look(
        ctx.store, loop, ctx.settings, ctx.clock, writer=writer, words=words, until=until, past=past
    )
    costs = [asking.since(before)] if asking and before else []
    costs += [wording.cost()] if wording else []
    known = [cost for cost in costs if cost is not None]
    cycle.total_synth_cost_usd = sum(known) if len(known) == len(costs) else None
    return mined


def _wording(ctx: Ctx, loop: Loop[Any], cycle: Cycle) -> Wording | None:
    """What the findings are worded with, where that is asked for; what is wrong is told."""
    if loop.reword is None or not ctx.settings.flag(f"{loop.name}.synthesize"):
        return None
    try:
        return Wording(ctx, loop.name)
    except (Invalid, Unavailable) as error:
        cycle.failure = "; ".join(filter(None, (cycle.failure, f"engine: {error}")))
        return None


def _put_to_gate(ctx: Ctx, loop: Loop[Any], mined: Mined, cycle: Cycle) -> None:
    """File the most certain findings first, so that a full queue keeps the best."""
    cycle.observations_read = mined.read
    cycle.found, cycle.left_out = len(mined.findings), mined.left_out
    cycle.failure = "; ".join(filter(None, (cycle.failure, mined.failure)))
    cycle.duration_ms = round(mined.seconds * 1000)
    by, bench = system(loop.name).name, Bench(ctx, loop)
    for finding, replay in sorted(mined.findings, key=lambda f: (-f[0].confidence, f[0].key)):
        try:
            fate = _fate(bench, finding, replay, mined.newest).value
        except (Invalid, Limit) as error:  # one question that cannot be asked stops no other
            fate, cycle.failure = "refused", cycle.failure or str(error)
        cycle.fates[fate] = cycle.fates.get(fate, 0) + 1
    bench.sweep()
    cycle.proposals_generated = cycle.found
    cycle.proposals_persisted = sum(cycle.fates.get(fate, 0) for fate in PERSISTED)
    cycle.tiers = dict(bench.tally)
    cycle.idle = mined.idle
    with ctx.store.write(ctx.sight) as tx:
        if not cycle.idle:
            looked(tx, loop.name)
        tx.ledger.append("cycle.finished", by, loop.name, _summary(ctx, cycle))


def _fate(bench: Bench, finding: Finding[Any], replay: Replay, newest: int) -> Fate:
    """What becomes of one finding: evidence of a record, a question, or what a grant decided."""
    ctx, loop = bench.ctx, bench.loop
    if finding.joins:
        return Fate.JOINED if corroborate(ctx, loop, finding) else Fate.KNOWN
    by = system(loop.name).name
    with ctx.store.write(ctx.sight) as tx:
        filed = file(tx, loop, finding, replay, by=by, settings=ctx.settings, as_of=newest)
        settle(ctx, tx, filed.proposal)
    return Fate.GRANTED if bench.classify(filed.proposal) else filed.fate


def _summary(ctx: Ctx, cycle: Cycle) -> dict[str, Any]:
    """What it did, and the values it did it with: those of its loop, of the gate and of mining."""
    from dataclasses import asdict

    ran_with = tuple(f"{name}." for name in (cycle.loop, "gate", "mine"))
    values = ctx.settings.values
    knobs = {name: values[name].value for name in sorted(values) if name.startswith(ran_with)}
    return {**asdict(cycle), "knobs": knobs}


def _said(ctx: Ctx, text: str, scope: str) -> int:
    """Keep what somebody said as an observation, with the trust of who said it."""
    from passdown.text.hazard import hazards

    person = ctx.actor.kind.value == "human"
    session = _sayings(ctx, scope)
    item = Observation(
        session=session.id,
        uid=new_id(),
        seen=Seen.PROMPT if person else Seen.NOTE,
        text=text,
        at=ctx.clock.now(),
        trust=Trust.HUMAN if person else Trust.AGENT,
        scope=scope,
        flags=hazards(text),
    )
    with ctx.store.write(ctx.sight) as tx:
        (seq,) = tx.observations.add(session, [item])
    if item.flags:
        raise Invalid(
            f"this went to quarantine: {', '.join(item.flags)}",
            where=f"observation {seq}",
            next="Say it without instructions to agents or hidden characters.",
        )
    return seq


def said(ctx: Ctx, text: str) -> int:
    """Keep what somebody said by an act of theirs as an observation; its seq."""
    return _said(ctx, text, GLOBAL)


def _sayings(ctx: Ctx, scope: str) -> Session:
    """All that one actor states in one scope, as a session."""
    if not ctx.actor.may(Role.PROPOSE):
        raise Forbidden(
            f"{ctx.actor.name} does not hold the role propose",
            next="Ask an admin for a token with this role.",
        )
    if not ctx.sight.sees(scope):
        raise Invalid(f"no scope {scope!r} here", next="State it in a scope of your own.")
    id = f"said:{ctx.actor.name}:{scope}"
    with ctx.store.read(ctx.sight) as tx:
        known = tx.observations.session(id)
    repo = scope.partition(":")[2] if scope.startswith("repo:") else ""
    began = known.started_at if known else ctx.clock.now()
    return Session(id, "said", repo=repo, started_at=began, ended_at=ctx.clock.now())


def _scope_of(payload: Any, scope: str) -> str:
    """The scope of a proposal: where its payload says that it holds, unless it says nothing."""
    asked = parse(scope)
    own = parse(getattr(payload, "scope", scope))
    if scope and asked != own:
        raise Invalid(f"the payload is about {own}, the call about {asked}", next="Name one scope.")
    return own


def _finding(loop: Loop[Any], payload: Any, text: str, seq: int, scope: str) -> Finding[Any]:
    """A finding of what was proposed. Where it is what a statement would be, it is that question;
    anything else is a question of its own."""
    from dataclasses import replace

    import msgspec

    if loop.state is None:
        return _asked(loop, payload, text, seq, scope)
    stated = loop.state(str(getattr(payload, "text", "") or text), (seq,), scope)
    own = body_hash(msgspec.to_builtins(payload))
    key = stated.key if type(payload) is type(stated.payload) else own
    return replace(stated, payload=payload, key=key, confidence=min(stated.confidence, 0.6))


def _asked(loop: Loop[Any], payload: Any, text: str, seq: int, scope: str) -> Finding[Any]:
    """A question of a loop that takes some, though no statements."""
    import msgspec

    from passdown.contract.loop import Finding
    from passdown.text.safe import one_line

    if not loop.asks:
        raise Invalid(f"{loop.name} takes no proposals from agents")
    key = body_hash(msgspec.to_builtins(payload))
    return Finding(payload, (seq,), key, one_line(text, 120), 0.6, scope)


def put(ctx: Ctx, loop: Loop[Any], payload: Any, ask: Ask) -> dict[str, Any]:
    """Put a question that whoever calls words themselves to the gate, redacted; it rests on what
    they say by that."""
    import msgspec

    clean = ctx.redactor().clean
    typed = payload_of(loop, _cleaned(msgspec.to_builtins(payload), clean))
    told = (str(getattr(typed, name, "")) for name in ("target", "reason"))
    words = " ".join((ask.name, loop.name, *filter(None, told)))
    text = (ask.titled(typed) if ask.titled else words)[:400]
    finding = _finding(loop, typed, text, _said(ctx, text, GLOBAL), GLOBAL)
    return _answer(ctx, _file(ctx, loop, finding, ctx.actor.name), confirm=False)


def put_mined(ctx: Ctx, loop: Loop[Any], findings: list[Finding[Any]]) -> dict[str, Any]:
    """Put what was mined to the gate, as a cycle does: whoever called has worded nothing of it."""
    rows = []
    for finding in findings:
        filed = _file(ctx, loop, finding, system(loop.name).name)
        told = _answer(ctx, filed, confirm=False)
        rows.append({"title": finding.title, **told})
    return {"proposals": rows}


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: _cleaned(one, clean) for name, one in value.items()}
    return [_cleaned(one, clean) for one in value] if isinstance(value, list) else value


def _file(ctx: Ctx, loop: Loop[Any], finding: Finding[Any], by: str) -> Filed:
    from passdown.stages.mine.corpus import live

    with ctx.store.read(ctx.sight) as tx:
        replay: Replay = loop.replay(finding.payload, live(tx), ctx.settings)
    with ctx.store.write(ctx.sight) as tx:
        tx.registry.see(ctx.actor)
        newest = max(finding.evidence)  # what was just said
        filed = file(tx, loop, finding, replay, by=by, settings=ctx.settings, as_of=newest)
        settle(ctx, tx, filed.proposal)
        return filed


def _answer(ctx: Ctx, filed: Filed, confirm: bool) -> dict[str, Any]:
    """What became of a statement; one that is asked already can be confirmed too."""
    proposal = filed.proposal
    id = proposal.id if proposal else ""
    answer: dict[str, Any] = {"fate": filed.fate.value, "proposal": id}
    if proposal is None or not proposal.open:
        return answer
    if confirm:
        from passdown.ops.review import approve

        answer["approved"] = approve.run(ctx, {"id": id, "reason": "stated by this person"})
        answer["records"] = answer["approved"]["records"]
    else:
        answer["next"] = f"passdown approve {id[:12]}"
    return answer
