"""Everything that can happen to a question, in any order, with crashes in between."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from passdown.domain.actor import Actor
from passdown.domain.errors import PassdownError
from passdown.domain.proposal import Proposal, Status
from passdown.domain.scope import ALL
from passdown.testing import Crash, Fuse, VirtualClock, digest, faults
from tests.desk import ALICE, BOB, ROBOT, Desk, desk
from tests.notes import Add, Drop, Join, Part, Revise, Reword, Rule, Shout
from tests.postgres import PostgresServer

Open = Callable[[VirtualClock, Fuse], Desk]

KEYS = ("tea", "milk", "salt")
KEY = st.sampled_from(KEYS)
PAYLOADS = st.one_of(
    st.builds(Add, KEY),
    st.builds(Reword, KEY, st.sampled_from(["at four", "at five"])),
    st.builds(Revise, KEY, st.just("one"), st.just("two")),
    st.builds(Drop, KEY),
    st.builds(Join, KEY, KEY, st.sampled_from(["", "taste"])),
    st.builds(Part, KEY, KEY),
    st.builds(Shout, KEY),
    st.builds(Rule, KEY),
)
WHO = st.sampled_from([*[BOB] * 5, ALICE, ROBOT])
ASKERS = st.sampled_from([*["system:notes"] * 4, "alice", "agent:robot"])
EDITS = st.sampled_from(
    [*[None] * 6, *({"action": "ADD", "text": key} for key in KEYS), {"action": "ADD"}]
)
CRASH = st.sampled_from([*[-1] * 12, *range(24)])
"""After how many statements the process dies; never, when below none."""
SPANS = st.sampled_from([0.001, 3600, 86_400, 15 * 86_400, -7200])
READS = {
    "memory": "BEGIN",
    "sqlite": "BEGIN",
    "postgres": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}
"""How a transaction begins that only reads."""
DECIDERS = {"alice", "bob", "system:gate"}


class Questions(RuleBasedStateMachine):
    """One store, whatever happens to it."""

    open_desk: Open

    def __init__(self) -> None:
        super().__init__()
        self.fuse = Fuse()
        self.clock = VirtualClock()
        self.at = self.open_desk(self.clock, self.fuse)
        self.final: dict[str, Proposal] = {}

    @initialize(keys=st.sets(KEY))
    def something_is_known(self, keys: set[str]) -> None:
        for key in sorted(keys):
            self.at.agree(Add(key), BOB)

    def teardown(self) -> None:
        self.at.close()

    def _attempt(self, act: Callable[[], Any], crash: int, kept: str = "") -> None:
        """Do it; what is refused leaves nothing, unless its refusal is kept as a decision, and
        what crashes leaves nothing half done."""
        before = digest(self.at.store)
        ended = self._ended(act, crash)
        told = isinstance(ended, Crash) and self._was_written()
        if isinstance(ended, Crash):
            self._reopen()
        if not told and ended is not None and (isinstance(ended, Crash) or ended.code != kept):
            assert digest(self.at.store) == before

    def _was_written(self) -> bool:
        """Whether it died after its commit, where what is done is only shown elsewhere."""
        reads, begun = READS[self.at.store.describe()["backend"]], ""
        for statement in self.fuse.statements[:-1]:
            if statement.startswith("BEGIN"):
                begun = statement
            if statement == "COMMIT" and begun != reads:
                return True
        return False

    def _ended(self, act: Callable[[], Any], crash: int) -> Crash | PassdownError | None:
        """How it ended: with a crash, with a refusal, or well."""
        self.fuse.light(crash)
        try:
            act()
        except (Crash, PassdownError) as ended:
            return ended
        finally:
            self.fuse.put_out()
        return None

    def _reopen(self) -> None:
        """As a new process would find it; memory lives as long as its process."""
        self.fuse.put_out()
        if self.at.store.describe()["backend"] != "memory":
            self.at.close()
            self.at = self.open_desk(self.clock, self.fuse)

    def _some(self, place: int, *statuses: Status) -> Proposal | None:
        with self.at.store.read(ALL) as tx:
            every = sorted(tx.queue.all(statuses, limit=1000), key=lambda p: p.id)
        return every[place % len(every)] if every else None

    @rule(payload=PAYLOADS, by=ASKERS, crash=CRASH, session=st.integers(0, 3))
    def ask(self, payload: Any, by: str, crash: int, session: int) -> None:
        seq = self.at.say("note", f"s{session}")
        self._attempt(lambda: self.at.file(payload, seq, by=by), crash)

    @rule(payloads=st.lists(PAYLOADS, min_size=1, max_size=4), crash=CRASH)
    def ask_and_agree(self, payloads: list[Any], crash: int) -> None:
        """So that there is something to undo, and something that stands on it."""
        for payload in payloads:
            asked = self.at.file(payload, self.at.say("note")).proposal
            if asked is not None and asked.open:
                agree = partial(self.at.call, "approve", BOB, id=asked.id)
                self._attempt(agree, crash, kept="conflict")

    @rule(place=st.integers(0, 99), who=WHO, edit=EDITS, crash=CRASH)
    def approve(self, place: int, who: Actor, edit: Any, crash: int) -> None:
        if asked := self._some(place):
            params = {"id": asked.id} if edit is None else {"id": asked.id, "edit": edit}
            self._attempt(lambda: self.at.call("approve", who, **params), crash, kept="conflict")

    @rule(place=st.integers(0, 99), who=WHO, reason=st.sampled_from(["no", " "]), crash=CRASH)
    def reject(self, place: int, who: Actor, reason: str, crash: int) -> None:
        if asked := self._some(place):
            self._attempt(lambda: self.at.call("reject", who, id=asked.id, reason=reason), crash)

    @rule(place=st.integers(0, 99), who=WHO, closure=st.booleans(), crash=CRASH)
    def undo(self, place: int, who: Actor, closure: bool, crash: int) -> None:
        if done := self._some(place, Status.EXECUTED):
            self._attempt(lambda: self.at.call("undo", who, id=done.id, closure=closure), crash)

    @rule(place=st.integers(0, 99))
    def decide_again(self, place: int) -> None:
        """What is final stays so, whoever asks."""
        if done := self._some(place, Status.EXECUTED, Status.REJECTED, Status.EXPIRED):
            before = digest(self.at.store)
            for name in ("approve", "reject"):
                with suppress(PassdownError):
                    self.at.call(name, BOB, id=done.id, reason="again")
                    raise AssertionError(f"{name} of what is {done.status}")
            assert digest(self.at.store) == before

    @rule(seconds=SPANS)
    def time_goes(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def expire(self) -> None:
        self.at.call("expire")
        with self.at.store.read(ALL) as tx:
            assert tx.queue.due(tx.now) == []

    @rule()
    def follow(self) -> None:
        self.at.call("index.follow")

    @precondition(lambda self: self.at.store.describe()["backend"] != "memory")
    @rule()
    def restart(self) -> None:
        before = digest(self.at.store)
        self._reopen()
        assert digest(self.at.store) == before

    @invariant()
    def the_store_is_whole(self) -> None:
        assert faults(self.at.store) == []

    @invariant()
    def what_is_decided_stays_as_it_is_and_people_decided_it(self) -> None:
        with self.at.store.read(ALL) as tx:
            every = tx.queue.all(tuple(Status), limit=1000)
        decided = {p.id: p for p in every if not p.open}
        assert decided.keys() >= self.final.keys()
        assert all(decided[id] == p for id, p in self.final.items())
        assert {p.decided_by for p in decided.values()} <= DECIDERS
        self.final = decided


def run(open_desk: Open, examples: int, steps: int) -> None:
    """Let it all happen, so many times, on stores opened like this."""
    run_state_machine_as_test(
        type("Questions", (Questions,), {"open_desk": staticmethod(open_desk)}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def in_memory(clock: VirtualClock, fuse: Fuse) -> Desk:
    return desk(clock=clock, on_statement=fuse)


def test_questions_in_memory_keep_every_promise() -> None:
    run(in_memory, examples=40, steps=40)


def test_questions_on_a_disk_keep_every_promise() -> None:
    with tempfile.TemporaryDirectory() as folder:
        homes = iter(Path(folder, str(n)) for n in range(10**6))
        known: dict[VirtualClock, Path] = {}

        def on_disk(clock: VirtualClock, fuse: Fuse) -> Desk:
            if clock not in known:
                known[clock] = next(homes)
            return desk("sqlite", known[clock], clock=clock, on_statement=fuse)

        run(on_disk, examples=12, steps=30)


def test_questions_on_a_server_keep_every_promise(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    known: dict[VirtualClock, str] = {}

    def on_server(clock: VirtualClock, fuse: Fuse) -> Desk:
        if clock not in known:
            known[clock] = postgres_server.fresh()
        return desk("postgres", tmp_path, known[clock], clock=clock, on_statement=fuse)

    run(on_server, examples=5, steps=20)
    for dsn in known.values():
        postgres_server.drop(dsn)
