"""A whole passdown in memory: a store, loops, a clock moved by hand, and a person who decides."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from passdown.app import memory_app
from passdown.domain.actor import agent, human
from passdown.domain.scope import ALL
from passdown.testing.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from passdown.app import App
    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Loop
    from passdown.domain.actor import Actor
    from passdown.domain.observation import Observation, Session
    from passdown.storage.port import Store
    from passdown.testing.transcript import Transcript

PERSON = human("reviewer")
AGENT = agent("agent:tester")


class World:
    """With loops, only those are known; without, every loop of this installation. `lived` is what
    else happens in it after sessions were read: decisions, say, and their outcomes."""

    def __init__(
        self,
        *loops: Loop[Any],
        clock: VirtualClock | None = None,
        on_statement: Callable[[str], None] | None = None,
        lived: Callable[[World], None] | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        self._lived = lived
        known = {loop.name: loop for loop in loops} or None
        self.app: App = memory_app(self.clock, on_statement=on_statement, loops=known)

    @property
    def store(self) -> Store:
        """The store in memory."""
        return self.app.store

    def read(self, *transcripts: Transcript) -> None:
        """Keep these sessions as if they had been ingested, one after the other."""
        self.keep((t.session, t.items) for t in transcripts)

    def keep(self, parts: Iterable[tuple[Session, Sequence[Observation]]]) -> None:
        """Keep observations in this order, then live with them."""
        keep(self.store, parts)
        if self._lived is not None:
            self._lived(self)

    def corpus(self) -> Corpus:
        """What a loop may read of it."""
        from passdown.stages.mine.corpus import snapshot

        return snapshot(self.store, ALL, self.app.settings)

    def call(self, name: str, actor: Actor = PERSON, /, **params: Any) -> Any:
        """Call an operation, as a person unless it says who."""
        return self.app.call(name, params, actor)

    def mine(self, loop: str = "") -> Mapping[str, Any]:
        """One cycle; what became of the findings."""
        answer: Mapping[str, Any] = self.call("mine", loop=loop)
        return answer

    def pending(self) -> list[dict[str, Any]]:
        """The open proposals, most certain first."""
        return list(self.call("pending", limit=1000)["proposals"])

    def close(self) -> None:
        """Forget everything."""
        self.app.close()

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def keep(store: Store, parts: Iterable[tuple[Session, Sequence[Observation]]]) -> None:
    """Keep observations in a store, in this order."""
    for session, items in parts:
        with store.write(ALL) as tx:
            tx.observations.add(session, items)


def interleaved(
    transcripts: Sequence[Transcript], seed: int
) -> Iterator[tuple[Session, Sequence[Observation]]]:
    """The sessions' observations one by one, sessions mixed, each session in its own order."""
    random = Random(seed)
    waiting = [(t.session, list(t.items)) for t in transcripts]
    while waiting:
        session, items = random.choice(waiting)
        yield session, items[:1]
        del items[:1]
        if not items:
            waiting = [(s, i) for s, i in waiting if i]
