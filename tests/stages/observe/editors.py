"""Small chats as extensions of editors keep them, made by hand."""

from __future__ import annotations

import json
from typing import Any

from tests.stages.observe.clients import jsonl

DETAILS = "<environment_details>\n# VSCode Open Tabs\ncart.py\n</environment_details>"
AT = 1_770_000_000_000


def words(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text} for text in texts]


def conversation() -> list[dict[str, Any]]:
    """A task of Cline's in which a command fails, is changed, and a person adds a word."""
    run = "<execute_command>\n<command>{}</command>\n</execute_command>"
    failed = "Command executed.\nExit code: 127\nbash: pytest: command not found"
    said: list[tuple[str, list[dict[str, Any]]]] = [
        ("user", words("<task>\nPlease run the tests.\n</task>", DETAILS)),
        ("assistant", words("I'll run them.\n\n" + run.format("pytest"))),
        ("user", words("[execute_command for 'pytest'] Result:", failed, DETAILS)),
        ("assistant", words(run.format("uv run pytest"))),
        (
            "user",
            words(
                "[execute_command for 'uv run pytest'] Result:",
                "1 passed\n<feedback>\nAlways use uv here.\n</feedback>",
                DETAILS,
            ),
        ),
        (
            "assistant",
            words("<attempt_completion>\n<result>\nAll pass.\n</result>\n</attempt_completion>"),
        ),
    ]
    return [
        {"role": role, "content": content, "ts": AT + n * 1000}
        for n, (role, content) in enumerate(said)
    ]


def cline() -> bytes:
    return json.dumps(conversation(), indent=1).encode()


def native() -> list[dict[str, Any]]:
    """The same where the model calls tools by the interface's own means."""
    call = {"type": "tool_use", "id": "t1", "name": "execute_command", "input": {"command": "ls"}}
    answer = {"type": "tool_result", "tool_use_id": "t1", "content": words("cart.py")}
    return [
        {"role": "user", "content": words("<task>Look.</task>", DETAILS), "ts": AT},
        {"role": "assistant", "content": [*words("I look."), call], "ts": AT + 1},
        {"role": "user", "content": [answer, *words(DETAILS)], "ts": AT + 2},
    ]


def screen() -> list[dict[str, Any]]:
    """What the screen shows of it."""
    took = {"tokensIn": 100, "tokensOut": 10, "cacheReads": 40, "cacheWrites": 5, "cost": 0.02}
    return [
        {"ts": AT, "type": "say", "say": "text", "text": "Please run the tests."},
        {"ts": AT + 1, "type": "say", "say": "api_req_started", "text": json.dumps(took)},
        {"ts": AT + 2, "type": "say", "say": "text", "text": "I'll run them."},
        {"ts": AT + 3, "type": "ask", "ask": "command", "text": "pytest"},
        {"ts": AT + 4, "type": "say", "say": "command_output", "text": "1 passed"},
        {"ts": AT + 5, "type": "say", "say": "tool", "text": '{"tool": "readFile", "path": "a"}'},
        {"ts": AT + 6, "type": "say", "say": "completion_result", "text": "All pass."},
        {"ts": AT + 7, "type": "say", "say": "user_feedback", "text": "Always use uv here."},
    ]


def exported() -> bytes:
    """The Markdown that a task is exported as."""
    return (
        f"**User:**\n\n<task>\nPlease run the tests.\n</task>\n\n{DETAILS}\n\n---\n\n"
        "**Assistant:**\n\nI'll run them.\n\n"
        "[Tool Use: execute_command]\nCommand: pytest\n\n---\n\n"
        "**User:**\n\n[Tool]\n1 passed\n\n---\n\n"
        "**Assistant:**\n\nAll pass.\n\n---\n\n"
    ).encode()


def cursor() -> bytes:
    """What Cursor's agent writes as it goes."""
    asked = "<timestamp>now</timestamp>\n<user_query>\nPlease run the tests.\n</user_query>"
    call = {"type": "tool_use", "id": "t1", "name": "Shell", "input": {"command": "pytest"}}
    answer = {"type": "tool_result", "tool_use_id": "t1", "content": "1 passed"}
    return jsonl(
        [
            {"role": "user", "message": {"content": words(asked)}},
            {"role": "assistant", "message": {"content": [*words("I'll run them."), call]}},
            {"role": "user", "message": {"content": [answer]}},
            {"role": "assistant", "message": {"content": words("All pass.")}},
        ]
    )


def cursor_exported() -> bytes:
    return (
        b"# Run the tests\n_Exported on 6/13/2025 at 10:11:12 GMT+2 from Cursor (1.0.0)_\n\n---\n\n"
        b"**User**\n\nPlease run the tests.\n\n---\n\n**Cursor**\n\nAll **pass**.\n\n---\n\n"
        b"**User**\n\nThank you.\n"
    )
