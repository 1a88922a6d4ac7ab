"""What detectors and a model found, as one list of questions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as with_fields

from passdown.loops.claims.ask import MOST_QUOTES, ask
from passdown.loops.claims.draft import Draft
from passdown.loops.claims.item import MOST_SURE
from passdown.loops.claims.payload import Add
from passdown.loops.claims.same import Bond, Kin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Finding
    from passdown.loops.claims.payload import Payload

    Found = Finding[Payload]

CORROBORATION = 0.05
"""How much surer something is with each further session that shows it."""


def merge(detected: Sequence[Found], named: Sequence[Found], corpus: Corpus) -> Iterator[Found]:
    """Each question once: a wording of what a detector found only adds its evidence, and so does
    a wording of what the model named elsewhere."""
    kin: Kin[int] = Kin()
    leaders: list[Found] = []
    for one in (*detected, *_in_order(named)):
        place = _leader(one, leaders, kin)
        if place is None or len(leaders) < len(detected):
            kin.add(len(leaders), one.title)
            leaders.append(one)
        else:
            leaders[place] = _joined(leaders[place], one)
    yield from leaders[: len(detected)]
    known = {one.key for one in detected}
    drafts = [_draft(one, corpus) for one in leaders[len(detected) :]]
    yield from (one for one in ask(drafts, corpus) if one.key not in known)


def _in_order(named: Iterable[Found]) -> list[Found]:
    return sorted(named, key=lambda one: (-one.confidence, one.key, one.evidence))


def _leader(one: Found, leaders: Sequence[Found], kin: Kin[int]) -> int | None:
    """The place of the one that says the same in the same scope."""
    same = (place for place, what in kin.of(one.title) if what is Bond.SAME)
    return next((place for place in same if leaders[place].scope == one.scope), None)


def _joined(leader: Found, other: Found) -> Found:
    """The leader, standing on the evidence of both."""
    ours, theirs = leader.payload, other.payload
    if not isinstance(theirs, Add) or not hasattr(ours, "quotes"):
        return leader
    quotes = tuple(dict.fromkeys((*ours.quotes, *theirs.quotes)))[:MOST_QUOTES]
    evidence = tuple(sorted({*leader.evidence, *other.evidence}))
    return replace(leader, payload=with_fields(ours, quotes=quotes), evidence=evidence)


def _draft(one: Found, corpus: Corpus) -> Draft:
    """A question of the model's, surer with every session that shows it."""
    claim, seen = one.payload, corpus.get(one.evidence)
    assert isinstance(claim, Add)
    more = CORROBORATION * (len({o.session for o in seen}) - 1)
    sure = max(one.confidence, min(one.confidence + more, MOST_SURE))
    return Draft(
        key=one.key,
        text=claim.text,
        category=claim.category,
        scope=one.scope,
        confidence=round(sure, 2),
        seen=tuple(seen),
        quotes=claim.quotes,
    )
