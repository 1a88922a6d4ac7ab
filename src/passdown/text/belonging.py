"""Whether an entity belongs to a group: whether it is with any of the others more than by chance.

One tie may be too weak to tell; all of an entity's claims with the rest of its group tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.chance import shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from passdown.text.arrays import Floats, Integers
    from passdown.text.chance import Chance
    from passdown.text.incidence import Incidence

Group = tuple[int, ...]


def belonging(
    seen: Incidence,
    chance: Chance,
    groups: Sequence[Group],
    guests: Sequence[Group],
    *,
    entities: int,
    fdr: float,
) -> list[Group]:
    """The groups with those of their members and guests who belong.

    Each of so many entities could have been taken to any of the groups: that a single one of them
    is where chance took it is less likely than the false-discovery rate."""
    if not groups:
        return []
    number = np.arange(len(groups))
    own, at = _flat(groups), np.repeat(number, [len(one) for one in groups])
    more, home = _flat(guests), np.repeat(number, [len(one) for one in guests])
    asked = _Asked(
        np.concatenate([own, more]),
        np.concatenate([at, home]),
        np.arange(len(own) + len(more)) < len(own),
    )
    p = _likely(seen, chance, _Named.by(seen, own, at, len(groups)), asked)
    sure = p * entities * len(groups) <= fdr
    kept: list[list[int]] = [[] for _ in groups]
    for one, group in zip(asked.entity[sure].tolist(), asked.group[sure].tolist(), strict=True):
        kept[group].append(one)
    return [tuple(sorted(one)) for one in kept]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Entities, each with the group it is asked of, and whether it is a member already."""

    entity: Integers
    group: Integers
    member: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Named:
    """Claims that name a member of a group: claim and group as a key, and how many it names."""

    keys: Integers
    counts: Integers
    groups: int

    @classmethod
    def by(cls, seen: Incidence, members: Integers, group: Integers, groups: int) -> _Named:
        sizes, claims = seen.claims.of(members)
        found = np.unique(claims * groups + np.repeat(group, sizes), return_counts=True)
        return cls(*found, groups)

    def of(self, claims: Integers, group: Integers) -> Integers:
        """How many of the group each of these claims names."""
        keys = claims * self.groups + group
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found: Integers = np.where(self.keys[at] == keys, self.counts[at], 0)
        return found


def _likely(seen: Incidence, chance: Chance, named: _Named, asked: _Asked) -> Floats:
    """How likely chance has each as often with one of the others of its group."""
    many = len(asked.entity)
    sizes, claims = seen.claims.of(asked.entity)
    at = np.repeat(np.arange(many), sizes)
    others = named.of(claims, asked.group[at]) - asked.member[at]
    alone = others < asked.member[at]  # claims that name of the group this member only
    beside = np.bincount(at[others > 0], minlength=many)
    theirs = np.bincount(named.keys % named.groups, minlength=named.groups)[asked.group]
    mean = _expected(chance, named, asked)
    own = chance.beside(asked.entity[at[alone]], chance.size[claims[alone]])
    mean -= np.bincount(at[alone], own, many)
    return shared(beside, sizes, theirs - np.bincount(at[alone], minlength=many), mean)


def _expected(chance: Chance, named: _Named, asked: _Asked) -> Floats:
    """In how many of the claims that name its group chance names each."""
    claim, group = named.keys // named.groups, named.keys % named.groups
    shape = (named.groups, len(chance.sizes))
    by_size = np.bincount(group * shape[1] + chance.size[claim], minlength=shape[0] * shape[1])
    counts, mean = by_size.reshape(shape), np.zeros(len(asked.entity))
    for size in range(shape[1]):
        mean += counts[asked.group, size] * chance.beside(asked.entity, size)
    return mean


def _flat(groups: Sequence[Group]) -> Integers:
    return np.fromiter(chain.from_iterable(groups), np.int64)
