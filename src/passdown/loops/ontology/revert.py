"""What is asked where a decision did harm: the way back, as another of the seven actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.loop import Finding
from passdown.domain.errors import Conflict
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.asking import WIDTH, question
from passdown.loops.ontology.checks import check
from passdown.loops.ontology.inherit import resting
from passdown.loops.ontology.outcome import moved_by
from passdown.loops.ontology.past import done, payload_of
from passdown.loops.ontology.payload import Place
from passdown.loops.ontology.world import picture
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.domain.proposal import Proposal
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.payload import Payload
    from passdown.loops.ontology.world import Picture

SIGNAL = "REGRESSED"
SURE = 0.5
"""How sure it is that the way back is better: it was decided otherwise once."""


def revert(
    proposal: Proposal, why: str, corpus: Corpus, settings: Settings
) -> Finding[Payload] | None:
    """The question; None where there is no way back but an undo, or none that could be gone now."""
    seen = picture(corpus)
    payload = payload_of(proposal, seen.known)
    back = _back(done(payload), proposal.id, one_line(why, 600), seen) if payload else None
    if back is None:
        return None
    try:
        check(back, seen.known, settings, seen.world.inflight)
    except Conflict:
        return None
    evidence = resting(back, seen, corpus) or proposal.evidence
    title = one_line(f"{question(back)} The way there did harm.", WIDTH)
    return Finding(back, evidence, f"revert {proposal.id}", title, SURE)


def _back(payload: Payload, proposal: str, why: str, seen: Picture) -> Payload | None:
    told = {"signal": SIGNAL, "reason": why}
    went = moved_by(payload, proposal, seen)
    there = {name for name, goal in went.goals.items() if seen.world.homes.get(name) == goal}
    names = tuple(sorted(there))
    if not names:
        return None
    match payload:
        case asked.SplitNew():
            held = (asked.Route(_place(went.born, seen), names),)
            donor = _place(went.born, seen)
            return asked.Merge(donors=(donor,), into=payload.donor, held=held, **told)
        case asked.SplitInto():
            return asked.SplitInto(donor=payload.into, concepts=names, into=payload.donor, **told)
        case asked.Merge(donors=(gone,), into=Place() as into):
            return asked.SplitNew(donor=into, concepts=names, name=gone.name, **told)
        case _:
            return None


def _place(key: str, seen: Picture) -> Place:
    return Place(key, seen.known.every[key].name)
