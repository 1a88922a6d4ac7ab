"""Operations by name, loaded one at a time through the manifest."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from passdown._manifest import ALIASES, OPERATIONS
from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from passdown.ops.operation import Operation


def find(name: str) -> Operation:
    """The operation of this name or alias; Invalid names the nearest ones."""
    name = ALIASES.get(name, name)
    if name not in OPERATIONS:
        raise Invalid(f"no operation {name[:80]!r}", next=_nearest(name))
    _, _, module, attribute = OPERATIONS[name]
    found: Operation = getattr(import_module(module), attribute)
    return found


def known(name: str) -> bool:
    """Whether an operation has this name or alias."""
    return name in OPERATIONS or name in ALIASES


def everything() -> dict[str, Operation]:
    """All operations by name, in order."""
    return {name: find(name) for name in OPERATIONS}


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, [*OPERATIONS, *ALIASES], n=3, cutoff=0.5)
    if near:
        return f"Did you mean {', '.join(near)}?"
    return "`passdown --help` lists them."
