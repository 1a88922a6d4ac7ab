"""OpenHands' output files: a line a task, with its instruction, its events and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from passdown.contract.reader import Line, Skip
from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.chat import fresh
from passdown.stages.observe.readers.claude_memory import Memory
from passdown.stages.observe.readers.document import listed, places, table, text
from passdown.stages.observe.readers.openhands_event import events, is_event, paid, total
from passdown.stages.observe.readers.openhands_run import Run, told
from passdown.stages.observe.readers.outline import is_document, mean
from passdown.stages.observe.readers.rows import rows
from passdown.stages.observe.readers.telling import Spot, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.reader import Drawn, Json
    from passdown.stages.observe.readers.outline import Outline

NAME = "openhands_output"
_NAMED = frozenset({"git_patch", "instance_id", "instruction", "metrics", "test_result"})
_EVENTS = frozenset(
    f"{within}.{key}"
    for within in ("history[]", "history[][]")
    for key in ("action", "kind", "observation")
)


@dataclass(frozen=True, slots=True)
class OpenHandsOutput:
    """The reader of finished tasks: one a line, or in an array."""

    unit: Literal["line", "file"] = "line"

    @property
    def name(self) -> str:
        """The format."""
        return NAME

    @property
    def verified(self) -> bool:
        """It was checked against real files."""
        return True

    def sniff(self, head: bytes) -> float:
        """How sure it is of the content."""
        return mean(head, _score)

    def shaped(self, head: bytes) -> OpenHandsOutput:
        """A document is read at once, lines as they come."""
        return replace(self, unit="file" if is_document(head) else "line")

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; a session's facts before its first draft."""
        known = Memory(memory)
        for line in lines:
            for row in rows(line, lambda _: False):
                every = events(table(row.value))
                if row.reason or not every:
                    yield Skip(row.offset, row.reason or "no history")
                else:
                    # A row is a whole task: nothing of it goes on in the next.
                    where = Line(row.offset, row.raw)
                    yield from _task(row.value, every, where, fresh(known), damaged=row.damaged)


READER = OpenHandsOutput()


def _score(found: Outline) -> float:
    """Events beside what a task has; a long patch may stand before them, and cut the head."""
    named = _NAMED & found.keys()
    if "trajectory" in found or not named:
        return 0.0
    if _EVENTS & found.keys():
        return 1.0
    return 0.8 if len(named) >= 2 and "history" not in found else 0.0


def _task(
    task: Json, every: list[Any], line: Line, known: Memory, *, damaged: bool
) -> Iterator[Drawn]:
    named = text(task.get("instance_id"))
    first = text(table(every[0]).get("timestamp")) or text(table(every[0]).get("content"))[:2000]
    session = f"openhands-{digest(named, text(task.get('instruction'))[:2000], first)}"
    yield told(session, model=_model(task), outcome=_outcome(task), meta=_facts(task, named))
    run = Run(known, session, Trust.AGENT)
    known.news(session, ["", "", ""])
    shared: Json = {"damaged": True} if damaged else {}
    placed = places(line.raw, "history", len(listed(task.get("history"))))
    spots = placed if len(placed) == len(every) else [(0, len(line.raw))] * len(every)
    for n, (value, (start, size)) in enumerate(zip(every, spots, strict=True)):
        if is_event(value):
            spot = Spot(f"{session}:{n}", line.offset + start, size, meta=shared)
            yield from run.tell(_spoken(value, n), spot)
        else:
            known.count("unknown")
    yield from _took(task, run, Spot(f"{session}:end", line.offset, len(line.raw)))


def _spoken(value: Json, n: int) -> Json:
    """Older runs did not keep who spoke: the first message is the task."""
    if n == 0 and value.get("action") == "message" and "source" not in value:
        return {**value, "source": "user"}
    return value


def _model(task: Json) -> str:
    configured = table(table(task.get("metadata")).get("llm_config"))
    return text(configured.get("model"))[:100]


def _outcome(task: Json) -> str:
    success = task.get("success")
    if isinstance(success, bool):
        return "succeeded" if success else "failed"
    return "failed" if text(task.get("error")) else ""


def _facts(task: Json, named: str) -> Json:
    issue = table(task.get("issue"))
    title = text(issue.get("title")) or named
    repo = text(issue.get("repo")) or text(table(task.get("instance")).get("repo"))
    why = text(task.get("error")) or text(task.get("result_explanation"))
    known = {"title": title[:200], "task_repo": repo[:200], "ended": why[:1000]}
    return {name: value for name, value in known.items() if value}


def _took(task: Json, run: Run, spot: Spot) -> Iterator[Drawn]:
    """What the whole task took: told once, unless its answers told it one by one."""
    metrics = table(task.get("metrics"))
    usage, cost = total([table(metrics.get("accumulated_token_usage"))]), paid(metrics)
    names = ("in", "out", "cache_read", "cache_write")
    took = (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_input_tokens,
        usage.cache_creation_input_tokens,
    )
    tokens = {name: n for name, n in zip(names, took, strict=True) if n}
    meta: Json = {"kind": "turn", **({"cost": cost} if cost else {})}
    if tokens and not run.memory.usage:
        meta["tokens"] = tokens
    if len(meta) > 1:
        yield run.telling.draft(spot, Seen.EVENT, "", trust=Trust.TOOL, meta=meta)
