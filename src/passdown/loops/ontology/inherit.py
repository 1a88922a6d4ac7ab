"""Which ontology a claim, a page or a phrase belongs to: that of most of its names. It is computed,
never stored."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.known import PRIMORDIAL

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from passdown.contract.corpus import Corpus
    from passdown.loops.ontology.payload import Payload
    from passdown.loops.ontology.world import Picture

MOST_EVIDENCE = 40
SAID = "said"
"""In the body of a record: the observations of which it was made by hand."""


def majority(names: Iterable[str], home: Callable[[str], str]) -> str:
    """The home of most of these names, the floor only where it is that of all; '' of none."""
    counts = Counter(home(name) for name in names)
    named = {key: n for key, n in counts.items() if key != PRIMORDIAL}
    if named:
        return min(named, key=lambda key: (-named[key], key))
    return PRIMORDIAL if counts else ""


def spread(seen: Picture, elsewhere: Mapping[str, str]) -> Counter[str]:
    """How many claims belong to each ontology, where these concepts are at home elsewhere."""
    homes = seen.world.homes

    def home(name: str) -> str:
        return elsewhere.get(name) or homes.get(name, PRIMORDIAL)

    return Counter(majority(one.names, home) for one in seen.held)


def resting(payload: Payload, seen: Picture, corpus: Corpus) -> tuple[int, ...]:
    """What was said of the concepts that it is about: of claims that name most of them first."""
    wanted = frozenset(_about(payload, seen))
    ranked = sorted(
        (one for one in seen.held if wanted.intersection(one.names)),
        key=lambda one: (-len(wanted.intersection(one.names)), one.record.key),
    )
    seqs = [int(quote["seq"]) for one in ranked for quote in one.record.body.get("quotes", ())[:1]]
    there = [one.seq for one in corpus.get(seqs[: 4 * MOST_EVIDENCE])]
    if there:
        kept = frozenset(there)
        return tuple(sorted(list(dict.fromkeys(s for s in seqs if s in kept))[:MOST_EVIDENCE]))
    return _by_hand(payload, wanted, seen, corpus)


def _about(payload: Payload, seen: Picture) -> Collection[str]:
    """The concepts that move, else all that its subject has."""
    from passdown.loops.ontology.asking import moved

    if found := moved(payload):
        return found.keys()
    key = asked.subject(payload).key
    return [name for name, home in seen.world.homes.items() if home == key]


def _by_hand(
    payload: Payload, wanted: Collection[str], seen: Picture, corpus: Corpus
) -> tuple[int, ...]:
    """What a person said by setting these up, or what made the ontology that it is about."""
    domain = seen.known.every.get(asked.subject(payload).key)
    records = [one for one in seen.known.names.records if str(one.body.get("name")) in wanted]
    records += [domain.record] if domain else []
    seqs = {int(seq) for one in records for seq in one.body.get(SAID, ())}
    seqs |= {seq for one in seen.known.every.values() for seq in one.record.body.get(SAID, ())}
    return tuple(one.seq for one in corpus.get(seqs))[:MOST_EVIDENCE]
