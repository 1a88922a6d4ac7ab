"""How Cline and Roo Code write calls and answers into plain words, read back."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from passdown.stages.observe.readers.tags import Tagged, outside, tagged, unruled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.reader import Json

TOOLS = (
    "access_mcp_resource|apply_diff|ask_followup_question|attempt_completion|browser_action"
    "|codebase_search|edit_file|execute_command|fetch_instructions|insert_content"
    "|list_code_definition_names|list_files|load_mcp_documentation|new_rule|new_task"
    "|plan_mode_respond|read_file|replace_in_file|search_and_replace|search_files|switch_mode"
    "|update_todo_list|use_mcp_tool|use_skill|web_fetch|web_search|write_to_file"
)
"""Tools that are called by a tag of their name."""
SAID_BY = {
    "attempt_completion": "result",
    "ask_followup_question": "question",
    "plan_mode_respond": "response",
}
"""Calls that only say something to the person, and where the words are."""

_CALL = re.compile(rf"<({TOOLS})>")
_PARAMETER = re.compile(r"<([a-z_]{1,40})>")
_PERSON = re.compile(r"<(task|feedback|answer|user_message)>")
_CONTEXT = re.compile(r"<environment_details>.*?(?:</environment_details>|\Z)", re.DOTALL)
_ANSWER = re.compile(rf"^\[({TOOLS})\b[^\n]*?\] Result:?[ \t]*\n?", re.MULTILINE)
_EXPORTED_ANSWER = re.compile(r"^\[(?:Tool(?: \(Error\))?|\w+ \(Error\))\]\n", re.MULTILINE)
_EXPORTED_CALL = re.compile(r"^\[Tool Use: (\w+)\]\n", re.MULTILINE)
_FAILED = re.compile(r"\s*(?:The tool execution failed|<error>|Error executing|\[ERROR\])")
_REFUSED = re.compile(r"\s*The user denied (?:this operation|permission)")
_CLIENT = re.compile(r"\s*\[(?:ERROR|TASK RESUMPTION|NOTICE|SYSTEM)\b")
_TURN = re.compile(rb"^\*\*(User|Assistant):\*\*[ \t]*\r?\n", re.MULTILINE)


class Given(NamedTuple):
    """A piece of what stands in a person's place: theirs, a tool's answer, a refusal, context."""

    who: str
    text: str
    tool: str = ""
    failed: bool = False


class Asked(NamedTuple):
    """A piece of what the assistant wrote: words, or a call."""

    text: str
    tool: str = ""
    given: Json = {}  # noqa: RUF012 - never changed


class Turn(NamedTuple):
    """One side's turn of an exported task, and where it stands."""

    role: str
    text: str
    offset: int
    length: int


def given(words: str) -> Iterator[Given]:
    """What a person's turn holds, in order."""
    plain, contexts = _CONTEXT.subn("", words)
    for _ in range(contexts):
        yield Given("context", "")
    starts = [*_ANSWER.finditer(plain)] or [*_EXPORTED_ANSWER.finditer(plain)]
    before = plain[: starts[0].start()] if starts else plain
    yield from _words(before)
    for n, start in enumerate(starts):
        end = starts[n + 1].start() if n + 1 < len(starts) else len(plain)
        tool = start[1] if start.re is _ANSWER else ""
        yield from _answer(plain[start.end() : end], tool, failed="(Error)" in start[0])


def _answer(words: str, tool: str, *, failed: bool) -> Iterator[Given]:
    """A tool's answer; what a person added to it is theirs."""
    said = list(tagged(words, _PERSON))
    rest = outside(words, said).strip()
    if _REFUSED.match(rest):
        yield Given("refused", rest, tool)
    elif tool not in SAID_BY:
        yield Given("tool", rest, tool, failed or bool(_FAILED.match(rest)))
    yield from (Given("person", one.text.strip()) for one in said)


def _words(words: str) -> Iterator[Given]:
    """What is said outside of any answer: in tags that mark a person's words, or bare."""
    said = list(tagged(words, _PERSON))
    rest = outside(words, said).strip()
    yield from (Given("person", one.text.strip()) for one in said)
    if _CLIENT.match(rest):
        yield Given("client", rest)
    elif rest and not said:
        yield Given("person", rest)
    elif rest:
        yield Given("context", rest)


def asked_of(words: str) -> Iterator[Asked]:
    """What the assistant says and which tools it calls, in order."""
    end = 0
    for one in _calls(words):
        if one.start < end:
            continue
        yield from _aloud(words[end : one.start])
        if words[one.start] == "<":
            yield from _called(one.name, one.text)
        else:
            yield Asked("", one.name, {"input": one.text.strip()})
        end = one.end
    yield from _aloud(words[end:])


def _calls(words: str) -> list[Tagged]:
    """Calls by tags, and as an export shows them: up to an empty line, or the end."""
    found = list(tagged(words, _CALL, open_ended=True))
    shown = list(_EXPORTED_CALL.finditer(words))
    for one, then in zip_longest(shown, shown[1:]):
        last = then.start() if then else len(words)
        blank = words.find("\n\n", one.end(), last)
        end = blank if blank >= 0 else last
        found.append(Tagged(one[1], words[one.end() : end], one.start(), end))
    return sorted(found, key=_place)


def _place(one: Tagged) -> int:
    return one.start


def _called(tool: str, inner: str) -> Iterator[Asked]:
    told = {one.name: one.text.strip("\n") for one in tagged(inner, _PARAMETER)}
    if tool in SAID_BY:
        yield from _aloud(told.get(SAID_BY[tool], inner))
    else:
        yield Asked("", tool, told)


def _aloud(words: str) -> Iterator[Asked]:
    if words.strip():
        yield Asked(words.strip())


def exported(raw: bytes) -> Iterator[Turn]:
    """The turns of a task that was exported as Markdown."""
    starts = list(_TURN.finditer(raw))
    for n, start in enumerate(starts):
        end = starts[n + 1].start() if n + 1 < len(starts) else len(raw)
        words = unruled(raw[start.end() : end].decode("utf-8", "replace"))
        role = "user" if start[1] == b"User" else "assistant"
        yield Turn(role, words, start.start(), end - start.start())
