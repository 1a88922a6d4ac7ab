"""Which entities are together more often than chance has it, and how strongly.

Chance keeps how often each is named and how many each claim names: so what is in every claim is
tied to nothing, and a large claim or session ties nothing by being large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.chance import fitted, shared
from passdown.text.incidence import pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passdown.text.arrays import Floats, Integers
    from passdown.text.chance import Chance
    from passdown.text.incidence import Incidence, Pairs

FEW_CLAIMS, FEW_SESSIONS = 20, 8
"""With fewer there is no background to test against, and the thresholds alone decide."""
TWICE = 2
"""Once is no recurrence: a tested pair shares so many claims and sessions at the least."""
LIKELY = 0.03
"""What chance has oftener than this is no tie; what is no theme by itself may still belong to one,
which is for its whole group to show."""

STEADY = 0.75
"""Of the sessions over which chance would spread its claims, who is named in fewer than this share
is named in bursts."""


@dataclass(frozen=True, slots=True)
class Ties:
    """Pairs that are together, how strongly, and how likely chance has it; without a chance to
    test against, the thresholds alone have decided."""

    left: Integers
    right: Integers
    strength: Floats
    likely: Floats
    chance: Chance | None = None
    entities: int = 0
    """How many were tested, each with each."""


def tied(seen: Incidence, *, min_sessions: int, min_claims: int, fdr: float) -> Ties:
    """The ties among what is named in so many sessions."""
    often = seen.entity_sessions()
    may = (often >= min_sessions) & (seen.claims.sizes >= TWICE)
    if fdr < 1 and len(seen.claim_ids) >= FEW_CLAIMS and seen.session_count >= FEW_SESSIONS:
        found = pairs(seen, may, min_sessions=TWICE, min_claims=TWICE)
        return _unlikely(seen, found, often, int(may.sum()))
    found = pairs(seen, may, min_sessions=min_sessions, min_claims=min_claims)
    strength = found.sessions / np.sqrt(often[found.left] * often[found.right])
    return Ties(found.left, found.right, strength, np.zeros(len(strength)))


def _unlikely(seen: Incidence, found: Pairs, often: Integers, entities: int) -> Ties:
    chance, named = fitted(seen), seen.claims.sizes
    claims = chance.expected(found.left, found.right)
    left, right = often[found.left], often[found.right]
    # The sessions that name both, and of those the ones in which a claim does.
    both = left * right / seen.session_count
    each = seen.sessions.sizes.sum() / len(seen.claim_ids)
    sessions: Floats = both * -np.expm1(-claims * each / both)
    p = shared(found.claims, named[found.left], named[found.right], claims)
    # One event that is told again and again is one: who is named in bursts is as sure as sessions.
    bursts = _bursts(named, often, seen.session_count)
    told = bursts[found.left] | bursts[found.right] | (found.sessions <= sessions)
    p[told] = np.maximum(p, shared(found.sessions, left, right, sessions))[told]
    # Of the sessions they could share beyond what chance has them share, the share they do.
    strength = (found.sessions - sessions) / np.maximum(np.sqrt(left * right) - sessions, 1)
    kept = (p <= LIKELY) & (strength > 0)
    return Ties(found.left[kept], found.right[kept], strength[kept], p[kept], chance, entities)


def _bursts(named: Integers, often: Integers, sessions: int) -> NDArray[np.bool_]:
    """Which are named in clearly fewer sessions than so many claims would be spread over."""
    spread = -sessions * np.expm1(named * np.log1p(-1 / sessions))
    found: NDArray[np.bool_] = often < STEADY * spread
    return found
