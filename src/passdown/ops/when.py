"""A time as a person gives it: ISO 8601, or an age."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.domain.clock import At, later, parse
from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from passdown.ops.operation import Ctx

AGE = re.compile(r"(\d{1,6})([smhdw])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds(text: str) -> int:
    """The length of `90s`, `15m`, `6h`, `1d`, `2w`; 0 when it is none."""
    found = AGE.fullmatch(text.strip())
    return int(found[1]) * SECONDS[found[2]] if found else 0


def moment(ctx: Ctx, text: str) -> At:
    """The time meant; '' for none. Invalid when it is neither a time nor an age."""
    if not text:
        return ""
    if age := seconds(text):
        return later(ctx.clock.now(), seconds=-age)
    if found := parse(text):
        return found
    raise Invalid(f"not a time: {text!r}", next="Use 2026-11-21, 2026-11-21T03:15:00Z, 7d or 12h.")
