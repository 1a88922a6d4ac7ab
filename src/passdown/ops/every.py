"""When a timer is due: an interval (`90s`, `15m`, `6h`, `1d`) or a cron expression, in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.clock import from_seconds, later, to_seconds
from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from passdown.domain.clock import At

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def due(every: str, last: At, now: At) -> bool:
    """Whether it is time again. A timer that never ran is due at once, and so is one that ran at
    a time still to come: the clock went back."""
    return not last or last > now or following(every, last) <= now


def following(every: str, last: At) -> At:
    """The next time after that one; Invalid when `every` is neither an interval nor cron."""
    number, unit = every[:-1], every[-1:]
    if unit in UNITS and every.isascii() and number.isdecimal() and len(number) < 10:
        return later(last, seconds=max(1, int(number) * UNITS[unit]))
    return _cron(every, last)


def _cron(every: str, last: At) -> At:
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    try:
        found = next(CronSim(every, datetime.fromtimestamp(to_seconds(last), UTC)))
    except (CronSimError, StopIteration, OverflowError) as error:
        raise Invalid(
            f"{every[:80]!r} is neither an interval nor a cron expression that comes round",
            next="Write 90s, 15m, 6h, 1d, or five fields such as `0 3 * * *` (in UTC).",
        ) from error
    return from_seconds(found.timestamp())
