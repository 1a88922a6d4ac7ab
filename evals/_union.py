"""The union of overlapping pairs, as vouch 1.5.0 finds themes: the baseline to stand beside.

Two entities of one claim are a pair; a pair of two sessions and three claims is kept; what kept
pairs hold together is one theme.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

from passdown.text.recurrence import Mention

SESSIONS, CLAIMS = 2, 3


def union_of_pairs(mentions: Iterable[Mention]) -> list[frozenset[str]]:
    """The connected components of the pairs that are kept, largest first."""
    sessions, claims = defaultdict[tuple[str, str], set[str]](set), defaultdict(set)
    for one in mentions:
        for pair in combinations(sorted({*one.entities}), 2):
            sessions[pair].update(one.sessions)
            claims[pair].add(one.claim_id)
    above: dict[str, str] = {}
    for (a, b), of in claims.items():
        if len(of) >= CLAIMS and len(sessions[a, b]) >= SESSIONS:
            above[_root(above, a)] = _root(above, b)
    groups = defaultdict[str, set[str]](set)
    for name in [*above]:
        groups[_root(above, name)].add(name)
    return sorted((frozenset(of) for of in groups.values()), key=lambda of: (-len(of), min(of)))


def _root(above: dict[str, str], one: str) -> str:
    while above.setdefault(one, one) != one:
        above[one] = one = above[above[one]]
    return one
