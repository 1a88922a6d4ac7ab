"""The engine's money and memory, kept in the store: every process counts in the same place."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.clock import later, new_id
from passdown.domain.entry import EXCHANGE, Activity
from passdown.domain.errors import Limit
from passdown.domain.record import record_id
from passdown.domain.scope import ALL
from passdown.engines.metered import Hold
from passdown.engines.port import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from passdown.domain.clock import Clock
    from passdown.domain.settings import Settings
    from passdown.engines.metered import Metered
    from passdown.engines.port import Engine
    from passdown.ops.operation import Ctx
    from passdown.storage.port import Store, Tx

MOST_KEPT = 10_000
QUIET = 1800
"""Seconds without a word after which a session counts as ended."""
SPENT = "engine.spent."


class Spent(NamedTuple):
    """What was spent, in how many questions, and of how many the cost is not known."""

    micro_usd: int = 0
    questions: int = 0
    unknown: int = 0


class Limited(NamedTuple):
    """One budget: the setting that bounds it, and the name under which it is counted."""

    knob: str
    of: str
    name: str


def metered(
    store: Store, settings: Settings, clock: Clock, engine: Engine, clean: Callable[[str], str]
) -> Metered:
    """This engine, held to the budgets of these settings, its answers kept in this store."""
    from passdown.engines.metered import Metered

    return Metered(engine, Purse(store, settings, clock), Tape(store, clock), clean)


def spent(tx: Tx, *, day: str = "", session: str = "", run: str = "", of: str = "") -> Spent:
    """What one day, session, run or counter has cost so far."""
    what = ("day", day) if day else ("session", session) if session else ("backfill", run)
    return _read(tx, of or counter(*what))


class Asking:
    """One run of the engine: Unavailable, with what to do, when it cannot be asked at all. Unless
    it is asked for `now`, a session is left until nothing was seen of it for a while."""

    def __init__(self, ctx: Ctx, *, now: bool) -> None:
        self._store, self._run = ctx.store, new_id()
        writer = ctx.writer()
        writer.check()
        self.writer = writer.within(run=self._run)
        self.until = "" if now else later(ctx.clock.now(), seconds=-QUIET)

    def spent(self) -> Spent:
        """What this run has cost so far."""
        with self._store.read(ALL) as tx:
            return spent(tx, run=self._run)

    def since(self, before: Spent) -> float | None:
        """What it has cost since then, in dollars; None where that is not known."""
        found = self.spent()
        if found.unknown > before.unknown:
            return None
        return (found.micro_usd - before.micro_usd) / 1_000_000


class Wording:
    """What a loop's findings are worded with, within what it may spend today."""

    def __init__(self, ctx: Ctx, loop: str) -> None:
        self._store, self._name = ctx.store, counter("loop", f"{loop} {ctx.clock.now()[:10]}")
        writer = ctx.writer()
        writer.check()
        self.writer = writer.within(loop=loop)
        self._before = self._spent()

    def cost(self) -> float | None:
        """What it cost so far, in dollars; None where that is not known."""
        found = self._spent()
        if found.unknown > self._before.unknown:
            return None
        return (found.micro_usd - self._before.micro_usd) / 1_000_000

    def _spent(self) -> Spent:
        with self._store.read(ALL) as tx:
            return _read(tx, self._name)


