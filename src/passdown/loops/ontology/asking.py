"""A candidate of the rules as a question: its payload, what it rests on, which question it is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from passdown.contract.loop import Finding
from passdown.domain.errors import Conflict
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.checks import check
from passdown.loops.ontology.inherit import resting
from passdown.loops.ontology.known import concept_id, normal
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.graph import Candidate
    from passdown.loops.ontology.payload import Payload, Place
    from passdown.loops.ontology.world import Picture

WIDTH = 120
UNNAMED = "unnamed"
SAME_PIECE = 0.75
"""Two questions whose concepts are as alike as this are one (Jaccard)."""
SHOWN = 3


def finding(
    one: Candidate, seen: Picture, corpus: Corpus, settings: Settings
) -> Finding[Payload] | None:
    """The question whether to do this; None where nothing that anybody said speaks of it."""
    payload = possible(worded(one, seen), seen, settings)
    evidence = resting(payload, seen, corpus)
    if not evidence:
        return None
    title = one_line(question(payload), WIDTH)
    return Finding(payload, evidence, key_of(payload), title, round(one.confidence, 4))


def worded(one: Candidate, seen: Picture) -> Payload:
    """The payload of a candidate: every parameter that its action needs."""
    if one.action == "ESCALATE":
        return _escalated(one, seen)
    return _choice(one, seen)


def possible(payload: Payload, seen: Picture, settings: Settings) -> Payload:
    """The same with the first choice marked that can be carried out now."""
    if not isinstance(payload, asked.Escalate):
        return payload
    for n in range(len(payload.choices)):
        marked = replace(payload, choice=n)
        try:
            check(marked, seen.known, settings, seen.world.inflight)
        except Conflict:
            continue
        return marked
    return payload


def _escalated(one: Candidate, seen: Picture) -> asked.Escalate:
    choices = [_choice(other, seen) for other in one.alternatives if other.action != "ESCALATE"]
    subject = _place(one.subject, seen)
    left = asked.NoAction(ontology=subject, signal=one.rule, reason="It stays as it is.")
    if not any(isinstance(choice, asked.NoAction) for choice in choices):
        choices.append(left)
    why = _reason(one)
    known = "; ".join(_reason(other) for other in one.alternatives[:SHOWN])[:600]
    return asked.Escalate(
        ontology=subject,
        choices=tuple(choices[: asked.MOST_CHOICES]),
        known=one_line(known, 600),
        unknown=why,
        sure=min(1.0, max(0.0, one.confidence)),
        signal=one.rule,
        reason=why,
    )


def _choice(one: Candidate, seen: Picture) -> asked.Choice:
    subject = _place(one.subject, seen)
    why: dict[str, Any] = {"signal": one.rule, "reason": _reason(one)}
    anchor = one.anchor if one.anchor in one.moved else ""
    match one.action:
        case "SPLIT_NEW":
            told = {"name": one.name[:100] or UNNAMED, "description": one.description[:600]}
            return asked.SplitNew(donor=subject, concepts=one.moved, anchor=anchor, **told, **why)
        case "SPLIT_INTO_EXISTING":
            into = _place(one.target, seen)
            return asked.SplitInto(
                donor=subject, concepts=one.moved, into=into, anchor=anchor, **why
            )
        case "MERGE":
            held = (asked.Route(subject, one.moved),)
            return asked.Merge(donors=(subject,), into=_place(one.target, seen), held=held, **why)
        case "DECOMPOSE_TO_PRIMORDIAL":
            return asked.Decompose(ontology=subject, routes=_routes(one, seen), **why)
        case "RENAME":
            return asked.Rename(
                ontology=subject, name=one.name, description=one.description[:600], **why
            )
        case _:
            return asked.NoAction(ontology=subject, **why)


def _routes(one: Candidate, seen: Picture) -> tuple[asked.Route, ...]:
    found: dict[str, list[str]] = {}
    for concept, target in one.routes:
        found.setdefault(target, []).append(concept)
    return tuple(asked.Route(_place(key, seen), tuple(found[key])) for key in sorted(found))


def _place(key: str, seen: Picture) -> Place:
    found = seen.known.every.get(key)
    return asked.Place(key, found.name if found else key)


def _reason(one: Candidate) -> str:
    return one_line(" ".join(one.reasons), 600)


def question(payload: Payload) -> str:
    """What is asked, in one sentence."""
    match payload:
        case asked.SplitNew():
            n = _many(payload.concepts)
            return f"Should {n} of {payload.donor.name} be an ontology `{payload.name}`?"
        case asked.SplitInto():
            n = _many(payload.concepts)
            return f"Should {n} of {payload.donor.name} go to {payload.into.name}?"
        case asked.Merge():
            into = payload.into.name if payload.into else f"a new `{payload.name}`"
            return f"Should {', '.join(one.name for one in payload.donors)} be merged into {into}?"
        case asked.Decompose():
            return f"Should {payload.ontology.name} go, and its concepts to where they belong?"
        case asked.Rename():
            return f"Should {payload.ontology.name} be called `{payload.name}`?"
        case asked.NoAction():
            return f"Should {payload.ontology.name} stay as it is?"
        case asked.Escalate():
            return f"What should become of {payload.ontology.name}?"


def _many(concepts: Iterable[str]) -> str:
    n = len(frozenset(concepts))
    return "1 concept" if n == 1 else f"{n} concepts"


def key_of(payload: Payload) -> str:
    """Which question it is: the action, its subject, where it leads, and around what."""
    told = [asked.subject(payload).key, asked.goal(payload), _around(payload)]
    if isinstance(payload, asked.Escalate):
        told += [key_of(one) for one in payload.choices]
    if isinstance(payload, asked.Rename):
        told.append(normal(payload.name))
    digest = hashlib.sha256("\0".join(told).encode("utf-8", "replace")).hexdigest()[:16]
    return f"{asked.action(payload)} {asked.subject(payload).key} {digest}"


def _around(payload: Payload) -> str:
    anchor = str(getattr(payload, "anchor", ""))
    return anchor or ",".join(sorted(map(concept_id, getattr(payload, "concepts", ()))))


def same(one: Payload, other: Payload) -> bool:
    """Whether two questions ask for the same: the same way, with all but the same concepts."""
    if asked.action(one) != asked.action(other):
        return False
    if asked.subject(one).key != asked.subject(other).key or asked.goal(one) != asked.goal(other):
        return False
    if isinstance(one, asked.Escalate) and isinstance(other, asked.Escalate):
        pairs = zip(one.choices, other.choices, strict=False)
        return len(one.choices) == len(other.choices) and all(same(a, b) for a, b in pairs)
    if isinstance(one, asked.Rename) and isinstance(other, asked.Rename):
        return normal(one.name) == normal(other.name)
    mine, theirs = frozenset(moved(one)), frozenset(moved(other))
    either = len(mine | theirs)
    return not either or len(mine & theirs) >= SAME_PIECE * either


def moved(payload: Payload) -> Mapping[str, str]:
    """Of each concept that changes its home: the key it goes to, '' for an ontology to be made."""
    match payload:
        case asked.SplitNew():
            return dict.fromkeys(payload.concepts, "")
        case asked.SplitInto():
            return dict.fromkeys(payload.concepts, payload.into.key)
        case asked.Merge():
            return {name: asked.goal(payload) for route in payload.held for name in route.concepts}
        case asked.Decompose():
            return {name: route.into.key for route in payload.routes for name in route.concepts}
        case asked.Escalate() if payload.choice < len(payload.choices):
            return moved(payload.choices[payload.choice])
        case _:
            return {}
