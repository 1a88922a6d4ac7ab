"""Questions that were answered, and how the answers turned out: in memory and in a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.clock import later, new_id
from passdown.domain.decided import Decided
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.proposal import Proposal, Status
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, Settings, defaults
from passdown.loops.tuning import LOOP
from passdown.ops.knobs import common
from passdown.stages.mine.past import Past
from passdown.stages.mine.vectors import Lexical, Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.record import Record
    from passdown.storage.port import Store
    from passdown.testing import World

START, NOW = "2026-03-02T09:00:00.000Z", "2026-06-01T00:00:00.000Z"
FLOOR, GOLDEN = "brief.min_confidence", "notes.golden_path_confidence"
MANY = 40


def settings(**pins: str) -> Settings:
    """Every knob at its default, those named by a pin set from there."""
    found = defaults([*common("notes"), *common("tuning"), *LOOP.settings])
    values = dict(found.values)
    for name, origin in pins.items():
        values[name] = Setting(values[name].value, origin)
    return Settings(values, knobs=found.knobs)


def told(n: int, stated: float, *, right: int | None = None, **facts: Any) -> list[Decided]:
    """So many approved questions whose outcome is known, the first ones right."""
    right = n if right is None else right
    known = {"loop": "notes", "action": "ADD", "yes": True, "right": True, **facts}
    at = known.pop("at", START)
    return [
        Decided(
            id=f"{stated}-{at}-{i:04}",
            title=f"note {i}",
            stated=stated,
            at=later(at, seconds=i),
            judged_at=later(at, days=1, seconds=i),
            score=1.0 if i < right else -1.0,
            evidence=(i % MANY + 1,),
            **known,
        )
        for i in range(n)
    ]


def said(n: int, stated: float, *, yes: int, **facts: Any) -> list[Decided]:
    """So many questions that people answered, the first ones with yes."""
    known = {"loop": "notes", "action": "ADD", "at": START, **facts}
    at = known.pop("at")
    return [
        Decided(
            id=f"said-{stated}-{i:04}",
            title=f"question {i}",
            stated=stated,
            at=later(at, seconds=i),
            yes=i < yes,
            right=i < yes,
            evidence=(i % MANY + 1,),
            **known,
        )
        for i in range(n)
    ]


def corpus(decided: Sequence[Decided], *records: Record, now: str = NOW) -> Past:
    """A past in which these were decided, with something that they rest on."""
    session = Session("s1", "told", started_at=START)
    items = [
        Observation("s1", f"u{n}", Seen.PROMPT, f"note: {n}", at=START, trust=Trust.HUMAN, seq=n)
        for n in range(1, MANY + 1)
    ]
    return Past(now, [session], items, records, Vectors(Lexical()), lambda: decided)


def decide(store: Store, evidence: int, stated: float, score: float, *, loop: str = "notes") -> str:
    """A yes that was looked at later, as the gate and the look leave it; its id."""
    with store.write(ALL) as tx:
        p = Proposal(
            id=new_id(),
            loop=loop,
            action="ADD",
            payload={"action": "ADD", "text": "tea"},
            evidence=(evidence,),
            proposed_by=f"system:{loop}",
            created_at=tx.now,
            deadline=later(tx.now, days=14),
            title="Add tea?",
            confidence=stated,
            fingerprint=new_id(),
            status=Status.EXECUTED,
            decided_by="alice",
            decided_at=tx.now,
        )
        tx.queue.add(p)
        tx.ledger.append(
            "promotion.outcome", "system:measure", p.id, {"days": 1, "score": score, "n": 4}
        )
    return p.id


def answered(world: World) -> None:
    """Forty sound decisions just below what a brief asks for, once, on what was read first."""
    past = world.corpus()
    every = sorted(past.observations(), key=lambda o: (o.session, o.uid))
    if every and not past.decided():
        for n in range(MANY):
            decide(world.store, every[n % len(every)].seq, 0.68, 1.0)
