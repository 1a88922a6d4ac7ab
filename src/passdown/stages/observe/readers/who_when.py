"""Who&When: failed runs of several agents, with what people say went wrong and where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Trust
from passdown.stages.observe.readers.chat import fresh
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import listed, parts, places, table, text
from passdown.stages.observe.readers.outline import is_document, mean
from passdown.stages.observe.readers.rows import canonical, rows
from passdown.stages.observe.readers.telling import Spot, Telling, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line
    from passdown.stages.observe.readers.outline import Outline
    from passdown.stages.observe.readers.rows import Row

NAME = "who_when"
LABELS = ("mistake_agent", "mistake_step", "mistake_reason", "mistake_type", "level")
"""What people found out about a run; kept with the session."""
TERMINALS = frozenset({"Computer_terminal", "ComputerTerminal"})
STRANGERS = frozenset({"WebSurfer", "FileSurfer"})

_KEYS = frozenset({"ground_truth", "mistake_agent", "mistake_reason", "mistake_step"})
_TOLD_APART = 4
"""Several systems ran the same question: so many messages tell one run of it from another."""


@dataclass(frozen=True, slots=True)
class WhoWhen:
    """The reader of labelled runs: one a line, one a document, or all in one array."""

    unit: Literal["line", "file"] = "line"

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def verified(self) -> bool:
        """It was checked against a real file."""
        return True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return mean(head, _score)

    def shaped(self, head: bytes) -> WhoWhen:
        """A document is read at once, lines as they come."""
        return replace(self, unit="file" if is_document(head) else "line")

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            for row in rows(line, lambda _: False):
                if row.reason or not isinstance(table(row.value).get("history"), list):
                    yield Skip(row.offset, row.reason or "no history")
                else:
                    yield from _run(row, fresh(known))


READER = WhoWhen()


def _score(found: Outline) -> float:
    """Labels, or where a cut head ends before them, the speakers of one of the systems."""
    if not {"history[].content", "history[].role"} <= found.keys():
        return 0.0
    if _KEYS & found.keys():
        return 1.0
    return 0.8 if any(who.startswith("Orchestrator") for who in found["history[].role"]) else 0.0


def _run(row: Row, known: Memory) -> Iterator[Drawn]:
    run: Json = row.value
    messages = [table(one) for one in listed(run["history"])]
    made = digest(text(run.get("question_ID")), canonical(messages[:_TOLD_APART]))
    session = f"{NAME}-{made}"
    yield SessionFacts(session, agent="who&when", outcome="failed", meta=_labels(run))
    shared: Json = {"damaged": True} if row.damaged else {}
    telling = Telling(known, session)
    spots = places(row.raw, "history", len(messages)) if messages else []
    for n, (message, (start, size)) in enumerate(zip(messages, spots, strict=True)):
        spot = Spot(f"{session}:{n}", row.offset + start, size, meta=shared)
        yield _message(message, n, telling, spot)


def _labels(run: Json) -> Json:
    found = {name: run.get(name) for name in LABELS}
    kept: Json = {name: _label(value) for name, value in found.items() if value not in (None, "")}
    named = {"title": text(run.get("question"))[:200], "run": text(run.get("id"))[:200]}
    kept |= {name: value for name, value in named.items() if value}
    return kept


def _label(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)[:2000]


def _message(message: Json, n: int, telling: Telling, spot: Spot) -> Draft:
    """Who speaks stands in the role or in the name; `step` is what the labels count."""
    role, words = text(message.get("role")), parts(message.get("content"))
    speaker = (text(message.get("name")) or role)[:100]
    meta: Json = {"speaker": speaker, "step": n}
    if role == "human":
        return telling.prompt(spot, words, meta=meta)
    if speaker in TERMINALS:
        return telling.result(spot, words, "", tool="bash", meta=meta)
    if speaker in STRANGERS:
        telling.memory.lower(telling.context, Trust.WEB)
        return telling.note(spot, words, "agent", Trust.WEB, meta=meta)
    if n == 0 and "name" not in message:
        return telling.prompt(spot, words, Trust.AGENT, meta=meta)
    return telling.reply(spot, words, meta=meta)
