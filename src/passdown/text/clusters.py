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
from passdown.text.belonging import belonging
from passdown.text.chains import unchained
from passdown.text.chance import adjusted, two_of
from passdown.text.communities import leiden
from passdown.text.recurrence import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.text.arrays import Integers
    from passdown.text.association import Ties
    from passdown.text.chance import Chance
    from passdown.text.incidence import Incidence

DENSITY, DENSITY_UNTESTED = 0.05, 0.5
"""The mean strength between two groups from which on they are one: by the constant Potts model,
which does not come to merge small groups as a store grows. Where nothing was tested, what is in
every claim is tied to all: so it takes more."""
DAY = 86_400
Group = tuple[int, ...]


class Near:
    """For each entity whom it is tied to: how strongly, and how likely chance has it."""

    def __init__(self, ties: Ties) -> None:
        self._of: dict[int, dict[int, tuple[float, float]]] = {}
        columns = (ties.left, ties.right, ties.strength, ties.likely)
        for left, right, strength, chance in zip(*(c.tolist() for c in columns), strict=True):
            self._of.setdefault(left, {})[right] = strength, chance
            self._of.setdefault(right, {})[left] = strength, chance

    def __getitem__(self, entity: int) -> dict[int, tuple[float, float]]:
        return self._of[entity]

    def strengths(self, entity: int, others: Iterable[int]) -> list[float]:
        """Of its ties to these, those there are."""
        own = self._of[entity]
        return [own[other][0] for other in others if other in own]

    def likely(self, entity: int, others: Iterable[int]) -> float:
        """How likely chance has the surest of its ties to these."""
        own = self._of[entity]
        return min((own[other][1] for other in others if other in own), default=1.0)

    def surest(self, members: Iterable[int]) -> float:
        """How likely chance has the pair of these of which that is least likely."""
        within = set(members)
        return min(self.likely(one, within) for one in within)


def ranked(
    seen: Incidence, ties: Ties, *, min_sessions: int, min_claims: int, fdr: float
) -> list[Cluster]:
    """The clusters over the thresholds, best first, of equal ones by their entities."""
    near = Near(ties)
    made = (
        _cluster(seen, members, near, q)
        for members, q in _sure(seen, ties, near, communities(ties, near), fdr)
    )
    kept = [
        one for one in made if one.session_count >= min_sessions and one.claim_count >= min_claims
    ]
    return sorted(kept, key=lambda one: (-one.score, one.entity_ids))


def communities(ties: Ties, near: Near) -> list[Group]:
    """Those who are tied to each other, two or more, and by more than one whom all share."""
    nodes, at = np.unique(np.stack([ties.left, ties.right], axis=1), return_inverse=True)
    pairs, density = at.reshape(-1, 2), _density(ties)
    found = leiden(pairs, ties.strength, nodes=len(nodes), resolution=density, modularity=False)
    alike: dict[int, list[int]] = {}
    for node, number in zip(nodes.tolist(), found, strict=True):
        alike.setdefault(number, []).append(node)
    links = {node: sorted(near[node]) for node in nodes.tolist()}
    large = (members for members in alike.values() if len(members) > 1)
    parts = [part for members in large for part in unchained(members, links)]
    if ties.chance is None:
        alone = [members[0] for members in alike.values() if len(members) == 1]
        parts += filter(None, (_beside(one, near, density) for one in alone))
    return parts


def _beside(alone: int, near: Near, density: float) -> Group:
    """Somebody whom no community took, with whom they are tied to most, where that is as strong as
    one community is: where nothing is tested, a tie is what the thresholds ask for."""
    other = min(near[alone], key=lambda one: (-near[alone][one][0], one))
    return tuple(sorted((alone, other))) if near[alone][other][0] >= density else ()


def _density(ties: Ties) -> float:
    return DENSITY if ties.chance else DENSITY_UNTESTED


def _sure(
    seen: Incidence, ties: Ties, near: Near, found: list[Group], fdr: float
) -> Iterator[tuple[Group, float | None]]:
    """Each group that chance does not have, and how sure that is.

    Each counts as one finding, as sure as its surest pair: were it pairs that are counted, the
    share of them that is chance would be groups of their own.
    """
    wide = [(one, _guests(one, near, _density(ties))) for one in found]
    if ties.chance is None:
        yield from (
            (members, None) for members in _outermost([(*one, *more) for one, more in wide])
        )
        return
    kept = list(_outermost(_belonging(seen, ties, ties.chance, near, wide, fdr)))
    q = adjusted(np.asarray([near.surest(members) for members in kept]), two_of(ties.entities))
    yield from ((one, float(sure)) for one, sure in zip(kept, q, strict=True) if sure <= fdr)


def _belonging(
    seen: Incidence,
    ties: Ties,
    chance: Chance,
    near: Near,
    wide: list[tuple[Group, Group]],
    fdr: float,
) -> list[Group]:
    """The groups with those who are sure to be in them: by all their claims with the others, or by
    one tie that is sure at this false-discovery rate over all pairs."""
    groups, guests = [one for one, _ in wide], [more for _, more in wide]
    by_all = belonging(seen, chance, groups, guests, entities=ties.entities, fdr=fdr)
    q = adjusted(ties.likely, two_of(ties.entities))
    least = float(ties.likely[q <= fdr].max(initial=0.0))
    return [
        (*sure, *(one for one in members if one not in sure and near.likely(one, members) <= least))
        for members, sure in zip(groups, by_all, strict=True)
    ]


def _guests(members: Group, near: Near, density: float) -> Group:
    """Who is tied to more than half of the members, as strongly as one community is."""
    others = {other for one in members for other in near[one]}.difference(members)
    ties = {other: near.strengths(other, members) for other in sorted(others)}
    return tuple(
        other
        for other, strong in ties.items()
        if len(strong) > len(members) / 2 and sum(strong) >= density * len(members)
    )


def _outermost(wide: list[Group]) -> Iterator[Group]:
    """Those that are not a part of another, each once."""
    wide = sorted({tuple(sorted(members)) for members in wide if len(members) > 1})
    homes: dict[int, list[int]] = {}
    for number, members in enumerate(wide):
        for one in members:
            homes.setdefault(one, []).append(number)
    for members in wide:
        around = set(homes[members[0]]).intersection(*(homes[one] for one in members[1:]))
        if all(len(wide[number]) <= len(members) for number in around):
            yield members


def _cluster(seen: Incidence, members: Group, near: Near, q: float | None) -> Cluster:
    claims = _claims(seen, members)
    sessions = len(np.unique(seen.sessions.of(claims)[1]))
    at = [seen.at[claim] for claim in claims.tolist()]
    first, last = min(at), max(at)
    best = [max(near.strengths(one, members), default=0.0) for one in members]
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


def _claims(seen: Incidence, members: Group) -> Integers:
    """The claims that name two of them or more."""
    _, claims = seen.claims.of(np.asarray(members))
    found, counts = np.unique(claims, return_counts=True)
    return found[counts > 1]
