"""What a model may be asked for: text in a given shape, and vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.errors import PassdownError


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, as JSON of the asked shape, and what it cost (None: unknown)."""

    value: Any
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    micro_usd: int | None = None


class Failure(NamedTuple):
    """That a model did not answer, and what it cost all the same (None: unknown)."""

    error: PassdownError
    micro_usd: int | None = None


class Embedded(NamedTuple):
    """One packed vector a text, in order, and what they cost (None: unknown)."""

    vectors: tuple[bytes, ...]
    micro_usd: int | None = None


class Writer(Protocol):
    """A budgeted, recorded model: the only way a loop or a tier talks to one."""

    @property
    def name(self) -> str:
        """`none` when no engine is configured."""
        ...

    def check(self) -> None:
        """Unavailable, with what to do, when it cannot be asked as it is configured."""
        ...

    def within(
        self, *, session: str = "", run: str = "", cycle: str = "", loop: str = ""
    ) -> Writer:
        """The same model, held to the budgets of this session, this run and this cycle of the gate
        too. What is answered in a cycle of the gate is kept with the question it is about, and
        nowhere else; nor is what a loop asks for itself, within what that may spend in a day."""
        ...

    def write(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer:
        """One structured answer; Unavailable when there is no engine, Limit when the budget is
        used up, Unreadable when what it says has not the asked shape."""
        ...


class Engine(Protocol):
    """A model as it is, with no budget and no memory: what `metered` makes a Writer of."""

    @property
    def name(self) -> str: ...

    def check(self) -> None:
        """Unavailable, with what to do, when it cannot be asked as it is configured."""
        ...

    def most(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> int:
        """What one question may cost at the most, in micro-USD; Unavailable when that is
        unknown."""
        ...

    def ask(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer | Failure:
        """One structured answer, retries and all."""
        ...


class Embedder(Protocol):
    """Texts to vectors; the lexical one needs no model."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One packed vector a text, in order."""
        ...


class Embedding(Protocol):
    """A model that makes vectors, as it is: no budget, and what it is sent is not redacted."""

    @property
    def name(self) -> str: ...

    def check(self) -> None:
        """Unavailable, with what to do, when it cannot be asked as it is configured."""
        ...

    def most(self, texts: Sequence[str]) -> int | None:
        """What these may cost at the most, in micro-USD; None where nobody knows."""
        ...

    def ask(self, texts: Sequence[str], seconds: float) -> Embedded | Failure:
        """One packed vector a text, in order, asked once."""
        ...


class Meaning(Protocol):
    """A budgeted model that makes vectors of redacted texts: the only way search talks to one."""

    @property
    def name(self) -> str:
        """`` when none is configured."""
        ...

    def check(self) -> None:
        """Unavailable, with what to do, when it cannot be asked as it is configured."""
        ...

    def embed(self, texts: Sequence[str], *, seconds: float) -> list[bytes]:
        """One packed vector a text, in order; Unavailable when there is no such model or it is
        away, Limit when the budget is used up."""
        ...
