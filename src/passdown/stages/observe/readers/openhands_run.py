"""A run of OpenHands told in order, whichever file its events came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passdown.contract.reader import Draft, SessionFacts
from passdown.domain.clock import parse
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_record import Message
from passdown.stages.observe.readers.document import text
from passdown.stages.observe.readers.openhands_event import UNSAID, Event, event
from passdown.stages.observe.readers.provenance import SHELLS, asked
from passdown.stages.observe.readers.telling import BESIDE, Spot, Telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.reader import Drawn, Json
    from passdown.stages.observe.readers.claude_memory import Memory

AGENT = "openhands"


@dataclass(frozen=True, slots=True)
class Run:
    """One conversation; `asker` is how far whoever gives it its tasks can be trusted."""

    memory: Memory
    session: str
    asker: Trust = Trust.HUMAN

    @property
    def telling(self) -> Telling:
        """Its drafts."""
        return Telling(self.memory, self.session)

    def tell(self, value: Json, spot: Spot) -> Iterator[Drawn]:
        """What one event says; the session's facts before its first draft."""
        found, at = event(value), parse(text(value.get("timestamp")))
        spot = spot._replace(at=at)
        yield from self.telling.facts(agent=AGENT, model=found.model or self._model(), at=at)
        if found.model:
            self.memory.kept["model"] = found.model
        if found.usage:
            message = Message(id=found.answer or spot.uid, usage=found.usage)
            self.memory.owe(self.telling.context, message)
        yield from self._said(found, spot)

    def _model(self) -> str:
        return str(self.memory.kept.get("model", ""))

    def _said(self, found: Event, spot: Spot) -> Iterator[Draft]:
        if found.says == UNSAID:
            self.memory.count(found.text)
        elif found.says == "prompt":
            yield self.telling.prompt(spot, found.text, self.asker)
        elif found.says == "reply" and found.text.strip():
            yield self.telling.reply(spot, found.text, meta=self._shared())
        elif found.says == "call":
            yield from self._called(found, spot)
        elif found.says in ("result", "refused"):
            yield self._answered(found, spot)
        elif found.says == "stats":
            yield from self._took(found, spot)
        else:
            self.memory.count("blank")

    def _shared(self) -> Json:
        model = self._model()
        return {**({"model": model} if model else {}), **self.telling.tokens()}

    def _called(self, found: Event, spot: Spot) -> Iterator[Draft]:
        if found.thought.strip():
            meta = {BESIDE: "call", **self._shared()}
            yield self.telling.reply(spot, found.thought, place=":thought", meta=meta)
        meta, path = self._shared(), found.given.get("path")
        if isinstance(path, str) and path:
            meta["path"] = path[:1000]
        call = self.memory.kept["open"] = found.call or f"{spot.uid}:call"
        words = _asked(found.tool, found.given)
        yield self.telling.call(spot, found.tool, words, call, meta=meta)

    def _answered(self, found: Event, spot: Spot) -> Draft:
        """An answer that names no call is one to the last."""
        call = found.call or str(self.memory.kept.get("open", ""))
        more: dict[str, Any] = {"tool": found.tool}
        if found.says == "refused":
            return self.telling.refused(spot, found.text, call, **more)
        code = found.code if found.tool in SHELLS and found.code > 0 else 0
        if code:
            more["meta"] = {"exit": code}
        words = f"Exit code {code}\n{found.text}" if code else found.text
        return self.telling.result(spot, words, call, ok=found.ok, **more)

    def _took(self, found: Event, spot: Spot) -> Iterator[Draft]:
        """What it took since it was last told."""
        before = self.memory.kept.get("cost", 0.0)
        cost = found.cost - before if found.cost > before else 0.0
        self.memory.kept["cost"] = max(found.cost, before)
        meta = {"kind": "turn", **self._shared(), **({"cost": round(cost, 9)} if cost else {})}
        if "tokens" in meta or cost:
            yield self.telling.draft(spot, Seen.EVENT, "", trust=Trust.TOOL, meta=meta)


def _asked(tool: str, given: Json) -> str:
    code = given.get("code")
    return code if tool == "run_ipython" and isinstance(code, str) else asked(tool, given)


def told(session: str, **facts: Any) -> SessionFacts:
    """What is known of a session before its first event."""
    return SessionFacts(session, agent=AGENT, **facts)
