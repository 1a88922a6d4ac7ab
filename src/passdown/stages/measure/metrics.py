"""Four figures of a store: how fast it learns, what is of use, what it saves, how sessions end.

Each has its n and a status; where there is not enough to tell, the value is None and the status
says so. Nothing here compares before with after: without a holdout that shows nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.clock import later
from passdown.domain.proposal import Status
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.domain.observation import Observation
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.storage.port import Tx

    Json = dict[str, Any]

WEEK, MONTH = 7, 30
ENOUGH = 30
"""Sessions or items from which on a share is one."""
PAGE = 5000
EVERY = 1_000_000
OK, NOT_ENOUGH, NO_HOLDOUT = "ok", "not enough data", "not enough data: no holdout"
CONTROL = "control"
ENDS = {
    "tests-passed": True,
    "committed": True,
    "thanked": True,
    "tests-failed": False,
    "corrected": False,
    "abandoned": False,
}
"""How a session ended, and whether that is well."""


def metrics(tx: Tx) -> Json:
    """The four figures."""
    return {
        "at": tx.now,
        "velocity": velocity(tx),
        "hit_rate": hit_rate(tx),
        "error_reduction": error_reduction(tx),
        "task_completion": task_completion(tx),
    }


def velocity(tx: Tx) -> Json:
    """Approvals a day over the last week; proposals are not knowledge."""
    since = later(tx.now, days=-WEEK)
    approved = list(_approved(tx))
    lately = sum(p.decided_at >= since for p in approved)
    value = round(lately / WEEK, 4) if approved else None
    return _figure(
        value, len(approved), "approved a day, over 7 days", OK if approved else NOT_ENOUGH
    )


def hit_rate(tx: Tx) -> Json:
    """Of what was known for a month, the share that somebody found helpful within the last one."""
    since = later(tx.now, days=-MONTH)
    old = [r for r in _known(tx) if r.created_at and r.created_at <= since]
    used = sum(_helped(tx, record.id, since) for record in old)
    served = sum(_was_served(tx, record.id, since) for record in old)
    figure = _share(used, len(old), "of items known for 30 days, found helpful in the last 30")
    return {**figure, "served": served}


def error_reduction(tx: Tx) -> Json:
    """One minus the ratio of repeated errors a session, given something or held out; the plain
    rate of repeats beside it describes and compares nothing."""
    repeats = _repeats(tx)
    given = _mean(repeats, _sessions_with(tx, "served"))
    held = _mean(repeats, _sessions_with(tx, "withheld"))
    arms = {"served": given[1], "withheld": held[1]}
    value, status = None, NO_HOLDOUT if not held[1] else NOT_ENOUGH
    if min(arms.values()) >= ENOUGH and held[0] > 0:
        value, status = round(1 - given[0] / held[0], 4), OK
    figure = _figure(value, sum(arms.values()), "1 - ratio of repeated errors a session", status)
    again, n = sum(repeats.values()), _errors(tx)
    plain = {"repeat_error_rate": round(again / n, 4) if n else None, "n": n}
    return {**figure, "arms": arms, "descriptive": plain}


def task_completion(tx: Tx) -> Json:
    """The share of sessions that ended well, of those whose end is clear."""
    ends = [ENDS[s.outcome] for s in tx.observations.sessions(limit=EVERY) if s.outcome in ENDS]
    return _share(sum(ends), len(ends), "of sessions whose end is clear, ended well")


# ---- figures


def _share(k: int, n: int, unit: str) -> Json:
    """A share with its interval; None below the number from which on it is one."""
    enough = n >= ENOUGH
    figure = _figure(round(k / n, 4) if enough else None, n, unit, OK if enough else NOT_ENOUGH)
    low, high = wilson(k, n) if enough else (0.0, 1.0)
    return {**figure, "count": k, "low": round(low, 4), "high": round(high, 4)}


def _figure(value: float | None, n: int, unit: str, status: str) -> Json:
    return {"value": value, "n": n, "status": status, "unit": unit}


def _mean(repeats: Mapping[str, int], sessions: set[str]) -> tuple[float, int]:
    known = [repeats[id] for id in sessions if id in repeats]
    return (sum(known) / len(known) if known else 0.0), len(known)


# ---- what they are made of


def _approved(tx: Tx) -> Iterator[Proposal]:
    last = ""
    while page := tx.queue.all((Status.EXECUTED,), after=last, limit=PAGE):
        yield from page
        last = page[-1].id


def _known(tx: Tx) -> Sequence[Record]:
    return [r for r in tx.knowledge.all() if r.kind != CONTROL]


def _helped(tx: Tx, id: str, since: str) -> bool:
    said = tx.ledger.activities(name="feedback", item=id, limit=PAGE)
    return any(a.at >= since and a.detail.get("verdict") == "helpful" for a in said)


def _was_served(tx: Tx, id: str, since: str) -> bool:
    latest = tx.ledger.activities(name="served", item=id, limit=1)
    return bool(latest) and latest[0].at >= since


def _sessions_with(tx: Tx, name: str) -> set[str]:
    return {a.session for a in tx.ledger.activities(name=name, limit=EVERY) if a.session}


def _repeats(tx: Tx) -> dict[str, int]:
    """By session, how many of its kinds of errors an earlier session had already met."""
    met: set[str] = set()
    found: dict[str, int] = {}
    kinds = _kinds(tx)
    every = sorted(tx.observations.sessions(limit=EVERY), key=lambda s: (s.started_at, s.id))
    for session in every:
        own = kinds.get(session.id, set())
        found[session.id] = len(own & met)
        met |= own
    return found


def _errors(tx: Tx) -> int:
    """How many kinds of errors sessions met, each one once a session."""
    return sum(map(len, _kinds(tx).values()))


def _kinds(tx: Tx) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in _observations(tx):
        if one.signature:
            found.setdefault(one.session, set()).add(one.signature)
    return found


def _observations(tx: Tx) -> Iterator[Observation]:
    after = 0
    while page := tx.observations.scan(after=after, limit=PAGE):
        yield from page
        after = page[-1].seq
