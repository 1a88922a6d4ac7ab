"""One cycle: what could be done about ontologies as they are, the surest first, up to the most that
one cycle asks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from passdown.contract.loop import Dropped, Finding, Idle
from passdown.loops.ontology.asking import finding
from passdown.loops.ontology.knobs import LEAST_ACTIVITY, MOST_PROPOSALS, thresholds
from passdown.loops.ontology.known import LOOP, look
from passdown.loops.ontology.world import picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.ontology.calm import Calm
    from passdown.loops.ontology.graph import Candidate
    from passdown.loops.ontology.payload import Payload
    from passdown.loops.ontology.world import Picture

QUIET = "too little was decided since the last cycle"
HEALTHY, LATER, BARE = "nothing to be done", "beyond max_proposals_per_cycle", "nothing to rest on"
FEWEST = 5
"""Concepts below which there is nothing to put in order."""


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload] | Dropped | Idle]:
    """What the rules say of every ontology, unless too little was decided since they last did."""
    if look(corpus).names.many < FEWEST:  # and nothing needs to be installed for them
        return
    seen = picture(corpus)
    last = corpus.kept.cycled(LOOP)
    fresh = seen.clock.since(last)
    if last and fresh < settings.whole(LEAST_ACTIVITY):
        yield Idle(QUIET)
        return
    yield from found(seen, corpus, settings)


def found(
    seen: Picture, corpus: Corpus, settings: Settings
) -> Iterator[Finding[Payload] | Dropped]:
    """The questions, whatever happened since the last cycle."""
    room = settings.whole(MOST_PROPOSALS)
    for one in candidates(seen, settings):
        asked = _ask(one, seen, corpus, settings)
        if isinstance(asked, Finding) and not room:
            asked = Dropped(LATER, asked.title)
        room -= isinstance(asked, Finding)
        yield asked


def candidates(seen: Picture, settings: Settings) -> list[Candidate]:
    """What the rules say, as the thresholds stood when the cycle began; names last: they harm
    nobody, and of what is to be split or merged no other name is asked for."""
    from passdown.loops.ontology.judge import candidates as judged
    from passdown.loops.ontology.pressure import eased, pressure
    from passdown.loops.ontology.renaming import renames

    most = 2 * settings.whole(MOST_PROPOSALS)
    held = eased(thresholds(settings), pressure(seen.world))
    found = judged(seen.world, held, most=most, calm=_calm())
    taken = {id for one in found for id in (one.subject, *(to for _, to in one.routes))}
    return [*found, *renames(seen.world, held, only=seen.world.ontologies.keys() - taken)]


@cache
def _calm() -> Calm:
    """What this process found in order when it last looked: its next cycle looks at the rest."""
    from passdown.loops.ontology.calm import Calm

    return Calm()


def _ask(
    one: Candidate, seen: Picture, corpus: Corpus, settings: Settings
) -> Finding[Payload] | Dropped:
    if one.action == "NO_ACTION":
        return Dropped(HEALTHY, one.subject)
    return finding(one, seen, corpus, settings) or Dropped(BARE, one.subject)
