"""What a tier is told of a question besides: every ontology, what ties the concepts that would
move, what failed before, and what else the rules find."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.asking import moved, question, same, worded
from passdown.loops.ontology.knobs import thresholds
from passdown.loops.ontology.past import done
from passdown.loops.ontology.places import placed
from passdown.loops.ontology.replay import NEW, pulled
from passdown.loops.ontology.world import picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.payload import Payload
    from passdown.loops.ontology.world import Picture

MOST_ONTOLOGIES, MOST_TIES, MOST_FAILURES, MOST_CANDIDATES = 60, 40, 5, 5
LONGEST = 300


def context(payload: Payload, corpus: Corpus, settings: Settings) -> Mapping[str, Any]:
    """All of it, bounded, as it is now."""
    seen = picture(corpus)
    payload = placed(payload, seen.known)
    what = done(payload)
    return {
        "inventory": _inventory(seen),
        "ties": _ties(what, seen),
        "failures": _failures(payload, seen),
        "candidates": [_told(one) for one in found(payload, seen, settings)],
    }


def found(payload: Payload, seen: Picture, settings: Settings) -> list[Payload]:
    """What the rules find for the subject of this question, the best first."""
    from passdown.loops.ontology.judge import judge

    key = asked.subject(payload).key
    if key not in seen.world.ontologies:
        return []
    best = judge(seen.world, key, thresholds(settings))
    every = [worded(one, seen) for one in (best, *best.alternatives)]
    choices: list[Payload] = [one for one in every if not isinstance(one, asked.Escalate)]
    return choices[:MOST_CANDIDATES]


def strays(payload: Payload, seen: Picture, settings: Settings) -> bool:
    """Whether it is none of what the rules find."""
    meant = placed(payload, seen.known)
    return not any(same(one, meant) for one in found(meant, seen, settings))


def _inventory(seen: Picture) -> list[dict[str, Any]]:
    sizes = Counter(seen.world.homes.values())
    those = sorted(seen.known.live, key=lambda one: (-sizes[one.key], one.key))
    return [
        {"name": one.name, "key": one.key, "concepts": sizes[one.key], "state": one.state}
        for one in those[:MOST_ONTOLOGIES]
    ]


def _ties(payload: Payload, seen: Picture) -> list[dict[str, Any]]:
    goes = {name: key or NEW for name, key in moved(payload).items() if name in seen.world.homes}
    pulls = pulled(seen.world, goes)
    first = sorted(pulls, key=lambda name: (-pulls[name].there, name))[:MOST_TIES]
    return [{"concept": one, "there": pulls[one].there, "here": pulls[one].here} for one in first]


def _failures(payload: Payload, seen: Picture) -> list[dict[str, Any]]:
    key = asked.subject(payload).key
    those = [one for one in seen.world.failures if one.subject == key][-MOST_FAILURES:]
    return [
        {
            "action": one.action,
            "target": one.target,
            "anchor": one.anchor,
            "code": one.code,
            "reason": one.reason[:LONGEST],
        }
        for one in those
    ]


def _told(payload: Payload) -> dict[str, Any]:
    return {
        "action": asked.action(payload),
        "asks": question(payload),
        "why": payload.reason[:LONGEST],
        "concepts": list(moved(payload))[:MOST_TIES],
    }
