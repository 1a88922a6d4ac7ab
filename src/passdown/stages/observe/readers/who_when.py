"""Who&When: failed runs of several agents, with what people say went wrong and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import Draft, SessionFacts, Skip
from passdown.domain.observation import Trust
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import (
    listed,
    parts,
    places,
    record,
    table,
    text,
)
from passdown.stages.observe.readers.glimpse import share
from passdown.stages.observe.readers.telling import Spot, Telling, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Drawn, Json, Line

NAME = "who_when"
LABELS = ("mistake_agent", "mistake_step", "mistake_reason", "mistake_type", "level")
"""What people found out about a run; kept with the session."""
TERMINALS = frozenset({"Computer_terminal", "ComputerTerminal"})
STRANGERS = frozenset({"WebSurfer", "FileSurfer"})

_KEYS = re.compile(
    rb'"(history|mistake_agent|mistake_step|mistake_reason|ground_truth|question_ID|is_corrected'
    rb'|is_correct|question|level|system_prompt)"\s*:'
)


class WhoWhen:
    """The reader of labelled runs, one a line."""

    name = NAME
    unit: Literal["line", "file"] = "line"
    verified = True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return share(head, _score, (b'"is_correct', b'"question_ID"'))

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        for line in lines:
            found = record(line.raw)
            run = table(found.value)
            if found.reason or not isinstance(run.get("history"), list):
                yield Skip(line.offset, found.reason or "no history")
            else:
                yield from _run(run, line, Memory(memory), damaged=found.damaged)


READER = WhoWhen()


def _score(line: bytes) -> float | None:
    if line.lstrip()[:1] != b"{":
        return None
    keys = set(_KEYS.findall(line))
    labelled = keys & {b"mistake_agent", b"mistake_step", b"mistake_reason", b"question_ID"}
    return 1.0 if b"history" in keys and labelled and len(keys) >= 4 else 0.0


def _run(run: Json, line: Line, known: Memory, *, damaged: bool) -> Iterator[Drawn]:
    messages = [table(one) for one in listed(run["history"])]
    named = text(run.get("id")) or text(run.get("question_ID"))
    told = (parts(one.get("content")) for one in messages[:2])
    session = f"{NAME}-{named[:200] if named else digest(*told)}"
    yield SessionFacts(session, agent="who&when", outcome="failed", meta=_labels(run))
    shared: Json = {"damaged": True} if damaged else {}
    telling = Telling(known, session)
    spots = places(line.raw, "history", len(messages))
    for n, (message, (start, size)) in enumerate(zip(messages, spots, strict=True)):
        spot = Spot(f"{session}:{n}", line.offset + start, size, meta=shared)
        yield _message(message, n, telling, spot)


def _labels(run: Json) -> Json:
    found = {name: run.get(name) for name in LABELS}
    kept: Json = {name: _label(value) for name, value in found.items() if value not in (None, "")}
    if question := text(run.get("question")):
        kept["title"] = question[:200]
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
