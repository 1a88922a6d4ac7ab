"""Which entities are together more often than chance has it, and how strongly.

Chance keeps how often each is named and how many each claim names: so what is in every claim is
tied to nothing, and a large claim or session ties nothing by being large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.chance import binomial, fitted, shared
from passdown.text.incidence import pairs

if TYPE_CHECKING:
    from passdown.text.arrays import Floats, Integers
    from passdown.text.chance import Chance
    from passdown.text.incidence import Incidence, Pairs

FEW_CLAIMS, FEW_SESSIONS = 20, 8
"""With fewer there is no background to test against, and the thresholds alone decide."""
TWICE = 2
"""Once is no recurrence: a tested pair shares so many claims and sessions at the least."""
LIKELY = 0.01
"""What chance has oftener than this is no tie; what is no theme by itself may still belong to one,
which is for its whole group to show."""
BY_SESSIONS = 0.1
"""How likely chance may have it that so many sessions are shared: claims that one session repeats
look sure when they are counted, and are one event."""


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
    chance = fitted(seen)
    claims = chance.expected(found.left, found.right)
    share = seen.sessions.sizes.sum() / len(seen.claim_ids) / seen.session_count
    # That uneven sessions make for fewer shared ones is left out: this is the stricter.
    sessions: Floats = seen.session_count * -np.expm1(-claims * share)
    named = seen.claims.sizes
    p = shared(found.claims, named[found.left], named[found.right], claims)
    # Of the sessions they could share beyond what chance has them share, the share they do.
    most = np.sqrt(often[found.left] * often[found.right])
    strength = (found.sessions - sessions) / np.maximum(most - sessions, 1)
    by_sessions = binomial(found.sessions, seen.session_count, sessions)
    kept = (p <= LIKELY) & (by_sessions <= BY_SESSIONS) & (strength > 0)
    return Ties(found.left[kept], found.right[kept], strength[kept], p[kept], chance, entities)
