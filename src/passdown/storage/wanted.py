"""Which records a brief chooses from, as every backend understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from passdown.domain.clock import At
    from passdown.domain.scope import Scope

ASKS = '"category":"question"'
"""What the body of an open question holds, as it is kept."""


class Wanted(NamedTuple):
    """Active records of one scope that are valid at this time, surer than `above`, of none of the
    kinds `without`; open questions when it `asks`, else all that are none."""

    scope: Scope
    now: At
    above: float = -1.0
    asks: bool = False
    without: tuple[str, ...] = ()
