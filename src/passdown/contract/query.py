"""A loop's own read operation, named `<loop>.<query>` on every surface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Query:
    """A typed function of a Corpus (its first parameter); the rest become parameters."""

    name: str
    run: Callable[..., Any]
    agents: bool = False
