"""Small conversations as datasets and frameworks keep them, made by hand."""

from __future__ import annotations

import json
from typing import Any

from tests.stages.observe.clients import jsonl

MODEL = "a-model-1"


def say(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def call(name: str, given: Any, id: str = "c1") -> dict[str, Any]:
    """A call as the chat API writes it."""
    function = {"name": name, "arguments": json.dumps(given)}
    return {"id": id, "type": "function", "function": function}


def messages() -> list[dict[str, Any]]:
    """A seat is asked for, the first try fails, the second does not."""
    return [
        say("system", "You book seats on ferries."),
        say("user", "A seat to Elba, please."),
        say("assistant", None, tool_calls=[call("book_seat", {"line": 4})]),
        say("tool", "Error: line 4 is full", tool_call_id="c1", name="book_seat"),
        say("assistant", "Line 4 is full, I try 5.", tool_calls=[call("book_seat", {"line": 5})]),
        say("tool", '{"seat": "12A"}', tool_call_id="c1", name="book_seat"),
        say("assistant", "You sit on 12A."),
        say("user", "Thanks!"),
    ]


def session(id: str = "ferry-1", **more: Any) -> dict[str, Any]:
    return {"id": id, "reward": 1.0, "messages": messages(), **more}


def openai() -> bytes:
    return jsonl([session(), session("ferry-2", model=MODEL)])


def turn(who: str, value: str) -> dict[str, str]:
    return {"from": who, "value": value}


def tool_call(name: str, **given: Any) -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': given})}\n</tool_call>"


def tool_response(name: str, content: Any, id: str = "call_9") -> str:
    answer = {"tool_call_id": id, "name": name, "content": content}
    return f"<tool_response>\n{json.dumps(answer)}\n</tool_response>"


def turns() -> list[dict[str, str]]:
    """A test is run, mended and run again; the calls have no ids."""
    red = {"output": "E   KeyError: 'tax'\n1 failed", "exit_code": 1, "error": None}
    green = {"output": "1 passed", "exit_code": 0, "error": None}
    first, again = tool_call("terminal", command="pytest"), tool_call("patch", path="cart.py")
    return [
        turn("system", "You may call <tools>[]</tools>, as in <tool_call>{}</tool_call>."),
        turn("human", "The checkout test fails, mend it."),
        turn("gpt", f"<think>\nLet me see.\n</think>\nI run it first.\n{first}"),
        turn("tool", tool_response("terminal", red)),
        turn("gpt", f"<think>\nThe key.\n</think>\n{again}\n{first}"),
        turn("tool", tool_response("patch", "Done.") + "\n" + tool_response("terminal", green)),
        turn("gpt", "<think>\n</think>\nIt passes."),
    ]


def run(**more: Any) -> dict[str, Any]:
    told = {"timestamp": "2026-02-01T10:00:00", "model": MODEL, "completed": True}
    return {"conversations": turns(), **told, **more}


def hermes() -> bytes:
    return jsonl([run(), run(timestamp="2026-02-01T11:00:00", completed=False)])
