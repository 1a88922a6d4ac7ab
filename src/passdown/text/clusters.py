"""Groups of tied entities, each with its claims and one score.

    score = sessions x strength x (1 + ln(1 + days))

sessions: the distinct ones of the claims that name two of its entities or more; strength: how
strong the strongest tie of an entity within it is, the mean over its entities; days: from the first
of its claims to the last.
"""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

from passdown.domain.clock import to_seconds
from passdown.text.arrays import np
from passdown.text.association import adjusted
from passdown.text.communities import leiden
from passdown.text.recurrence import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.text.arrays import Integers
    from passdown.text.association import Ties
    from passdown.text.incidence import Incidence

DENSITY = 0.05
"""The mean strength between two groups from which on they are one: by the constant Potts model,
which does not come to merge small groups as a store grows."""
DAY = 86_400


class Near:
    """For each entity whom it is tied to: how strongly, and how likely chance has it."""

    def __init__(self, ties: Ties) -> None:
        self._of: dict[int, dict[int, tuple[float, float]]] = {}
        columns = (ties.left, ties.right, ties.strength, ties.chance)
        for left, right, strength, chance in zip(*(c.tolist() for c in columns), strict=True):
            self._of.setdefault(left, {})[right] = strength, chance
            self._of.setdefault(right, {})[left] = strength, chance

    def __getitem__(self, entity: int) -> dict[int, tuple[float, float]]:
        return self._of[entity]

    def strengths(self, entity: int, others: Iterable[int]) -> list[float]:
        """Of its ties to these, those there are."""
        own = self._of[entity]
        return [own[other][0] for other in others if other in own]

    def surest(self, members: Iterable[int]) -> float:
        """How likely chance has the pair of these of which that is least likely."""
        within = set(members)
        own = (self._of[one].items() for one in within)
        return min(chance for ties in own for other, (_, chance) in ties if other in within)


def ranked(
    seen: Incidence, ties: Ties, *, min_sessions: int, min_claims: int, fdr: float
) -> list[Cluster]:
    """The clusters over the thresholds, best first, of equal ones by their entities.

    Of pairs that are tied a share is chance, and what is alone by chance is a group of its own: so
    each group counts as one finding, and its surest pair has to be sure enough among those.
    """
    near = Near(ties)
    found = groups(ties, near)
    sure = adjusted(np.asarray([near.surest(members) for members in found]), ties.tests)
    made = (
        _cluster(seen, members, near, float(q) if ties.tests else None)
        for members, q in zip(found, sure, strict=True)
        if q <= fdr
    )
    kept = [
        one for one in made if one.session_count >= min_sessions and one.claim_count >= min_claims
    ]
    return sorted(kept, key=lambda one: (-one.score, one.entity_ids))


def groups(ties: Ties, near: Near) -> list[tuple[int, ...]]:
    """Communities of two or more, with those of others who belong to them too; none in another."""
    nodes, at = np.unique(np.stack([ties.left, ties.right], axis=1), return_inverse=True)
    found = leiden(
        at.reshape(-1, 2), ties.strength, nodes=len(nodes), resolution=DENSITY, modularity=False
    )
    alike: dict[int, list[int]] = {}
    for node, number in zip(nodes.tolist(), found, strict=True):
        alike.setdefault(number, []).append(node)
    wide = [_with_guests(members, near) for members in alike.values() if len(members) > 1]
    return sorted(set(_outermost(wide)))


def _with_guests(members: list[int], near: Near) -> tuple[int, ...]:
    """The members, and who is tied to more than half of them as strongly as one community is."""
    others = {other for one in members for other in near[one]}.difference(members)
    ties = {other: near.strengths(other, members) for other in others}
    guests = [
        other
        for other, strong in ties.items()
        if len(strong) > len(members) / 2 and sum(strong) >= DENSITY * len(members)
    ]
    return tuple(sorted([*members, *guests]))


def _outermost(wide: list[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """Those that are not a part of another."""
    homes: dict[int, list[int]] = {}
    for number, members in enumerate(wide):
        for one in members:
            homes.setdefault(one, []).append(number)
    for members in wide:
        around = set(homes[members[0]]).intersection(*(homes[one] for one in members[1:]))
        if all(len(wide[number]) <= len(members) for number in around):
            yield members


def _cluster(seen: Incidence, members: tuple[int, ...], near: Near, q: float | None) -> Cluster:
    claims = _claims(seen, members)
    sessions = len(np.unique(seen.sessions.of(claims)[1]))
    at = [seen.at[claim] for claim in claims.tolist()]
    first, last = min(at), max(at)
    best = [max(near.strengths(one, members)) for one in members]
    days = (to_seconds(last) - to_seconds(first)) / DAY
    return Cluster(
        entity_ids=tuple(seen.entity_ids[one] for one in members),
        claim_ids=tuple(seen.claim_ids[claim] for claim in claims.tolist()),
        session_count=sessions,
        claim_count=len(claims),
        score=round(sessions * sum(best) / len(best) * (1 + log1p(days)), 6),
        significance=None if q is None else float(f"{q:.6g}"),
        first=first,
        last=last,
    )


def _claims(seen: Incidence, members: tuple[int, ...]) -> Integers:
    """The claims that name two of them or more."""
    _, claims = seen.claims.of(np.asarray(members))
    found, counts = np.unique(claims, return_counts=True)
    return found[counts > 1]
