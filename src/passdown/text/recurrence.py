"""What keeps coming back: entities that recur together across sessions, as clusters.

`detect` is a pure function. `counts` keeps who names what in which session, and is brought up to
date by the claims that changed; `incidence` tells what stands with what, `association` which pairs
are together more often than chance has it, `clusters` makes groups of them and ranks those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.domain.clock import At
    from passdown.text.counts import Counts


@dataclass(frozen=True, slots=True)
class Mention:
    """A claim: the entities it names, the sessions that contributed it, and when."""

    claim_id: str
    entities: tuple[str, ...]
    sessions: tuple[str, ...]
    at: At


@dataclass(frozen=True, slots=True)
class Cluster:
    """Entities that recur together; the claims that name two of them or more, and their sessions.

    `significance` is the p-value of its surest pair, adjusted as one finding a cluster; None where
    nothing was tested.
    """

    entity_ids: tuple[str, ...]
    claim_ids: tuple[str, ...]
    session_count: int
    claim_count: int
    score: float
    significance: float | None
    first: At
    last: At


def detect(
    mentions: Iterable[Mention],
    *,
    min_sessions: int = 3,
    min_claims: int = 5,
    top_k: int = 10,
    fdr: float = 0.05,
) -> list[Cluster]:
    """The clusters over the thresholds, best first; the same ones in any order of the mentions."""
    # Here, since arrays come with an extra, and with them everything that is computed.
    from passdown.text.counts import counted

    counts = counted(mentions)
    return judged(counts, min_sessions=min_sessions, min_claims=min_claims, top_k=top_k, fdr=fdr)


def judged(
    counts: Counts,
    *,
    min_sessions: int = 3,
    min_claims: int = 5,
    top_k: int = 10,
    fdr: float = 0.05,
) -> list[Cluster]:
    """The same of what was counted. Each claim more changes what chance would have, so all is
    judged anew whatever changed; only counting is not."""
    from passdown.text.association import tied
    from passdown.text.clusters import ranked
    from passdown.text.incidence import seen

    there = seen(counts)
    ties = tied(there, min_sessions=min_sessions, min_claims=min_claims, fdr=fdr)
    found = ranked(there, ties, min_sessions=min_sessions, min_claims=min_claims, fdr=fdr)
    return found[:top_k]
