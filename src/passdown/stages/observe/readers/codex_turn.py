"""One line of a Codex rollout, and the session as it was told so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.clock import parse
from passdown.stages.observe.readers.telling import Spot, made

if TYPE_CHECKING:
    from passdown.contract.reader import Json, Line
    from passdown.stages.observe.readers.codex_record import Payload, Record
    from passdown.stages.observe.readers.telling import Telling


class Turn:
    """A line that may say something."""

    __slots__ = ("_damaged", "_line", "_record", "_spot", "said", "telling")

    def __init__(
        self, record: Record, said: Payload, line: Line, telling: Telling, *, damaged: bool
    ) -> None:
        self.said = said
        self.telling = telling
        self._record = record
        self._line = line
        self._damaged = damaged
        self._spot: Spot | None = None

    @property
    def spot(self) -> Spot:
        """Where it stands; most lines say nothing and are never asked."""
        if self._spot is None:
            self._spot = self._found()
        return self._spot

    def _found(self) -> Spot:
        """A line has no id of its own."""
        line, time = self._line, self._record.timestamp
        meta: Json = {"agent": self.kept["agent"]} if self.kept.get("agent") else {}
        if self._damaged:
            meta["damaged"] = True
        return Spot(made(line, time), line.offset, len(line.raw), parse(time or ""), meta)

    @property
    def kept(self) -> Json:
        """What is remembered of the file."""
        return self.telling.memory.kept

    def count(self, name: str) -> None:
        """One more of what is seen but not kept."""
        self.telling.memory.count(name)

    def assistant(self) -> Json:
        """What the assistant's drafts share: its model, and the tokens not told yet."""
        model = self.kept.get("model")
        return {**({"model": model} if model else {}), **self.telling.tokens()}
