"""No engine configured: says so, and where to configure one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Unavailable

if TYPE_CHECKING:
    from passdown.engines.port import Answer


class NoWriter:
    """Answers every request with Unavailable, so that nothing degrades silently."""

    name = "none"

    def write(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer:
        """Never returns: there is no engine."""
        raise Unavailable(
            "no engine is configured",
            where="engines",
            next="Work without a model, or configure an engine and ask again.",
        )
