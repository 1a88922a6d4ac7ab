"""A store with the ontology loop on any backend: graphs come in, questions are asked and answered,
and it is told what homes, ontologies and concepts there are."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import msgspec

from passdown.app import App, memory_app
from passdown.contract import Finding, Replay
from passdown.domain.actor import Actor, human
from passdown.domain.clock import new_id
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.loops.ontology import LOOP
from passdown.loops.ontology.asking import key_of, question
from passdown.loops.ontology.files import dump
from passdown.loops.ontology.graph import World, graph, world
from passdown.loops.ontology.known import HOME, KIND, PRIMORDIAL, concept_id
from passdown.loops.ontology.payload import Payload
from passdown.loops.ontology.world import picture
from passdown.stages.mine.corpus import live
from passdown.stages.propose.file import file
from passdown.testing import Fuse, VirtualClock
from passdown.text.entities import ENTITY
from tests.desk import places

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Store, Tx

ALICE = human("alice")
BY_HAND = {"pinned": "pin", "frozen": "freeze", "active": "activate"}


@dataclass(frozen=True, slots=True)
class State:
    """What there is, read from the store and not through the loop: homes by concept, ontologies
    that have not gone and those that have, all homes as they are stored, ties, concepts."""

    homes: Mapping[str, str]
    live: Mapping[str, Record]
    gone: frozenset[str]
    stored: Sequence[tuple[str, str]]
    ties: frozenset[tuple[str, str, str]]
    concepts: Mapping[str, Record]

    def members(self, key: str) -> list[str]:
        """The concepts of one ontology."""
        return sorted(name for name, home in self.homes.items() if home == key)

    def state_of(self, key: str) -> str:
        """Active, pinned or frozen."""
        return str(self.live[key].body.get("state", "active"))


class Bench:
    """One store and what happens to it; every decision goes through the gate."""

    def __init__(self, app: App, clock: VirtualClock) -> None:
        self.app, self.clock, self._said = app, clock, 0
        self._state: tuple[object, State] | None = None

    @property
    def store(self) -> Store:
        return self.app.store

    def call(self, name: str, actor: Actor = ALICE, /, **params: Any) -> Any:
        return self.app.call(name, params, actor)

    def say(self, text: str = "because") -> int:
        """One prompt; its seq."""
        self._said += 1
        item = Observation(
            session="s1", uid=new_id(), seen=Seen.PROMPT, text=f"{text} {self._said}",
            at=self.clock.now(), trust=Trust.HUMAN,
        )  # fmt: skip
        with self.store.write(ALL) as tx:
            (seq,) = tx.observations.add(Session("s1", "test", started_at=self.clock.now()), [item])
        return seq

    def read(self, told: World) -> None:
        """Take a graph in from a file, beside what is known."""
        self.clock.advance(seconds=1)
        with NamedTemporaryFile("w", suffix=".json") as file:
            file.write(dump(told))
            file.flush()
            self.call("ontology.import", path=file.name)

    def put(self, key: str, state: str) -> None:
        """Pin, freeze or free an ontology by hand."""
        self.clock.advance(seconds=1)
        self.call(f"ontology.{BY_HAND[state]}", name=self.state().live[key].text)

    def found(self, name: str) -> None:
        """Make an empty ontology by hand."""
        self.clock.advance(seconds=1)
        self.call("ontology.add", name=name)

    def forget(self) -> None:
        """Look anew: something may have changed of which no ledger tells."""
        self._state = None

    def quick(self) -> None:
        """Few perturbed graphs, as it is not what they tell that is tested; and the floor, which a
        first cycle makes."""
        for knob, value in (("stability_runs", "2"), ("max_proposals_per_cycle", "3")):
            self.call("controls.set", name=f"ontology.{knob}", value=value)
        self.call("mine", loop="ontology")

    def ask(self, raw: Mapping[str, Any]) -> Proposal | None:
        """Put a payload to the gate as the loop does; None where it asks that already."""
        payload: Payload = msgspec.convert(dict(raw), LOOP.payload)
        finding = Finding(payload, (self.say(),), key_of(payload), question(payload)[:120], 0.9)
        with self.store.write(ALL) as tx:
            past = Replay("It would be so.")
            return file(
                tx, LOOP, finding, past, by="system:ontology", settings=self.app.settings
            ).proposal

    def seen(self) -> World:
        """What the rules look at."""
        with self.store.read(ALL) as tx:
            return picture(live(tx)).world

    def state(self) -> State:
        """What there is now; read once while nothing new is told to the ledger."""
        with self.store.read(ALL) as tx:
            anchor = tx.ledger.anchor()
            if self._state is None or self._state[0] != anchor:
                self._state = (anchor, _read(tx))
            return self._state[1]

    def proposals(self, *statuses: Any) -> list[Proposal]:
        """All with these statuses, in an order that does not depend on their ids."""
        with self.store.read(ALL) as tx:
            return sorted(tx.queue.all(statuses, limit=10_000), key=_order)

    def stands(self, id: str) -> tuple[str, int]:
        """The state of a proposal, and how much was noted of it later."""
        with self.store.read(ALL) as tx:
            found = tx.queue.get(id)
            return (found.status if found else ""), len(tx.queue.marks(id))

    def close(self) -> None:
        self.app.close()


def bench(
    backend: str = "memory",
    home: Path | None = None,
    dsn: str = "",
    *,
    clock: VirtualClock | None = None,
    fuse: Fuse | None = None,
) -> Bench:
    """A bench on a new store, or, where there is one already, on that one."""
    clock, known = clock or VirtualClock(), {"ontology": LOOP}
    if backend == "memory":
        return Bench(memory_app(clock, on_statement=fuse, loops=known), clock)
    assert home is not None
    url = dsn or str(home / "store" / "store.db")
    made = App(places(url, home / "store"), clock=clock, on_statement=fuse, loops=known)
    return Bench(made, clock)


def shuffled(of: World, seed: int) -> World:
    """The same world, told in another order."""
    chance = random.Random(seed)
    names = of.graph.concepts
    ends = zip(
        of.graph.left.tolist(), of.graph.right.tolist(), of.graph.weight.tolist(), strict=True
    )
    ties = [
        (names[b], names[a], w) if chance.random() < 0.5 else (names[a], names[b], w)
        for a, b, w in ends
    ]
    homes, known = list(of.homes.items()), list(of.ontologies.values())
    for every in (ties, homes, known):
        chance.shuffle(every)
    again = graph(ties, names, dict(zip(names, of.graph.labels, strict=True)))
    made = world(
        again, dict(homes), known, clock=of.clock, inflight=of.inflight, changed=of.changed
    )
    return replace(made, failures=of.failures, tombstones=of.tombstones)


def _read(tx: Tx) -> State:
    every = tx.knowledge.all(KIND, lives=tuple(Life))
    live = {one.key: one for one in every if one.life is Life.ARCHIVED}
    keys = {one.id: one.key for one in live.values()}
    edges = tx.knowledge.edges()
    stored = sorted((e.source, e.target) for e in edges if e.type == HOME)
    where = dict(stored)
    concepts = {str(one.body["name"]): one for one in tx.knowledge.all(ENTITY, lives=tuple(Life))}
    return State(
        homes={n: keys.get(where.get(concept_id(n), ""), PRIMORDIAL) for n in sorted(concepts)},
        live=live,
        gone=frozenset(one.key for one in every) - live.keys(),
        stored=stored,
        ties=frozenset((e.source, e.type, e.target) for e in edges if e.type != HOME),
        concepts=concepts,
    )


def _order(p: Proposal) -> tuple[str, str, str]:
    return p.created_at, p.title, json.dumps(p.payload, sort_keys=True)
