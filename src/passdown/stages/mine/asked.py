"""What a loop finds with a model's help: session by session, within the budgets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from passdown.contract.loop import Dropped
from passdown.domain.errors import Limit, PassdownError, Unavailable
from passdown.stages.mine.told import told

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Finding, Loop
    from passdown.domain.clock import At
    from passdown.domain.observation import Session
    from passdown.engines.port import Writer
    from passdown.stages.mine.budget import Budget

OF_A_SESSION = "engine.session_micro_usd"
"""The budget that ends the asking about one session only."""


@dataclass(slots=True)
class Asked:
    """What was named, why items were dropped, how many sessions were asked about and how many
    were not, and what went wrong."""

    findings: list[Finding[Any]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    sessions: int = 0
    left_out: int = 0
    failures: list[str] = field(default_factory=list)


def asked(
    loop: Loop[Any], past: Corpus, writer: Writer, budget: Budget, *, until: At = ""
) -> Asked:
    """Ask about each session that ended before then, the newest first, as far as time and money
    go; what was named before they were used up is kept."""
    found = Asked()
    ended = [s for s in past.sessions() if not until or _last(past, s) <= until]
    for done, session in enumerate(reversed(ended)):
        if budget.over or not _about(loop, past, session, writer, found):
            found.left_out = len(ended) - done
            break
        found.sessions += 1
    return found


def _last(past: Corpus, session: Session) -> At:
    """When something was last seen in it."""
    return max((one.at for one in past.in_session(session.id)), default=session.ended_at)


def _about(loop: Loop[Any], past: Corpus, session: Session, writer: Writer, found: Asked) -> bool:
    """Whether there is any use in asking about another session."""
    assert loop.enrich is not None
    try:
        for one in loop.enrich(past.in_session(session.id), writer.within(session=session.id)):
            if isinstance(one, Dropped):
                found.dropped[one.reason] += 1
            else:
                found.findings.append(one)
    except Limit as error:
        found.failures.append(str(error))
        return error.where == OF_A_SESSION
    except Unavailable as error:
        found.failures.append(str(error))
        return False
    except Exception as error:
        found.failures.append(told("enrich", error))
        return isinstance(error, PassdownError)
    return True
