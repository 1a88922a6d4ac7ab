"""Which of the open questions a person wants to see, as every backend understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from passdown.domain.clock import At


class Narrow(NamedTuple):
    """Those of one scope, of a flag that begins so, at least so sure, asked no later than that;
    '' and 0 leave it open. `flagged` takes those with any flag."""

    scope: str = ""
    flag: str = ""
    least: float = 0.0
    until: At = ""
    flagged: bool = False

    def takes(self, scope: str, flags: str, confidence: float, created_at: At) -> bool:
        """Whether a question of this row is among them; `flags` as they are kept."""
        return (
            self.scope in ("", scope)
            and f'"{self.flag}' in (flags if self.flag else '"')
            and confidence >= self.least
            and (not self.until or created_at <= self.until)
            and (not self.flagged or flags != "[]")
        )


ANY = Narrow()
