"""What a yes implies: homes that move, ontologies that come, go or are called otherwise; all of it
or nothing, and nothing is deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from passdown.domain.change import Link, Put, Retire, Unlink
from passdown.domain.record import Life
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.checks import check, chosen, the
from passdown.loops.ontology.known import FLOOR_ID, KIND, concept_id, fresh, look, normal
from passdown.loops.ontology.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change
    from passdown.domain.record import Record
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.known import Domain, Known
    from passdown.loops.ontology.payload import Payload


def changes(payload: Payload, corpus: Corpus, settings: Settings) -> Sequence[Change]:
    """The changes against ontologies and homes as they are now; Conflict, with the code of the
    check that failed, where the world has moved on."""
    known = look(corpus)
    check(payload, known, settings, waiting(corpus, known))
    return list(_done(payload, known))


def _done(payload: Payload, known: Known) -> Iterator[Change]:
    match payload:
        case asked.SplitNew():
            record = fresh(payload.name, known, payload.description, anchor=payload.anchor)
            yield Put(record)
            yield from _named_no_more(the(payload.donor, known), payload.name)
            yield from move(map(concept_id, payload.concepts), record.id, known)
        case asked.SplitInto():
            into = the(payload.into, known)
            yield from move(map(concept_id, payload.concepts), into.id, known)
        case asked.Merge():
            yield from _merge(payload, known)
        case asked.Decompose():
            yield from _decompose(payload, known)
        case asked.Rename():
            yield Put(_renamed(the(payload.ontology, known), payload))
        case asked.NoAction():
            return
        case asked.Escalate():
            yield from _done(chosen(payload), known)


def move(concepts: Iterable[str], into: str, known: Known) -> Iterator[Change]:
    """Each concept, by id, is at home at that ontology's id and nowhere else."""
    for old, new in known.moves(sorted(set(concepts)), into):
        if old is not None:
            yield Unlink(old)
        yield Link(new)


def _named_no_more(donor: Domain, name: str) -> Iterator[Change]:
    """What leaves under a name that the donor took over takes it along."""
    kept = [one for one in donor.aliases if normal(one) != normal(name)]
    if len(kept) < len(donor.aliases):
        yield Put(replace(donor.record, body={**donor.record.body, "aliases": kept}))


def _merge(payload: asked.Merge, known: Known) -> Iterator[Change]:
    donors = [the(one, known) for one in payload.donors]
    if payload.into is None:
        target = fresh(payload.name, known, payload.description)
    else:
        target = the(payload.into, known).record
    yield Put(_also_called(target, donors))
    for donor in donors:
        yield from move(known.housed(donor), target.id, known)
        yield Retire(KIND, donor.key, donor.record.version, Life.SUPERSEDED, target.id)


def _also_called(target: Record, donors: Sequence[Domain]) -> Record:
    """The one that stays, found by the names of those that go."""
    names = [*target.body.get("aliases", ())]
    names += [name for one in donors for name in (one.name, *one.aliases)]
    kept = {normal(name): name for name in reversed(names) if normal(name) != normal(target.text)}
    return replace(target, body={**target.body, "aliases": sorted(kept.values())})


def _decompose(payload: asked.Decompose, known: Known) -> Iterator[Change]:
    subject = the(payload.ontology, known)
    routed: set[str] = set()
    for route in payload.routes if payload.routing == "affinity" else ():
        ids = [concept_id(name) for name in route.concepts]
        routed.update(ids)
        yield from move(ids, the(route.into, known).id, known)
    yield from move(set(known.housed(subject)) - routed, FLOOR_ID, known)
    yield Retire(KIND, subject.key, subject.record.version, Life.SUPERSEDED)


def _renamed(subject: Domain, payload: asked.Rename) -> Record:
    body = subject.record.body
    names = dict.fromkeys((*subject.aliases, subject.name))
    aliases = sorted(name for name in names if normal(name) != normal(payload.name))
    told = payload.description or body.get("description", "")
    return replace(
        subject.record, text=payload.name, body={**body, "aliases": aliases, "description": told}
    )
