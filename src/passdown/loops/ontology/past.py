"""What became of earlier questions: which ontologies they changed, and which came to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from passdown.domain.proposal import Status
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.graph import Failure
from passdown.loops.ontology.known import LOOP
from passdown.loops.ontology.places import placed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.proposal import Proposal
    from passdown.loops.ontology.clock import Clock
    from passdown.loops.ontology.known import Domains, Known
    from passdown.loops.ontology.payload import Payload, Place


def payload_of(proposal: Proposal, known: Domains) -> Payload | None:
    """What was asked, as it was meant; None where that was forgotten."""
    return meant(proposal.payload, known)


def meant(raw: Mapping[str, Any], known: Domains) -> Payload | None:
    """The same of a payload as it is kept."""
    found = read(raw)
    return placed(found, known) if found is not None else None


def read(raw: Mapping[str, Any]) -> Payload | None:
    """What was asked, in the words it was asked in; None where that was forgotten."""
    try:
        found: Payload = msgspec.convert(raw, asked.Payload)
    except msgspec.ValidationError:
        return None
    return found


def concerned(payload: Payload) -> set[str]:
    """The keys of its subject and of every ontology that it, or a choice of it, would change."""
    every = payload.choices if isinstance(payload, asked.Escalate) else (payload,)
    found = {place.key for one in every for place in (asked.subject(one), *places(one))}
    return (found | {asked.subject(payload).key}) - {""}


def done(payload: Payload) -> Payload:
    """What a yes did: of a question with choices the one that was chosen."""
    if isinstance(payload, asked.Escalate) and payload.choice < len(payload.choices):
        return payload.choices[payload.choice]
    return payload


def changed(corpus: Corpus, clock: Clock, known: Known) -> Mapping[str, int]:
    """When each ontology last gained or lost concepts by a decision."""
    found: dict[str, int] = {}
    for proposal in corpus.kept.asked(LOOP):
        payload = payload_of(proposal, known) if proposal.status is Status.EXECUTED else None
        if payload is not None:
            at = clock.at(proposal.decided_at)
            found |= {place.key: at for place in places(done(payload)) if place.key}
    return found


def places(payload: Payload) -> list[Place]:
    """Every ontology that it takes concepts from or gives some to."""
    match payload:
        case asked.SplitNew():
            return [payload.donor]
        case asked.SplitInto():
            return [payload.donor, payload.into]
        case asked.Merge():
            return [*payload.donors, *([payload.into] if payload.into else [])]
        case asked.Decompose():
            return [payload.ontology, *(route.into for route in payload.routes)]
        case _:
            return []


def failures(corpus: Corpus, clock: Clock, known: Known) -> list[Failure]:
    """What was tried in vain, with the code and the words in which that was told."""
    found = []
    for one in corpus.kept.asked(LOOP):
        payload = payload_of(one, known) if one.status is Status.FAILED else None
        if payload is not None:
            at = clock.at(one.decided_at)
            found.append(_failure(done(payload), at, one.failure_code, one.reason))
    return found


def _failure(payload: Payload, at: int, code: str, reason: str) -> Failure:
    return Failure(
        asked.subject(payload).key,
        str(getattr(payload, "anchor", "")),
        asked.action(payload),
        asked.goal(payload),
        at,
        code,
        reason,
    )
