"""What would be, had it been so already: which concepts would be nearer to their own, and what a
reader of each ontology would see."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from passdown.contract.loop import Replay
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.asking import moved
from passdown.loops.ontology.graph import Ontology
from passdown.loops.ontology.inherit import spread
from passdown.loops.ontology.known import PRIMORDIAL
from passdown.loops.ontology.past import done
from passdown.loops.ontology.places import placed
from passdown.loops.ontology.world import picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.graph import World
    from passdown.loops.ontology.payload import Payload
    from passdown.loops.ontology.world import Picture

NEW = "\0new"
"""The key of an ontology that is not there yet."""
MOST_SHOWN = 8


class Pull(NamedTuple):
    """What ties a concept to those it would be at home with, and to those it would leave."""

    there: int
    here: int


def replay(payload: Payload, corpus: Corpus, settings: Settings) -> Replay:
    """For: concepts with more ties to where they would go than to where they are; against: those
    with fewer. Before and after of each ontology as its readers see it."""
    seen = picture(corpus)
    what = placed(done(payload), seen.known)
    goes = {name: key or NEW for name, key in _moved(what, seen).items()}
    if not goes:
        return Replay(_still(what, seen), metrics=_state(seen))
    pulls = pulled(seen.world, goes)
    right = sum(pull.there > pull.here for pull in pulls.values())
    wrong = sum(pull.there < pull.here for pull in pulls.values())
    figures = _figures(seen, goes, what)
    sentence = (
        f"{_count(len(goes), 'concept')} would move: {right} with more ties there than here,"
        f" {wrong} with fewer. {_seen(seen, goes)}"
    )
    better = {"gain": round(_gain(seen.world, goes), 4)}
    return Replay(sentence, right, wrong, metrics={**figures, **_state(seen), **better})


def _moved(payload: Payload, seen: Picture) -> Mapping[str, str]:
    """What would move as things are now: of a merge, all that the donors have."""
    if not isinstance(payload, asked.Merge):
        return {k: v for k, v in moved(payload).items() if k in seen.world.homes}
    keys = {one.key for one in payload.donors}
    return {n: asked.goal(payload) for n, home in seen.world.homes.items() if home in keys}


def pulled(of: World, goes: Mapping[str, str]) -> dict[str, Pull]:
    """The ties of each concept that moves: to what will be there, and to what it leaves."""
    here, there = Counter[str](), Counter[str]()
    graph = of.graph
    ends = zip(graph.left.tolist(), graph.right.tolist(), graph.weight.tolist(), strict=True)
    for left, right, weight in ends:
        one, other = graph.concepts[left], graph.concepts[right]
        for mover, fixed in ((one, other), (other, one)):
            if mover in goes:
                home = goes.get(fixed, of.homes[fixed])
                there[mover] += weight * (home == goes[mover])
                here[mover] += weight * (home == of.homes[mover])
    return {name: Pull(there[name], here[name]) for name in goes}


def _figures(seen: Picture, goes: Mapping[str, str], payload: Payload) -> dict[str, float]:
    """Before and after of each ontology that it reaches: concepts, and claims that belong to it."""
    homes = seen.world.homes
    then = {**homes, **goes}
    touched = sorted({homes[name] for name in goes} | set(goes.values()))
    was, will = Counter(homes.values()), Counter(then.values())
    read, shown = spread(seen, {}), spread(seen, goes)
    found: dict[str, float] = {"moved": float(len(goes))}
    for key in touched[:MOST_SHOWN]:
        name = _name(key, seen, payload)
        found[f"{name}: concepts before"] = float(was[key])
        found[f"{name}: concepts after"] = float(will[key])
        found[f"{name}: claims before"] = float(read[key])
        found[f"{name}: claims after"] = float(shown[key])
    return found


def _name(key: str, seen: Picture, payload: Payload) -> str:
    if key == NEW:
        return str(getattr(payload, "name", "") or "new")
    found = seen.known.every.get(key)
    return found.name if found else key


def _seen(seen: Picture, goes: Mapping[str, str]) -> str:
    """How many claims a reader would find elsewhere."""
    homes = seen.world.homes
    apart = whole = 0
    for _, names in seen.held:
        if any(name in goes for name in names):
            apart += len({homes.get(name, PRIMORDIAL) for name in names}) > 1
            whole += len({goes.get(name, homes.get(name, PRIMORDIAL)) for name in names}) > 1
    told = f"Of claims that name them, {apart} name concepts of two ontologies or more"
    return f"{told}; then {whole} would."


def _gain(of: World, goes: Mapping[str, str]) -> float:
    """How much better all would be ordered at once, in [-1, 1]."""
    from passdown.loops.ontology.quality import gained, score

    known = {NEW: Ontology(NEW, NEW), **of.ontologies}
    then = replace(of, ontologies=known, homes={**of.homes, **goes})
    return gained(score(then), score(of))


def _state(seen: Picture) -> dict[str, float]:
    return {"concepts": float(len(seen.world.graph)), "epoch": float(seen.clock.now)}


def _still(payload: Payload, seen: Picture) -> str:
    key = asked.subject(payload).key
    n = sum(home == key for home in seen.world.homes.values())
    return f"No concept would move; {_count(n, 'concept')} of it stay where they are."


def _count(n: int, what: str) -> str:
    return f"1 {what}" if n == 1 else f"{n} {what}s"
