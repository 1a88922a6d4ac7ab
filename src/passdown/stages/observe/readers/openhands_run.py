"""A run of OpenHands told in order, whichever file its events came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from passdown.contract.reader import Draft, SessionFacts
from passdown.domain.clock import parse
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_memory import Call
from passdown.stages.observe.readers.claude_record import Message
from passdown.stages.observe.readers.document import text
from passdown.stages.observe.readers.openhands_event import UNSAID, Event, event
from passdown.stages.observe.readers.provenance import SHELLS, answer_trust, asked
from passdown.stages.observe.readers.telling import BESIDE, Spot, Telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.reader import Drawn, Json
    from passdown.stages.observe.readers.claude_memory import Memory

AGENT = "openhands"
_NOTES = {"summary": Trust.ASSISTANT, "task": Trust.AGENT}


@dataclass(frozen=True, slots=True)
class Run:
    """One conversation; `asker` is how far whoever gives it its tasks can be trusted. `alone` says
    that an event stands in a file of its own: what came before it is not known."""

    memory: Memory
    session: str
    asker: Trust = Trust.HUMAN
    alone: bool = False

    @property
    def telling(self) -> Telling:
        """Its drafts."""
        return Telling(self.memory, self.session)

    def tell(self, value: Json, spot: Spot) -> Iterator[Drawn]:
        """What one event says; the session's facts before its first draft."""
        found, at = event(value), parse(text(value.get("timestamp")))
        if self.alone:
            found = self._unheard(found)
        spot = spot._replace(at=at)
        yield from self.telling.facts(agent=AGENT, model=found.model or self._model(), at=at)
        if found.model:
            self.memory.kept["model"] = found.model
        if found.usage:
            message = Message(id=found.answer or spot.uid, usage=found.usage)
            self.memory.owe(self.telling.context, message)
        yield from self._said(found, spot)

    def _unheard(self, found: Event) -> Event:
        """The event, where all that was read and counted before it is not known."""
        self.memory.lower(self.session, Trust.AGENT)
        if found.says == "result" and found.call:
            trust = answer_trust(found.tool, found.command)
            self.memory.called(found.call, Call(found.tool, trust))
        return Event(UNSAID, text="client") if found.says == "stats" else found

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
            if found.says == "refused" and found.thought:
                yield self._corrected(found, spot)
        elif found.says == "note":
            yield self._noted(found, spot)
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

    def _corrected(self, found: Event, spot: Spot) -> Draft:
        """What a person said instead of letting a tool run."""
        more: dict[str, Any] = {"meta": {"kind": "refusal", BESIDE: "result"}, "tool": found.tool}
        return self.telling.prompt(spot, found.thought, place=":said", **more)

    def _noted(self, found: Event, spot: Spot) -> Draft:
        """What the client says, or an agent. A summary is trusted as what it sums up."""
        trust = _NOTES.get(found.tool, Trust.TOOL)
        return self.telling.note(spot, found.text, found.tool, min(trust, self._highest(found)))

    def _highest(self, found: Event) -> Trust:
        return self.telling.floor if found.tool == "summary" else Trust.HUMAN

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
