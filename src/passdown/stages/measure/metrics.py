"""Four figures of a store: how fast it learns, what is of use, what it saves, how sessions end.

Each has its n and a status; where there is not enough to tell, the value is None and the status
says so. Nothing here compares before with after: without a holdout that shows nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from passdown.domain.clock import later
from passdown.domain.proposal import Status
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.storage.port import Tx

    Json = dict[str, Any]
    Counts = Mapping[tuple[str, Status], int]

WEEK, MONTH = 7, 30
ENOUGH = 30
"""Sessions or items from which on a share is one."""
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


def metrics(tx: Tx, counts: Counts | None = None) -> Json:
    """The four figures; `counts` are those of the queue, where they are known already."""
    return {
        "at": tx.now,
        "velocity": velocity(tx, tx.queue.counts() if counts is None else counts),
        "hit_rate": hit_rate(tx),
        "error_reduction": error_reduction(tx),
        "task_completion": task_completion(tx),
    }


def velocity(tx: Tx, counts: Counts) -> Json:
    """Approvals a day over the last week; proposals are not knowledge."""
    approved = sum(n for (_, status), n in counts.items() if status is Status.EXECUTED)
    lately = tx.sums.approved(since=later(tx.now, days=-WEEK))
    value = round(lately / WEEK, 4) if approved else None
    return _figure(value, approved, "approved a day, over 7 days", OK if approved else NOT_ENOUGH)


def hit_rate(tx: Tx) -> Json:
    """Of what was known for a month, the share that somebody found helpful within the last one."""
    since = later(tx.now, days=-MONTH)
    known = tx.sums.known(until=since, without=CONTROL)
    told = partial(tx.sums.told, since=since, until=since, without=CONTROL)
    used = told("feedback", verdict="helpful")
    figure = _share(used, known, "of items known for 30 days, found helpful in the last 30")
    return {**figure, "served": told("served")}


def error_reduction(tx: Tx) -> Json:
    """One minus the ratio of repeated errors a session, given something or held out; the plain
    rate of repeats beside it describes and compares nothing."""
    arms = {name: tx.sums.arm(name) for name in ("served", "withheld")}
    value, status = None, NO_HOLDOUT if not arms["withheld"] else NOT_ENOUGH
    if min(arms.values()) >= ENOUGH:
        given, held = (tx.sums.repeats(name) / n for name, n in arms.items())
        if held > 0:
            value, status = round(1 - given / held, 4), OK
    figure = _figure(value, sum(arms.values()), "1 - ratio of repeated errors a session", status)
    met = tx.sums.met()
    again = round((met.times - met.kinds) / met.times, 4) if met.times else None
    return {**figure, "arms": arms, "descriptive": {"repeat_error_rate": again, "n": met.times}}


def task_completion(tx: Tx) -> Json:
    """The share of sessions that ended well, of those whose end is clear."""
    ends = {ended: n for ended, n in tx.sums.outcomes().items() if ended in ENDS}
    well = sum(n for ended, n in ends.items() if ENDS[ended])
    return _share(well, sum(ends.values()), "of sessions whose end is clear, ended well")


# ---- figures


def _share(k: int, n: int, unit: str) -> Json:
    """A share with its interval; None below the number from which on it is one."""
    enough = n >= ENOUGH
    figure = _figure(round(k / n, 4) if enough else None, n, unit, OK if enough else NOT_ENOUGH)
    low, high = wilson(k, n) if enough else (0.0, 1.0)
    return {**figure, "count": k, "low": round(low, 4), "high": round(high, 4)}


def _figure(value: float | None, n: int, unit: str, status: str) -> Json:
    return {"value": value, "n": n, "status": status, "unit": unit}
