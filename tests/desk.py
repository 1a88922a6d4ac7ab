"""A store, the notes loop, a clock and people around it, on any backend."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.app import App, memory_app
from passdown.config import Places
from passdown.contract import Replay
from passdown.domain.actor import Actor, agent, human
from passdown.domain.clock import later, new_id
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.scope import ALL, GLOBAL
from passdown.stages.mine.corpus import live
from passdown.stages.propose.file import Filed, file
from passdown.testing import VirtualClock, digest, state
from tests import notes
from tests.notes import NOTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.storage.port import Store

ALICE = human("alice")
BOB = human("bob")
ROBOT = agent("agent:robot")
MINER = "system:notes"


class Desk:
    """Says things, asks for notes and decides; every shortcut goes the way a user's call goes."""

    def __init__(self, app: App, clock: VirtualClock) -> None:
        self.app = app
        self.clock = clock
        self._said = 0

    @property
    def store(self) -> Store:
        return self.app.store

    def call(self, name: str, actor: Actor = ALICE, /, **params: Any) -> Any:
        return self.app.call(name, params, actor)

    def say(
        self,
        text: str,
        session: str = "s1",
        *,
        trust: Trust = Trust.HUMAN,
        scope: str = GLOBAL,
        flags: tuple[str, ...] = (),
    ) -> int:
        """One prompt in one session; its seq."""
        self._said += 1
        repo = scope.partition(":")[2] if scope.startswith("repo:") else ""
        facts = Session(session, "test", repo=repo, started_at=self.clock.now())
        item = Observation(
            session=session,
            uid=new_id(),
            seen=Seen.PROMPT,
            text=text,
            at=later(self.clock.now(), seconds=self._said / 1000),
            trust=trust,
            scope=scope,
            flags=flags,
        )
        with self.store.write(ALL) as tx:
            (seq,) = tx.observations.add(facts, [item])
        return seq

    def file(
        self,
        payload: Any,
        *evidence: int,
        by: str = MINER,
        scope: str = GLOBAL,
        replay: Replay | None = None,
    ) -> Filed:
        """Put a finding to the gate."""
        found = notes.finding(payload, evidence or (self.say("because"),), scope)
        with self.store.read(ALL) as tx:
            past = replay or NOTES.replay(payload, live(tx), self.app.settings)
        with self.store.write(ALL) as tx:
            return file(tx, NOTES, found, past, by=by, settings=self.app.settings)

    def ask(self, payload: Any, *evidence: int, **how: Any) -> Proposal:
        """Put a finding to the gate; the proposal it became."""
        filed = self.file(payload, *evidence, **how)
        assert filed.proposal is not None
        return filed.proposal

    def agree(self, payload: Any, actor: Actor = ALICE) -> str:
        """Ask, and say yes; the proposal's id."""
        id = self.ask(payload).id
        self.clock.advance(seconds=1)
        self.call("approve", actor, id=id)
        return id

    def proposal(self, id: str) -> Proposal:
        with self.store.read(ALL) as tx:
            found = tx.queue.get(id)
        assert found is not None
        return found

    def note(self, key: str) -> Record | None:
        with self.store.read(ALL) as tx:
            return tx.knowledge.get(notes.KIND, key)

    def events(self, subject: str = "") -> list[str]:
        """The names of the ledger's entries."""
        with self.store.read(ALL) as tx:
            return [e.name for e in tx.ledger.entries(subject=subject)]

    def state(self) -> dict[str, Any]:
        return state(self.store)

    def digest(self) -> str:
        return digest(self.store)

    def close(self) -> None:
        self.app.close()


def places(url: str, home: Path) -> Places:
    return Places(home, "test", url, home, home)


def desk(
    backend: str = "memory",
    home: Path | None = None,
    dsn: str = "",
    *,
    clock: VirtualClock | None = None,
    on_statement: Callable[[str], None] | None = None,
) -> Desk:
    """A desk on a new store, or, where there is one already, on that one."""
    clock = clock or VirtualClock()
    known = {"notes": NOTES}
    if backend == "memory":
        return Desk(memory_app(clock, on_statement=on_statement, loops=known), clock)
    assert home is not None
    url = dsn or str(home / "store" / "store.db")
    found = App(places(url, home / "store"), clock=clock, on_statement=on_statement, loops=known)
    return Desk(found, clock)
