"""Ontologies as regions of one picture: who is at home where, now and after earlier decisions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.proposal import Status
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.asking import moved
from passdown.loops.ontology.known import LOOP, PRIMORDIAL
from passdown.loops.ontology.past import done, payload_of
from passdown.loops.ontology.world import picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.loops.ontology.payload import Payload
    from passdown.loops.ontology.world import Picture

CONCEPTS, TIES = 500, 2000


class Step(NamedTuple):
    """A decision that moved concepts: of each where it came from, and where it went."""

    at: At
    title: str
    origin: Mapping[str, str]
    goal: Mapping[str, str]


def regions(corpus: Corpus, step: int = -1, limit: int = 150) -> dict[str, Any]:
    """Where concepts are at home, those with most ties first: now, or after the first so many of
    the decisions that moved any. A decision that was taken back is shown as if it had not been."""
    seen = picture(corpus)
    steps = _steps(corpus, seen)
    at = min(step, len(steps)) if step >= 0 else len(steps)
    homes = _then(seen, steps[at:])
    sizes = Counter(homes.values())
    ties = _ties(seen, homes)
    shown = [n for n, _ in sorted(ties.items(), key=_most)[: max(1, min(limit, CONCEPTS))]]
    last = steps[at - 1] if at else None
    return {
        "nodes": [{"name": n, "ontology": homes[n], "ties": ties[n]} for n in shown],
        "edges": _edges(seen, frozenset(shown)),
        "ontologies": [_region(key, seen, sizes) for key in sorted(sizes)],
        "concepts": len(homes),
        "step": at,
        "steps": len(steps),
        "at": last.at if last else "",
        "title": last.title if last else "",
    }


def _steps(corpus: Corpus, seen: Picture) -> list[Step]:
    """The decisions that moved concepts, the first one first."""
    made = {one.record.made_by: key for key, one in seen.known.every.items()}
    every = [one for one in corpus.kept.asked(LOOP) if one.status is Status.EXECUTED]
    found = list[Step]()
    for one in sorted(every, key=lambda p: (p.decided_at, p.id)):
        payload = payload_of(one, seen.known)
        goes = moved(done(payload)) if payload is not None else {}
        if payload is not None and goes:
            new = made.get(one.id, "")
            goal = {name: key or new for name, key in goes.items()}
            found.append(Step(one.decided_at, one.title, _origin(done(payload)), goal))
    return found


def _origin(payload: Payload) -> dict[str, str]:
    """Where each concept was that it moves, as far as it names them."""
    match payload:
        case asked.SplitNew() | asked.SplitInto():
            return dict.fromkeys(payload.concepts, payload.donor.key)
        case asked.Merge():
            return {name: one.into.key for one in payload.held for name in one.concepts}
        case asked.Decompose():
            return {n: payload.ontology.key for one in payload.routes for n in one.concepts}
        case _:
            return {}


def _then(seen: Picture, later: list[Step]) -> dict[str, str]:
    """The homes before these decisions, of what was known by then."""
    homes = dict(seen.world.homes)
    for step in reversed(later):
        for name, origin in step.origin.items():
            if homes.get(name) == step.goal.get(name):
                homes[name] = origin or PRIMORDIAL
    if not later:
        return homes
    since = {_name(one): one.created_at for one in seen.known.names.records}
    return {name: key for name, key in homes.items() if since.get(name, "") <= later[0].at}


def _name(record: Any) -> str:
    return str(record.body.get("name", record.text))


def _ties(seen: Picture, homes: Mapping[str, str]) -> Counter[str]:
    """The weight of all ties of each concept."""
    of, found = seen.world.graph, Counter[str](dict.fromkeys(homes, 0))
    for left, right, weight in zip(of.left, of.right, of.weight, strict=True):
        for place in (left, right):
            if (name := of.concepts[place]) in homes:
                found[name] += int(weight)
    return found


def _edges(seen: Picture, shown: frozenset[str]) -> list[dict[str, Any]]:
    """The heaviest ties among these."""
    of = seen.world.graph
    ends = zip(of.left.tolist(), of.right.tolist(), of.weight.tolist(), strict=True)
    named = ((of.concepts[left], of.concepts[right], weight) for left, right, weight in ends)
    there = [one for one in named if one[0] in shown and one[1] in shown]
    there.sort(key=lambda one: (-one[2], one[0], one[1]))
    return [{"from": a, "to": b, "weight": weight} for a, b, weight in there[:TIES]]


def _region(key: str, seen: Picture, sizes: Mapping[str, int]) -> dict[str, Any]:
    """One ontology, one that went since too."""
    one = seen.known.every.get(key)
    name, state = (one.name, one.state if one.is_live else "gone") if one else (key, "gone")
    return {"key": key, "name": name, "state": state, "concepts": sizes[key]}


def _most(one: tuple[str, int]) -> tuple[int, str]:
    return -one[1], one[0]
