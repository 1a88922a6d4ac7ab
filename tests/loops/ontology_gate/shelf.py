"""Stores that hold a graph from a file, and what people do with them."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING, Any

from passdown.domain.record import record_id
from passdown.domain.scope import ALL
from passdown.loops.ontology import LOOP
from passdown.loops.ontology.known import HOME, KIND, Known, concept_id
from passdown.stages.mine.corpus import live
from passdown.testing import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from passdown.domain.record import Edge

Pair = tuple[str, str]


def clique(letter: str, n: int) -> list[Pair]:
    """Everyone tied to everyone."""
    return list(combinations([f"{letter}{i}" for i in range(n)], 2))


def names(letter: str, n: int) -> list[str]:
    return [f"{letter}{i}" for i in range(n)]


def bitbucket() -> dict[str, Any]:
    """Ten and six in `dc`, ten in `cloud`; the six are drawn to `cloud`, which they are also
    called by."""
    edges = [*clique("d", 10), *clique("u", 6), *clique("c", 10), ("d0", "u0"), ("d1", "u1")]
    edges += [(f"u{i}", f"c{j}") for i in range(6) for j in (i, i + 1)]
    homes = dict.fromkeys((*names("d", 10), *names("u", 6)), "dc")
    return told(edges, homes | dict.fromkeys(names("c", 10), "cloud"))


def told(edges: Iterable[Pair], homes: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """A graph file."""
    return {"edges": [list(edge) for edge in edges], "homes": dict(homes), **more}


class Shelf:
    """A world with this loop alone, and a graph in it."""

    def __init__(self, folder: Path, graph: Mapping[str, Any]) -> None:
        self.world = World(LOOP)
        self._folder, self._n = folder, 0
        self.take(graph)

    def take(self, graph: Mapping[str, Any]) -> Any:
        """Import one more graph."""
        self._n += 1
        file = self._folder / f"graph{self._n}.json"
        file.write_text(json.dumps(graph))
        done = self.call("import", path=str(file))
        self.world.clock.advance(hours=1)
        return done

    def call(self, operation: str, /, **params: Any) -> Any:
        return self.world.call(f"ontology.{operation}", **params)

    def mine(self) -> Mapping[str, Any]:
        """One cycle, an hour after whatever was before."""
        self.world.clock.advance(hours=1)
        done: Mapping[str, Any] = self.world.mine("ontology")["cycles"][0]
        return done

    def pending(self) -> list[dict[str, Any]]:
        return self.world.pending()

    def approve(self, id: str, **how: Any) -> Any:
        self.world.clock.advance(seconds=1)
        return self.world.call("approve", id=id, reason="so", **how)

    def propose(self, payload: Mapping[str, Any]) -> str:
        """Ask this, as a person; the question's id."""
        asked = self.world.call(
            "propose", loop="ontology", payload=dict(payload), text="I want it so"
        )
        return str(asked["proposal"])

    def homes(self) -> dict[str, str]:
        """Where each concept is at home, by name."""
        with self.world.store.read(ALL) as tx:
            known = Known(live(tx))
            return {name: known.home(name).name for name in sorted(known.names.every)}

    def members(self, name: str) -> list[str]:
        return [concept for concept, home in self.homes().items() if home == name]

    def edges(self, concept: str) -> list[Edge]:
        with self.world.store.read(ALL) as tx:
            return tx.knowledge.edges(concept_id(concept), HOME)

    def record(self, key: str) -> Any:
        with self.world.store.read(ALL) as tx:
            return tx.knowledge.by_ids([record_id(KIND, key)])

    def state(self) -> Any:
        """All that is known, versions and times aside."""
        from passdown.testing import knowledge

        return knowledge(self.world.store)
