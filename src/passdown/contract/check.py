"""How a record is verified by a machine: what to look for in a checkout, and what it should be."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["exists", "contains", "sha256", "exits"]


class Check(NamedTuple):
    """Whether a path `exists`, the file `contains` a text or has this `sha256`, or, where it
    `exits`, whether the program of this name can be started: 0 yes, 1 no."""

    kind: Kind
    path: str
    value: str = ""
    line: str = ""
