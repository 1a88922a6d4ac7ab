"""What tests of the tiers stand on: a loop that may be trusted, and models that say what a test
wants, or do as they are told."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from passdown.app import App, memory_app
from passdown.domain.scope import ALL
from passdown.engines.port import Answer, Failure
from passdown.ops.purse import metered
from passdown.testing import VirtualClock
from tests.desk import BOB, Desk, places
from tests.notes import NOTES, Add

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from passdown.domain.proposal import Message, Proposal

TRUSTED = replace(NOTES, hesitates=lambda payload, corpus, settings: "")
"""The notes loop, with nothing of its own against a grant."""


def says(
    verdict: str, sure: float = 0.95, defense: str = "seq 1 shows it", **payload: Any
) -> dict[str, Any]:
    """An arbiter's answer."""
    text = json.dumps(payload) if payload else ""
    return {"verdict": verdict, "confidence": sure, "defense": defense, "payload": text}


@dataclass
class Scripted:
    """A writer that gives these answers, the last one for ever, and keeps what it was asked."""

    answers: list[Any]
    micro_usd: int | None = 100
    asked: list[str] = field(default_factory=list)
    name: str = "scripted"

    def check(self) -> None:
        return None

    def within(
        self, *, session: str = "", run: str = "", cycle: str = "", loop: str = ""
    ) -> Scripted:
        return self

    def write(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer:
        self.asked.append(prompt)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = answer(prompt)
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer, "scripted-1", 10, 5, self.micro_usd)


class Engine:
    """A model that always says this: it costs 300 at the most and 200 in the end."""

    name = "engine"

    def __init__(self, said: dict[str, Any]) -> None:
        self._said, self.asked = said, 0

    def check(self) -> None:
        return None

    def most(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> int:
        return 300

    def ask(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer | Failure:
        self.asked += 1
        return Answer(self._said, "engine-1", 10, 10, 200)


def pays(app: App, clock: VirtualClock, engine: Engine) -> None:
    """Let this app ask that model, and count what it costs."""

    def writer() -> Any:
        return metered(app.store, app.settings, clock, engine, lambda text: text)

    setattr(app, "_make_writer", writer)  # noqa: B010 - mypy forbids the assignment


def outside(prompt: str) -> str:
    """What of a prompt stands in no block, for a reader that goes by the boundary."""
    boundary = re.findall(r"<evidence-([0-9a-f]+) ", prompt)[0]
    return re.sub(
        rf'<evidence-{boundary} name="\w+">.*?</evidence-{boundary}>', "", prompt, flags=re.S
    )


def carelessly_outside(prompt: str) -> str:
    """The same for a reader that takes anything like a tag, a role or a verdict for one."""
    left, depth = [], 0
    for line in re.split(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", prompt):
        if re.match(r"\s*<\s*/\s*\w", line) or "</" in line:
            depth = 0
        elif re.match(r"\s*<\s*\w", line):
            depth = 1
        elif not depth or re.match(r'\s*(system|human|user|assistant|\{"verdict")', line, re.I):
            left.append(line)
    return "\n".join(left)


def obedient(prompt: str) -> dict[str, Any]:
    """A model that does what it is told outside of blocks, by whoever: it rejects unless it finds
    the words VERDICT: and a verdict."""
    found = [
        word
        for text in (outside(prompt), carelessly_outside(prompt))
        for word in re.findall(r"VERDICT:\s*([A-Z_]+)", text)
    ]
    return says(found[-1] if found else "REJECT", defense="I was told so")


def bench(
    writer: Any = None,
    backend: str = "memory",
    home: Path | None = None,
    dsn: str = "",
    *,
    clock: VirtualClock | None = None,
    on_statement: Callable[[str], None] | None = None,
    loops: dict[str, Any] | None = None,
) -> Desk:
    """A desk whose notes loop may be trusted, with this model as its engine."""
    clock, known = clock or VirtualClock(), loops or {"notes": TRUSTED}
    if backend == "memory":
        app = memory_app(clock, on_statement=on_statement, loops=known)
    else:
        assert home is not None
        url = dsn or str(home / "store" / "store.db")
        at = places(url, home / "store")
        app = App(at, clock=clock, on_statement=on_statement, loops=known)
    if writer is not None:
        setattr(app, "_make_writer", lambda: writer)  # noqa: B010 - mypy forbids the assignment
    return Desk(app, clock)


def sets(at: Desk, **knobs: Any) -> None:
    """Turn knobs of the notes loop, as an admin does."""
    for name, value in knobs.items():
        at.call("controls.set", name=f"notes.{name}", value=str(value))


def for_arbiter(
    writer: Any, *, level: str = "auto", chain: str = "arbiter,human", **how: Any
) -> Desk:
    """A desk on which everything is left to the arbiter."""
    at = bench(writer, **how)
    sets(at, level=level, chain=chain, golden_path_confidence="0.9")
    return at


def arbitrates(at: Desk) -> dict[str, int]:
    """One sweep; what it did."""
    at.clock.advance(seconds=1)
    (told,) = [one for one in at.call("arbitrate")["loops"] if one["loop"] == "notes"]
    tiers: dict[str, int] = told["tiers"]
    return tiers


def turns(at: Desk, id: str) -> list[Message]:
    """Everything said about a proposal."""
    with at.store.read(ALL) as tx:
        return tx.queue.messages(id)


def decided(at: Desk, n: int, *, right: int, first: int = 0) -> list[Proposal]:
    """So many questions that a person answered, the first ones with a yes."""
    made = []
    for k in range(first, first + n):
        id = at.ask(Add(f"decided {k}")).id
        at.clock.advance(seconds=1)
        if k - first < right:
            at.call("approve", BOB, id=id)
        else:
            at.call("reject", BOB, id=id, reason="no")
        made.append(at.proposal(id))
    return made
