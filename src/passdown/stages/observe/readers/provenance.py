"""How far what a tool brings back can be trusted, and how a call to it reads."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from passdown.domain.observation import Trust

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELLS = frozenset(
    {
        "Bash",
        "BashOutput",
        "PowerShell",
        "Shell",
        "bash",
        "cmd_run",
        "container.exec",
        "exec",
        "exec_command",
        "execute_bash",
        "execute_command",
        "execute_ipython_cell",
        "local_shell",
        "powershell",
        "read_bash",
        "read_powershell",
        "run",
        "run_ipython",
        "run_shell_command",
        "run_terminal_cmd",
        "shell",
        "shell_command",
        "terminal",
        "write_bash",
        "write_powershell",
        "write_stdin",
    }
)
AGENTS = frozenset(
    {
        "Agent",
        "Task",
        "TaskOutput",
        "delegate",
        "followup_task",
        "invoke_agent",
        "resume_agent",
        "send_input",
        "send_message",
        "spawn_agent",
        "task",
        "wait_agent",
    }
)
WEB = frozenset(
    {
        "WebFetch",
        "WebSearch",
        "browse",
        "browse_interactive",
        "browser",
        "fetch",
        "google_web_search",
        "web_fetch",
        "web_read",
        "web_search",
        "webfetch",
        "websearch",
    }
)
_FETCH = re.compile(r"\b(?:curl|wget|lynx|w3m|gh (?:api|gist|issue|pr|search))\b")
_HOST = re.compile(r"https?://([^/\s:'\"]+)")
_HERE = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]"})


def is_foreign(tool: str) -> bool:
    """Whether strangers write what this tool answers, errors included."""
    return not tool or tool in WEB or tool.startswith(("mcp__", "browser_"))


def answer_trust(tool: str, text: str) -> Trust:
    """How far what this call brings back can be trusted."""
    if is_foreign(tool):
        return Trust.WEB
    if tool in AGENTS:
        return Trust.AGENT
    return Trust.WEB if tool in SHELLS and fetches(text) else Trust.TOOL


def fetches(command: str) -> bool:
    """Whether a command brings something from elsewhere."""
    if not _FETCH.search(command):
        return False
    hosts = set(_HOST.findall(command))
    return not hosts or not hosts <= _HERE


def asked(tool: str, given: Mapping[str, Any]) -> str:
    """A command as it was typed; else the arguments, one a line."""
    command = given.get("command")
    if isinstance(command, str) and tool in SHELLS:
        return command
    return "\n".join(f"{name}: {plain(value)}" for name, value in given.items())


def plain(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