@dataclass(frozen=True, slots=True)
class Purse:
    """Budgets a day, a session, a run and a cycle of the gate: what is reserved counts as spent
    until it is settled."""

    store: Store
    settings: Settings
    clock: Clock
    session: str = ""
    run: str = ""
    cycle: str = ""
    loop: str = ""

    def within(self, *, session: str, run: str, cycle: str = "", loop: str = "") -> Purse:
        """The same purse, for this session, this run, this cycle of the gate and this loop."""
        return replace(
            self,
            session=session or self.session,
            run=run or self.run,
            cycle=cycle or self.cycle,
            loop=loop or self.loop,
        )

    def reserve(self, micro_usd: int) -> Hold:
        """Set this much aside in every budget; Limit when one of them does not hold it."""
        budgets = list(self._budgets())
        with self.store.write(ALL) as tx:
            for one in budgets:
                _hold(one, _read(tx, one.name), micro_usd, self.settings.whole(one.knob))
            for one in budgets:
                add_spent(tx, one.name, Spent(micro_usd, questions=1))
        return Hold(micro_usd, tuple(one.name for one in budgets))

    def settle(self, hold: Hold, micro_usd: int | None) -> None:
        """It cost this instead, also where another day has begun; None is unknown, and what was
        set aside counts."""
        change = Spent(unknown=1) if micro_usd is None else Spent(micro_usd - hold.micro_usd)
        with self.store.write(ALL) as tx:
            for name in hold.counters:
                add_spent(tx, name, change)

    def _budgets(self) -> Iterator[Limited]:
        if self.session:
            name = counter("session", self.session)
            yield Limited("engine.session_micro_usd", "this session's", name)
        if self.run:
            yield Limited("engine.backfill_micro_usd", "this run's", counter("backfill", self.run))
        today = self.clock.now()[:10]
        if self.cycle:
            name = counter("cycle", self.cycle)
            yield Limited("gate.arbiter_budget", "this cycle's", name)
            yield Limited("gate.arbiter_day_budget", "the arbiter's", counter("arbiter", today))
        if self.loop:
            name = counter("loop", f"{self.loop} {today}")
            yield Limited(f"{self.loop}.day_micro_usd", "the loop's", name)
        yield Limited("engine.day_micro_usd", "the day's", counter("day", today))


@dataclass(frozen=True, slots=True)
class Tape:
    """Answers as activities: forgotten with their session, in every backup, in no ledger."""

    store: Store
    clock: Clock
    session: str = ""

    def within(self, *, session: str) -> Tape:
        """The same tape, for this session: what is on it goes when the session is forgotten."""
        return replace(self, session=session or self.session)

    def recall(self, key: str, engine: str) -> Answer | None:
        """What this engine answered to this question."""
        with self.store.read(ALL) as tx:
            kept = _exchanges(tx, self.session)
        hits = (d for d in kept if d["key"] == key and d["engine"] == engine)
        return next(map(_answer, hits), None)

    def keep(self, key: str, engine: str, answer: Answer) -> None:
        """Remember it."""
        detail = {
            "key": key,
            "engine": engine,
            "model": answer.model,
            "input_tokens": answer.input_tokens,
            "output_tokens": answer.output_tokens,
            "micro_usd": answer.micro_usd,
            "value": answer.value,
        }
        items = (record_id(EXCHANGE, self.session),)
        with self.store.write(ALL) as tx:
            tx.ledger.note(Activity(self.clock.now(), EXCHANGE, self.session, items, detail))


def recorded(tx: Tx, session: str) -> dict[str, Answer]:
    """Every answer that was given about this session, for a replay of it."""
    return {detail["key"]: _answer(detail) for detail in reversed(_exchanges(tx, session))}


def _exchanges(tx: Tx, session: str) -> list[dict[str, Any]]:
    found = tx.ledger.activities(name=EXCHANGE, item=record_id(EXCHANGE, session), limit=MOST_KEPT)
    return [activity.detail for activity in found]


def _answer(detail: dict[str, Any]) -> Answer:
    names = ("value", "model", "input_tokens", "output_tokens", "micro_usd")
    return Answer(*(detail[name] for name in names))


def _hold(one: Limited, found: Spent, micro_usd: int, most: int) -> None:
    if found.micro_usd + micro_usd <= most:
        return
    raise Limit(
        f"{one.of} budget for the engine does not hold this: {found.micro_usd} of {most} micro-USD"
        f" are spent, and one question may cost {micro_usd}",
        where=one.knob,
        next=f"Set {one.knob} higher, or go on without the engine.",
    )


def counter(what: str, id: str) -> str:
    """The registry's name for a counter; what it is of is not spelled out."""
    return f"{SPENT}{what}." + (
        id if what in ("day", "embedder") else hashlib.sha256(id.encode()).hexdigest()[:24]
    )


def _read(tx: Tx, name: str) -> Spent:
    return Spent(*json.loads(tx.registry.value(name) or "[]"))


def add_spent(tx: Tx, name: str, more: Spent) -> None:
    """Count this, too, under that name."""
    total = [a + b for a, b in zip(_read(tx, name), more, strict=True)]
    tx.registry.keep(name, json.dumps(total))
