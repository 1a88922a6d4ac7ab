"""What each client sends a hook, and in which shape it takes an answer.

As their own documentation has it: Claude Code, Codex, Cursor, Gemini CLI. Any other client is
answered in plain text.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

START, BEFORE, AFTER, STOP, END = "session-start", "pre-tool", "post-tool", "stop", "session-end"

NAMES = {
    START: ("sessionstart",),
    BEFORE: ("pretool", "pretooluse", "beforetool"),
    AFTER: ("posttool", "posttooluse", "aftertool"),
    STOP: ("stop", "afteragent"),
    END: ("sessionend",),
}
"""What clients call an event, without case and hyphens."""


class Client(NamedTuple):
    """What sessions of this client say of their agent, and where it lets one add to what its
    agent reads: before a call, or only to the call's answer."""

    agent: str
    advised: str = BEFORE


CLIENTS = {
    "claude-code": Client("claude-code"),
    "codex": Client("codex"),
    "cursor": Client("cursor", AFTER),
    "gemini": Client("gemini-cli", AFTER),
}


def client(name: str) -> Client:
    """What is known of the client of this name."""
    return CLIENTS.get(name) or Client(name)


def event(name: str) -> str:
    """Our word for a client's event; '' for one that asks for nothing."""
    plain = name.lower().replace("-", "").replace("_", "")
    return next((ours for ours, theirs in NAMES.items() if plain in theirs), "")


def context(name: str, at: str, text: str) -> str:
    """An answer that adds this text to what the agent reads."""
    if name == "cursor":
        return _json({"additional_context": text})
    if name not in CLIENTS:
        return text if text.endswith("\n") else f"{text}\n"
    told = {START: "SessionStart", BEFORE: "PreToolUse", AFTER: "PostToolUse"}
    if name == "gemini":
        told |= {BEFORE: "BeforeTool", AFTER: "AfterTool"}
    return _json({"hookSpecificOutput": {"hookEventName": told[at], "additionalContext": text}})


def refusal(name: str, text: str) -> str:
    """An answer that refuses the call, and tells the agent why."""
    if name == "cursor":
        return _json({"permission": "deny", "user_message": text, "agent_message": text})
    if name == "gemini":
        return _json({"decision": "deny", "reason": text})
    denied = {"permissionDecision": "deny", "permissionDecisionReason": text}
    return _json({"hookSpecificOutput": {"hookEventName": "PreToolUse", **denied}})


def _json(said: dict[str, Any]) -> str:
    return json.dumps(said, separators=(",", ":")) + "\n"
