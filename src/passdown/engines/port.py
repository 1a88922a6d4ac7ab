"""What a model may be asked for: text in a given shape, and vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, as JSON of the asked shape, and what it cost (None: unknown)."""

    value: Any
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    micro_usd: int | None = None


class Writer(Protocol):
    """A budgeted, recorded model: the only way a loop or a tier talks to one."""

    @property
    def name(self) -> str:
        """`none` when no engine is configured."""
        ...

    def write(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer:
        """One structured answer; Unavailable when there is no engine, Limit when the budget is
        used up."""
        ...


class Embedder(Protocol):
    """Texts to vectors; the lexical one needs no model."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One packed vector a text, in order."""
        ...
