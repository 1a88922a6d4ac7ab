"""A graph as a file: nodes, edges, homes and ontologies in one JSON object, read and written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Unreadable
from passdown.loops.ontology.graph import FLOOR, Ontology, World, graph, world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from passdown.loops.ontology.graph import State

STATES: tuple[State, ...] = ("active", "pinned", "frozen")
AGED = 1_000
"""The clock of a file that tells none: nothing in it is new."""


def load(text: str | bytes, *, where: str = "") -> World:
    """The world that a file tells: an object with `edges` ([one, other, weight] or objects with
    source, target, weight), and if there are any `nodes`, `homes`, `ontologies`, `clock`,
    `tombstones` and the lists `pinned`, `frozen`, `inflight` under `flags`."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable(f"not JSON: {wrong}", where=where, next="give a graph file") from wrong
    if not isinstance(told, dict):
        raise Unreadable("a graph file is an object", where=where, next="with nodes and edges")
    try:
        return _world(told)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as wrong:
        raise Unreadable(
            f"not a graph: {wrong!r}", where=where, next="see the how-to on graph files"
        ) from wrong


def dump(of: World) -> str:
    """The file that `load` reads as the same world; one world is one text."""
    ids = of.graph.concepts
    ties = zip(
        of.graph.left.tolist(), of.graph.right.tolist(), of.graph.weight.tolist(), strict=True
    )
    told = {
        "nodes": [_node(*pair) for pair in zip(ids, of.graph.labels, strict=True)],
        "edges": [[ids[left], ids[right], weight] for left, right, weight in ties],
        "homes": {concept: of.homes[concept] for concept in ids},
        "ontologies": [_told(one) for one in of.ontologies.values()],
        "clock": of.clock,
        "flags": {"inflight": sorted(of.inflight)},
        "tombstones": list(of.tombstones),
        "changed": dict(of.changed),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _world(told: Mapping[str, Any]) -> World:
    labels = dict(_nodes(told.get("nodes", ())))
    homes = {str(key): str(value) for key, value in _homes(told).items()}
    flags = told.get("flags", {})
    of = graph(_edges(told["edges"]), {*labels, *homes}, labels)
    return world(
        of,
        homes,
        _ontologies(told, homes, flags),
        clock=int(told.get("clock", AGED)),
        inflight=map(str, flags.get("inflight", ())),
        changed={str(key): int(value) for key, value in told.get("changed", {}).items()},
        tombstones=map(str, told.get("tombstones", ())),
    )


def _homes(told: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = told.get("homes") or told.get("home") or {}
    return found


def _nodes(nodes: Any) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, dict):
            yield str(node["id"]), str(node.get("label") or node["id"])
        else:
            yield str(node), str(node)


def _edges(edges: Any) -> Iterator[tuple[str, str, int]]:
    for edge in edges:
        if isinstance(edge, dict):
            yield str(edge["source"]), str(edge["target"]), _whole(edge.get("weight", 1))
        else:
            one, other, *weight = edge
            yield str(one), str(other), _whole(weight[0] if weight else 1)


def _whole(weight: Any) -> int:
    if isinstance(weight, bool) or int(weight) != weight:
        raise ValueError(f"a weight is a whole number, not {weight!r}")
    return int(weight)


def _ontologies(
    told: Mapping[str, Any], homes: Mapping[str, str], flags: Mapping[str, Any]
) -> Iterator[Ontology]:
    state = {str(key): one for one in STATES for key in flags.get(one, ())}
    given = {str(one["id"]): one for one in told.get("ontologies", ())}
    for key in sorted({FLOOR, *given, *homes.values(), *state, *told.get("named", ())}):
        yield _ontology(key, given.get(key, {}), state.get(key, ""))


def _ontology(key: str, told: Mapping[str, Any], state: str) -> Ontology:
    retired = told.get("retired")
    return Ontology(
        key,
        str(told.get("name") or key),
        "floor" if key == FLOOR else "named",
        _state(state or told.get("state", "active")),
        str(told.get("description", "")),
        tuple(map(str, told.get("aliases", ()))),
        int(told.get("created", 0)),
        None if retired is None else int(retired),
        str(told.get("retired_into", "")),
    )


def _state(told: Any) -> State:
    for one in STATES:
        if one == told:
            return one
    raise ValueError(f"the state {told!r} is none of {', '.join(STATES)}")


def _node(concept: str, label: str) -> Any:
    return {"id": concept, "label": label} if label != concept else concept


def _told(one: Ontology) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in Ontology.__slots__}
    return {name: value for name, value in told.items() if value not in ("", (), None)}
