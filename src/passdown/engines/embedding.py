"""A model that makes vectors, with a budget: paid before it is asked, and sent nothing secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Protocol

from passdown.domain.errors import Unavailable
from passdown.engines.port import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passdown.engines.metered import Hold
    from passdown.engines.port import Embedding

LONGEST = 4000
"""Characters of a text that are made into a vector: as many as are indexed."""


class Meter(Protocol):
    """Money that several processes share, and requests where their price is not known."""

    def reserve(self, micro_usd: int | None) -> Hold:
        """Set this much aside, or one request where that is unknown; Limit, with what to do, when
        the budget does not hold it."""
        ...

    def settle(self, hold: Hold, micro_usd: int | None) -> None:
        """It cost this instead; None is unknown, and what was set aside counts."""
        ...


@dataclass(frozen=True, slots=True)
class Budgeted:
    """The port's Meaning. `clean` redacts what is sent."""

    engine: Embedding
    meter: Meter
    clean: Callable[[str], str]

    @property
    def name(self) -> str:
        """The model's."""
        return self.engine.name

    def check(self) -> None:
        """Unavailable, with what to do, when it cannot be asked as it is configured."""
        self.engine.check()

    def embed(self, texts: Sequence[str], *, seconds: float) -> list[bytes]:
        """One packed vector a text, in order."""
        sent = [self.clean(text[:LONGEST]) or " " for text in texts]
        hold = self.meter.reserve(self.engine.most(sent))
        # Should this process end here, what was set aside counts as spent: nobody can tell.
        found = self.engine.ask(sent, seconds)
        self.meter.settle(hold, found.micro_usd)
        if isinstance(found, Failure):
            raise found.error
        return list(found.vectors)


class NoMeaning:
    """None is configured: words alone are searched."""

    name = ""

    def check(self) -> None:
        """Never returns: there is no such model."""
        _refuse()

    def embed(self, texts: Sequence[str], *, seconds: float) -> list[bytes]:
        """Never returns: there is no such model."""
        _refuse()


def _refuse() -> NoReturn:
    raise Unavailable(
        "no embedder is configured",
        where="engine.embedder",
        next="Search by words, or set engine.embedder, as in ollama:nomic-embed-text.",
    )
