"""An exported conversation told in order: an answer finds its call also where it names none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from passdown.domain.observation import Seen, Trust
from passdown.stages.observe.readers.claude_memory import MOST, Memory
from passdown.stages.observe.readers.claude_record import Message, Usage
from passdown.stages.observe.readers.document import load, table, text, whole
from passdown.stages.observe.readers.provenance import asked, plain
from passdown.stages.observe.readers.telling import Spot, Telling
from passdown.stages.observe.readers.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.reader import Draft, Json

LABELS = (
    "completed",
    "exit_status",
    "finish_reason",
    "is_correct",
    "label",
    "partial",
    "passed",
    "rating",
    "resolved",
    "reward",
    "score",
    "success",
)
"""What a dataset says of how a session went; kept with the session."""
COSTS = ("cost", "total_cost", "response_cost", "instance_cost", "accumulated_cost")

_THOUGHT = re.compile(r"<(think|thinking|scratch_pad|SCRATCHPAD)>(.*?)(?:</\1>|\Z)", re.DOTALL)
# What harnesses put in the place of a person's words: outputs, and the environment.
_PRINTED = re.compile(
    r"\s*(?:<(?:returncode|tool_response|tool_result|function_results?|observation)\b"
    r"|OBSERVATION:|EXECUTION RESULT of \[)"
)
_CONTEXT = re.compile(r"\s*<(environment_context|system-reminder|user_instructions)>")


class Chat(Telling):
    """One conversation; what is remembered of it lasts as long as the memory it is given."""

    def said(self, spot: Spot, words: str, **more: Any) -> Iterator[Draft]:
        """What stands in a person's place: their words, or what a harness put there."""
        context = _CONTEXT.match(words)
        if not words.strip():
            self.memory.count("blank")
        elif context and words.rstrip().endswith(f"</{context[1]}>"):
            self.memory.count("context")
        elif _PRINTED.match(words):
            yield self.answered(spot, words, tool="", **more)
        else:
            yield self.prompt(spot, words, **more)

    def replied(self, spot: Spot, words: str, meta: Json) -> Iterator[Draft]:
        """What the assistant says aloud; its thoughts are only counted."""
        words, thoughts = spoken(words)
        for _ in range(thoughts):
            self.memory.count("thinking")
        if words.strip():
            yield self.reply(spot, words.strip(), meta={**meta, **self.tokens()})

    def called(
        self, spot: Spot, tool: str, given: Any, id: str, *, place: str, meta: Json
    ) -> Draft:
        """The assistant calls a tool, with arguments as a table, as JSON, or as plain text."""
        id, tool = id or f"{spot.uid}{place}", tool[:200]
        kept: list[list[str]] = self.memory.kept.setdefault("open", [])
        kept.append([id, tool])
        del kept[:-MOST]
        loaded = load(given.encode("utf-8", "replace")).value if isinstance(given, str) else given
        words = asked(tool, loaded) if isinstance(loaded, dict) else plain(given)
        path = table(loaded).get("path") or table(loaded).get("file_path")
        meta = {**meta, **self.tokens()}
        if isinstance(path, str) and path:
            meta["path"] = path[:1000]
        return self.call(spot, tool, words, id, place=place, meta=meta)

    def answered(
        self,
        spot: Spot,
        words: str,
        *,
        id: str = "",
        tool: str = "",
        failed: bool = False,
        **more: Any,
    ) -> Draft:
        """A tool answers the call of this id; without one, the oldest open call of that tool."""
        id, tool = self._taken(id, tool)
        told = verdict(tool, words)
        ok = False if failed else told.ok
        meta = {**more.pop("meta", {}), **({"exit": told.code} if told.code else {})}
        return self.result(spot, told.text, id, tool=tool, ok=ok, meta=meta, **more)

    def open(self) -> str:
        """The call that waits for its answer, no longer open; '' when none does."""
        return self._taken("", "")[0]

    def _taken(self, id: str, tool: str) -> tuple[str, str]:
        """The call that is answered, no longer open; what was given where there is none."""
        kept: list[list[str]] = self.memory.kept.setdefault("open", [])
        fits = (n for n, one in enumerate(kept) if (one[0] == id if id else tool in ("", one[1])))
        found = next(fits, None)
        if found is None:
            return id, tool
        id, tool = kept.pop(found)
        return id, tool

    def owe(self, uid: str, usage: Json) -> None:
        """What an answer took, by whichever names."""
        cached = table(usage.get("prompt_tokens_details")).get("cached_tokens")
        read = whole(cached) or whole(usage.get("cache_read_input_tokens"))
        write = whole(usage.get("cache_creation_input_tokens"))
        given = max(whole(usage.get("prompt_tokens")) - read, 0) or whole(usage.get("input_tokens"))
        made = whole(usage.get("completion_tokens")) or whole(usage.get("output_tokens"))
        took = Usage(given, made, read, write)
        if given or made or read or write:
            self.memory.owe(self.context, Message(id=uid, usage=took))

    def ended(self, spot: Spot, row: Json) -> Iterator[Draft]:
        """What the session took as a whole, where no answer said so."""
        if table(row.get("usage")):
            self.owe(spot.uid, table(row["usage"]))
        paid = {"cost": cost} if (cost := _cost(row)) else {}
        tokens = self.tokens()
        if tokens or paid:
            meta: Json = {"kind": "turn", **tokens, **paid}
            yield self.draft(spot, Seen.EVENT, "", ":end", trust=Trust.TOOL, meta=meta)


def fresh(memory: Memory) -> Memory:
    """A memory for a session that ends with its line; it counts with the file's."""
    return Memory({"counts": memory.counts})


def spoken(words: str) -> tuple[str, int]:
    """A text without the thoughts in it, and how many there were."""
    return _THOUGHT.subn("", words) if "<" in words else (words, 0)


def labels(*told: Json) -> Json:
    """What is said there of how the session went."""
    return {
        name: value[:200] if isinstance(value, str) else value
        for one in told
        for name in LABELS
        if isinstance(value := one.get(name), str | bool | int | float) and value != ""
    }


def model(row: Json, messages: list[Any]) -> str:
    """The model of a session: what it says itself, or the first message that names one."""
    told = (table(one).get("model") for one in (row, *messages))
    return next((one for one in map(text, told) if one), text(row.get("model_name")))[:200]


def _cost(row: Json) -> float:
    stats = table(table(row.get("info")).get("model_stats"))
    found = (one.get(name) for one in (row, stats) for name in COSTS)
    sound = (n for n in found if isinstance(n, int | float) and not isinstance(n, bool))
    return float(next((n for n in sound if 0 < n < 1e6), 0.0))
