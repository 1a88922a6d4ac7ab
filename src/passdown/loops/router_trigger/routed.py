"""Messages and the routes they took, as reply logs say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Seen, Trust
from passdown.text.phrases import LONGEST_MESSAGE, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation


class Routed(NamedTuple):
    """What a person asked, as patterns read it, and the route that the reply to it came by."""

    text: str
    route: str
    question: Observation
    reply: Observation


def routed(corpus: Corpus) -> Iterator[Routed]:
    """In the order of the sessions. A reply without a route, one that a phrase gave and one that
    was not sent say nothing."""
    asked: Observation | None = None
    for one in corpus.observations(kinds=(Seen.PROMPT, Seen.REPLY)):
        if one.seen is Seen.PROMPT:
            asked = one if _is_asked(one) else None
        elif asked is not None and asked.session == one.session:
            route = one.meta.get("route")
            if isinstance(route, str) and route.strip() and _is_told(one):
                yield Routed(plain(asked.text), route.strip()[:200], asked, one)
            asked = None


def _is_asked(one: Observation) -> bool:
    return one.trust is Trust.HUMAN and len(one.text) <= LONGEST_MESSAGE


def _is_told(reply: Observation) -> bool:
    return reply.ok is not False and reply.meta.get("short_circuit") not in (True, "true")
