"""The settings of claims with these switches on: what tests of one detector need."""

from __future__ import annotations

from passdown.domain.settings import Setting, Settings, defaults
from passdown.loops.claims import LOOP


def turned(*names: str) -> Settings:
    """The defaults, but for these switches of claims, which are on."""
    on = {f"claims.{name}": Setting(True) for name in names}
    return Settings({**defaults(LOOP.settings).values, **on})
