"""Settings by the names that other tools gave them: which variable stands for which knob."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OURS, THEIRS = "PASSDOWN_", "KORA_"
PROMOTE = "promote"
INTERVAL = "interval_sec"
LEVEL = ".level"
"""What every loop has a knob of: so loops are known by their knobs."""
FOLDER = "promotions.dir"


class Said(NamedTuple):
    """What a variable says of a knob."""

    variable: str
    knob: str
    value: str


def said(knobs: Iterable[str]) -> Iterator[Said]:
    """What variables under other names say, those that count more later."""
    every = frozenset(knobs)
    if home := os.environ.get(f"{THEIRS}HOME"):
        yield Said(f"{THEIRS}HOME", FOLDER, os.path.join(home, "promotions"))
    if folder := os.environ.get(f"{THEIRS}PROMOTIONS_DIR"):
        yield Said(f"{THEIRS}PROMOTIONS_DIR", FOLDER, folder)
    if url := os.environ.get("LH_OBSERVER_URL"):
        yield Said("LH_OBSERVER_URL", "audit.observer", url)
    named = {variable: name for name in every for variable in _variables(name, every)}
    for prefix in (THEIRS, OURS):
        for rest in sorted(named):
            if (value := os.environ.get(prefix + rest)) is not None:
                yield Said(prefix + rest, *_taken(named[rest], rest, value))


def _variables(name: str, every: frozenset[str]) -> Iterator[str]:
    """How a loop's knob is called: PROMOTE_<LOOP>_<KNOB>; how often it is mined, in seconds."""
    loop, _, own = name.partition(".")
    if f"{loop}{LEVEL}" in every and own:
        yield f"{PROMOTE}_{loop}_{own.replace('.', '_')}".upper()
        if own == "every":
            yield f"{PROMOTE}_{loop}_{INTERVAL}".upper()


def _taken(name: str, variable: str, value: str) -> tuple[str, str]:
    return (name, f"{value.strip()}s") if variable.endswith(INTERVAL.upper()) else (name, value)
