"""A promise that a loop or a reader does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from passdown.contract.loop import Loop


class Broken(AssertionError):
    """A loop or a reader breaks its contract; the message says which promise, and with what."""


def owe(kept: object, loop: Loop[Any], what: str) -> None:
    """Broken, with what is wrong, unless the promise is kept."""
    if not kept:
        raise Broken(f"loop {loop.name!r}: {what}")
