"""Time and identity. Times are UTC text of one width, so that they sort as they stand."""

from __future__ import annotations

import os
import time
from typing import Protocol, TypeAlias

At: TypeAlias = str
"""`2026-11-21T03:15:00.000Z`; the empty text means never or unknown."""

EPOCH: At = "1970-01-01T00:00:00.000Z"


class Clock(Protocol):
    """Where the time comes from; tests bring their own."""

    def now(self) -> At:
        """The time, as stored."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> At:
        """The time, as stored."""
        return from_seconds(time.time())


def from_seconds(seconds: float) -> At:
    """Seconds since 1970 as stored; what no calendar holds becomes the nearest end of it."""
    millis = max(0, min(round(seconds * 1000), 253_402_300_799_999))
    whole, rest = divmod(millis, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{rest:03d}Z"


def to_seconds(at: At) -> float:
    """Seconds since 1970 of a stored time; 0 for the empty one."""
    if not at:
        return 0.0
    import calendar

    # By its places: `strptime` takes ten times as long.
    parts = at[:4], at[5:7], at[8:10], at[11:13], at[14:16], at[17:19]
    return calendar.timegm(tuple(map(int, parts))) + int(at[20:23]) / 1000


def later(at: At, *, days: float = 0, seconds: float = 0) -> At:
    """The time that much later (or earlier, when negative)."""
    return from_seconds(to_seconds(at) + days * 86_400 + seconds)


def parse(text: str) -> At:
    """A time as others write it (ISO 8601, or seconds since 1970); '' when it is none."""
    from datetime import UTC, datetime

    try:
        if text.replace(".", "", 1).isdigit():
            return from_seconds(float(text))
        found = datetime.fromisoformat(text)
        if _is_stored(text) and found.year >= 1970:
            return text
        return from_seconds(found.replace(tzinfo=found.tzinfo or UTC).timestamp())
    except (ValueError, OverflowError):
        return ""


def _is_stored(text: str) -> bool:
    """Whether a valid time is written as it is stored; some call midnight 24 o'clock."""
    if len(text) != 24 or text[11:13] == "24":
        return False
    return text[7] == "-" and text[10] == "T" and text[19::4] == ".Z"


def new_id() -> str:
    """32 hex digits, unguessable (UUID version 4): any eight of them tell one from another."""
    value = int.from_bytes(os.urandom(16))
    value = value & ~(0xF << 76) | 0x4 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"
