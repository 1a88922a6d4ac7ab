"""No engine configured: says so, and where to configure one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from passdown.domain.errors import Unavailable

if TYPE_CHECKING:
    from passdown.engines.port import Answer


class NoWriter:
    """Answers every request with Unavailable, so that nothing degrades silently."""

    name = "none"

    def check(self) -> None:
        """Never returns: there is no engine."""
        _refuse()

    def within(
        self, *, session: str = "", run: str = "", cycle: str = "", loop: str = ""
    ) -> NoWriter:
        """Still none."""
        return self

    def write(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer:
        """Never returns: there is no engine."""
        _refuse()


def _refuse() -> NoReturn:
    raise Unavailable(
        "no engine is configured",
        where="engine.model",
        next="Work without a model, or set engine.model, as in anthropic:claude-haiku-4-5 or"
        " ollama:qwen3.",
    )
