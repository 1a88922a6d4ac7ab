"""A model with a budget and a memory: paid for before it is asked, asked once, redacted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from passdown.engines.port import Failure
from passdown.engines.replay import question_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from passdown.engines.port import Answer, Engine


class Hold(NamedTuple):
    """What was set aside, and in which counters."""

    micro_usd: int
    counters: tuple[str, ...] = ()


class Purse(Protocol):
    """Money that several processes share."""

    def within(self, *, session: str, run: str, cycle: str = "", loop: str = "") -> Purse:
        """The same purse, for this session, this run, this cycle of the gate and this loop."""
        ...

    def reserve(self, micro_usd: int) -> Hold:
        """Set this much aside; Limit, with what to do, when a budget does not hold it."""
        ...

    def settle(self, hold: Hold, micro_usd: int | None) -> None:
        """It cost this instead; None is unknown, and what was set aside counts."""
        ...


class Tape(Protocol):
    """What was asked before, and what the answer was."""

    def within(self, *, session: str) -> Tape:
        """The same tape, for this session: what is on it goes when the session is forgotten."""
        ...

    def recall(self, key: str, engine: str) -> Answer | None:
        """What this engine answered to this question."""
        ...

    def keep(self, key: str, engine: str, answer: Answer) -> None:
        """Remember it."""
        ...


class NoTape:
    """Remembers nothing: what is answered is kept by who asked."""

    def within(self, *, session: str) -> NoTape:
        """Still nothing."""
        return self

    def recall(self, key: str, engine: str) -> Answer | None:
        """None."""
        return None

    def keep(self, key: str, engine: str, answer: Answer) -> None:
        """It is not kept."""


@dataclass(frozen=True, slots=True)
class Metered:
    """An engine as a Writer. `clean` redacts what is sent, and what comes back before it is kept
    or seen by anybody."""

    engine: Engine
    purse: Purse
    tape: Tape
    clean: Callable[[str], str]

    @property
    def name(self) -> str:
        """The engine's."""
        return self.engine.name

    def check(self) -> None:
        """Unavailable, with what to do, when it cannot be asked as it is configured."""
        self.engine.check()

    def within(
        self, *, session: str = "", run: str = "", cycle: str = "", loop: str = ""
    ) -> Metered:
        """The same model, held to the budgets of this session, this run, this cycle of the gate
        and this loop too."""
        purse = self.purse.within(session=session, run=run, cycle=cycle, loop=loop)
        tape = NoTape() if cycle or loop else self.tape.within(session=session)
        return replace(self, purse=purse, tape=tape)

    def write(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer:
        """One structured answer; what was asked before is answered from memory, for nothing."""
        prompt = self.clean(prompt)
        key = question_key(prompt, schema)
        known = self.tape.recall(key, self.name)
        if known is not None:
            return replace(known, input_tokens=0, output_tokens=0, micro_usd=0)
        answer = self._bought(prompt, schema, max_tokens)
        answer = replace(answer, value=_cleaned(answer.value, self.clean))
        self.tape.keep(key, self.name, answer)
        return answer

    def _bought(self, prompt: str, schema: dict[str, Any], max_tokens: int) -> Answer:
        most = self.engine.most(prompt, schema=schema, max_tokens=max_tokens)
        hold = self.purse.reserve(most)
        # Should this process end here, what was set aside counts as spent: nobody can tell.
        found = self.engine.ask(prompt, schema=schema, max_tokens=max_tokens)
        self.purse.settle(hold, found.micro_usd)
        if isinstance(found, Failure):
            raise found.error
        return found


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    """The value with every text in it redacted."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(name)): _cleaned(one, clean) for name, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one, clean) for one in value]
    return value
