"""What a new ontology is called: by the words its concepts have and others have not, never a name
that is taken."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from math import log
from typing import TYPE_CHECKING

from passdown.loops.ontology.graph import Candidate
from passdown.loops.ontology.known import normal
from passdown.text.tokens import STOP_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.loops.ontology.frame import Frame
    from passdown.loops.ontology.graph import World

TERMS, ENOUGH = 10, 2
"""So many words tell what an ontology is about; so many of them are a name."""
LONGEST = 5
PULL = 0.5


def taken(of: World) -> dict[str, str]:
    """Every name that no new ontology may have, by its key: whose it is, '' of one removed."""
    found = {normal(name): "" for name in of.tombstones}
    for one in of.live():
        for alias in one.aliases:
            found.setdefault(normal(alias), one.id)
    return found | {normal(one.name): one.id for one in of.live()}


class Namer:
    """Names for what may be split from one world; its words are counted when first asked for."""

    __slots__ = ("_counts", "_each", "_frame", "_labels", "_taken")

    def __init__(self, of: Frame) -> None:
        self._frame = of
        self._labels = dict(zip(of.world.graph.concepts, of.world.graph.labels, strict=True))
        self._taken: dict[str, str] | None = None
        self._counts: Counter[str] = Counter()
        self._each = 0.0

    def named(self, one: Candidate, suggested: Iterable[str] = ()) -> Candidate:
        """A split with a name that is free: what was suggested, or of its own words. Where the name
        is that of the ontology they are drawn to, the split goes there; where no name is left, it
        is escalated."""
        if one.action != "SPLIT_NEW":
            return one
        for name in (*suggested, *self._names(one.moved)):
            owner = self._owners().get(normal(name))
            if owner is None:
                told = self.about(one.moved)
                return replace(one, name=" ".join(name.split()), description=told)
            if owner and self._drawn(one, owner):
                return _into(one, owner, name)
        reason = "Every name for it is taken."
        return replace(one, action="ESCALATE", moved=(), routes=(), reasons=(*one.reasons, reason),
                       alternatives=(one,))  # fmt: skip

    def free(self, concepts: Sequence[str]) -> str:
        """A name for these that nobody has; '' when every one is taken."""
        owners = self._owners()
        return next((name for name in self._names(concepts) if normal(name) not in owners), "")

    def about(self, concepts: Sequence[str]) -> str:
        """What these are about, in a sentence."""
        return f"About {', '.join(islice(_apart(self.terms(concepts)), LONGEST))}."

    def terms(self, concepts: Iterable[str]) -> list[str]:
        """The words that set these concepts apart from all others, first the most telling
        (c-TF-IDF); as they are mostly written."""
        self._count()
        told = list(concepts)
        here: Counter[str] = Counter()
        written: dict[str, Counter[str]] = {}
        for concept in told:
            for key, word in spoken(self._labels[concept]).items():
                here[key] += 1
                written.setdefault(key, Counter())[word] += 1
        weight = {key: n * log(1 + self._each / self._counts[key]) for key, n in here.items()}
        order = sorted(weight, key=lambda key: (-round(weight[key], 9), key))
        return [_mostly(written[key]) for key in order]

    def _owners(self) -> dict[str, str]:
        if self._taken is None:
            self._taken = taken(self._frame.world)
        return self._taken

    def _names(self, concepts: Sequence[str]) -> Iterator[str]:
        """Names of two words, then with one more each; then what its concepts are called."""
        chosen: list[str] = []
        for term in islice(_apart(self.terms(concepts)), LONGEST):
            chosen.append(term)
            if len(chosen) >= ENOUGH:
                yield " ".join(chosen)
        if len(chosen) == 1:
            yield chosen[0]
        yield from (self._labels[concept] for concept in concepts)

    def _count(self) -> None:
        """How many concepts have each word; how many words an ontology has on average."""
        if self._each:
            return
        for label in self._labels.values():
            self._counts.update(list(spoken(label)))
        self._each = max(self._counts.total() / max(len(self._frame.ids), 1), 1.0)

    def _drawn(self, one: Candidate, owner: str) -> bool:
        """The ontology with that name is the one they are tied to most, and as much as to what
        they leave."""
        ontology = self._frame.world.ontologies[owner]
        if ontology.kind == "floor" or ontology.state == "frozen" or owner == one.subject:
            return False
        there, rest = _tied(self._frame.world, frozenset(one.moved), owner, one.subject)
        return there > 0 and there >= PULL * (there + rest)


def _into(one: Candidate, owner: str, name: str) -> Candidate:
    return replace(
        one,
        action="SPLIT_INTO_EXISTING",
        target=owner,
        routes=tuple((concept, owner) for concept in one.moved),
        reasons=(*one.reasons, f"{' '.join(name.split())!r} is there already, and draws them."),
    )


def _tied(of: World, moved: frozenset[str], there: str, here: str) -> tuple[float, float]:
    """How much these are tied to that ontology, and to the rest of their own; to the floor nothing
    is tied by being in it."""
    ids, found = of.graph.concepts, {there: 0.0, here: 0.0}
    ties = zip(
        of.graph.left.tolist(), of.graph.right.tolist(), of.graph.weight.tolist(), strict=True
    )
    for left, right, weight in ties:
        one, other = ids[left], ids[right]
        if (one in moved) != (other in moved):
            home = of.homes[other if one in moved else one]
            if home in found:
                found[home] += weight
    return found[there], 0.0 if here == of.floor else found[here]


@lru_cache(maxsize=32_768)
def spoken(label: str) -> Mapping[str, str]:
    """The words of a label that carry meaning: by stem, as written. Every cycle asks again."""
    return {
        stem(word): word
        for word in words(label)
        if word not in STOP_WORDS and any(char.isalnum() for char in word)
    }


def _mostly(written: Counter[str]) -> str:
    return min(written, key=lambda word: (-written[word], word))


def _apart(terms: list[str]) -> Iterator[str]:
    """Those that are no part of one before them, nor hold it."""
    before: list[str] = []
    for term in terms:
        if not any(term in other or other in term for other in before):
            before.append(term)
            yield term
