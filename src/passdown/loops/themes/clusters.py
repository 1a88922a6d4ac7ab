"""Clusters among eligible claims, and what is known of each."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.recurrence import Mention, detect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from passdown.domain.settings import Settings
    from passdown.loops.themes.claims import Claim

EVERY = 1_000_000


@dataclass(frozen=True, slots=True)
class Theme:
    """Names that come back together and the claims that say so: both by how much they do."""

    names: tuple[str, ...]
    claims: tuple[Claim, ...]
    score: float
    significance: float | None

    @property
    def id(self) -> str:
        """12 hex digits that these names always have."""
        return id_of(self.names)

    @property
    def sessions(self) -> frozenset[str]:
        """The distinct sessions of all its claims."""
        return frozenset(session for claim in self.claims for session in claim.sessions)


def id_of(names: Iterable[str]) -> str:
    """The id of a cluster of these names."""
    told = "\0".join(sorted(names))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:12]


def themes(known: Mapping[str, Claim], settings: Settings, most: int = EVERY) -> list[Theme]:
    """The clusters over the thresholds, best first."""
    found = detect(
        [_mention(claim) for claim in known.values()],
        min_sessions=settings.whole("themes.min_sessions"),
        min_claims=settings.whole("themes.min_claims"),
        top_k=most,
        fdr=settings.number("themes.fdr"),
    )
    return [
        theme(one.entity_ids, (known[key] for key in one.claim_ids), one.score, one.significance)
        for one in found
    ]


def theme(
    names: Iterable[str],
    claims: Iterable[Claim],
    score: float = 0.0,
    significance: float | None = None,
) -> Theme:
    """Names by how many of the claims hold them, claims by how strong they are."""
    wanted, every = frozenset(names), tuple(claims)
    held = {claim.key: len(wanted.intersection(claim.names)) for claim in every}
    counts = Counter(name for claim in every for name in wanted.intersection(claim.names))
    return Theme(
        tuple(sorted(wanted, key=lambda name: (-counts[name], name))),
        tuple(sorted(every, key=lambda claim: _strength(claim, held[claim.key]))),
        score,
        significance,
    )


def about(names: Iterable[str], known: Iterable[Claim]) -> list[Claim]:
    """The claims that hold two of these names or more."""
    wanted = frozenset(names)
    return [claim for claim in known if len(wanted & {*claim.names}) > 1]


def _strength(claim: Claim, held: int) -> tuple[int, int, int, float, str]:
    """By distinct sessions, trust, how many of the names it holds, and how sure it is."""
    record = claim.record
    return -len(claim.sessions), -record.trust, -held, -record.confidence, claim.key


def _mention(claim: Claim) -> Mention:
    return Mention(claim.key, claim.names, claim.sessions, claim.at)
