"""What pages there are, and which of them is about a cluster already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.loops.themes.claims import aliases
from passdown.loops.themes.kinds import BUILTIN
from passdown.loops.themes.payload import File, Payload, Target

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record

ALIKE, WITHIN = 0.5, 0.8
"""Two sets are of one theme from this Jaccard index on, or this share of the smaller one."""
GROWN = 0.2
"""How much larger a theme is by claims that its page does not know before it is asked about."""


@dataclass(frozen=True, slots=True)
class Before:
    """A page there is, as far as it matters here."""

    record: Record
    names: frozenset[str]
    claims: frozenset[str]

    @property
    def target(self) -> Target:
        """What names it in this version."""
        one = self.record
        return Target(one.kind, one.key, one.version, str(one.body.get("title", "")))

    @property
    def text(self) -> str:
        """The page as it reads."""
        return str(self.record.body.get("page", ""))

    def has_grown(self, claims: Collection[str]) -> bool:
        """Whether these claims are so many more that the page should be written anew."""
        fresh = len(frozenset(claims) - self.claims)
        return fresh >= max(1.0, GROWN * len(self.claims))


class Pages:
    """The pages that were approved."""

    def __init__(self, corpus: Corpus) -> None:
        every, called = (r for kind in BUILTIN for r in corpus.records(kind)), aliases(corpus)
        self.every = [before(one, called) for one in every if one.body.get("page")]

    def about(self, names: Iterable[str], claims: Iterable[str]) -> list[Before]:
        """Those about this cluster, those that know most of its claims first."""
        wanted, told = frozenset(names), frozenset(claims)
        found = [one for one in self.every if is_one(one.names, one.claims, wanted, told)]
        return sorted(found, key=lambda one: (-len(one.claims & told), one.record.id))

    def beside(self, names: Iterable[str], without: Collection[Before]) -> list[Target]:
        """Other pages that share a name: what a page should point to."""
        wanted = frozenset(names)
        near = [one for one in self.every if one not in without and one.names & wanted]
        near.sort(key=lambda one: (-len(one.names & wanted), one.record.id))
        return [one.target for one in near]


def before(record: Record, called: Mapping[str, str]) -> Before:
    """A page by its record, its names as they are called by now."""
    body = record.body
    names = frozenset(called.get(name, name) for name in body.get("entities", ()))
    return Before(record, names, frozenset(body.get("keys", ())))


def is_one(
    names: Collection[str], claims: Collection[str], others: Collection[str], told: Collection[str]
) -> bool:
    """Whether two sets of names and claims are one theme: most names are the same, or most claims
    and some of the names."""
    if _overlap(names, others):
        return len(frozenset(names) & frozenset(others)) > 1
    return _overlap(claims, told) and bool(frozenset(names) & frozenset(others))


def same(one: Payload, other: Payload) -> bool:
    """Whether two questions ask for one page."""
    if isinstance(one, File) and isinstance(other, File) and one.kind == other.kind:
        return is_one(one.entities, one.claims, other.entities, other.claims)
    return one == other


def _overlap(one: Collection[str], other: Collection[str]) -> bool:
    a, b = frozenset(one), frozenset(other)
    shared = len(a & b)
    if not shared:
        return False
    return shared >= ALIKE * len(a | b) or shared >= WITHIN * min(len(a), len(b))


def targets(found: Sequence[Before]) -> tuple[Target, ...]:
    """What names these pages."""
    return tuple(one.target for one in found)
