"""Who speaks in what Codex hands its model as the user's words: the person, or the client."""

from __future__ import annotations

import re
from typing import NamedTuple

from passdown.domain.observation import Trust

CONTEXT = "context"
"""The kind of what says nothing that anybody said: instructions, the environment."""


class Voice(NamedTuple):
    """What kind of thing a text of the client is, and how far it can be trusted."""

    kind: str
    trust: Trust
    text: str


_INJECTED = re.compile(r"<([a-z][a-z_ -]{1,60})(?:\s[^>]{0,500})?>")
_HEADINGS = ("# AGENTS.md instructions", "Warning: ")
_REQUEST = "## My request for Codex:"
_KINDS = {
    "skill": ("skill", Trust.AGENT),
    "subagent_notification": ("notification", Trust.AGENT),
    "hook_prompt": ("hook", Trust.AGENT),
    "turn_aborted": (CONTEXT, Trust.TOOL),
}


def client(text: str) -> Voice | None:
    """What the client itself says; None when a person says it."""
    if text.startswith(_HEADINGS):
        return Voice(CONTEXT, Trust.AGENT, text)
    found = _INJECTED.match(text)
    if found is None or not text.rstrip().endswith(f"</{found[1].strip()}>"):
        return None
    kind, trust = _KINDS.get(found[1], (CONTEXT, Trust.AGENT))
    return Voice(kind, trust, text)


def request(text: str) -> str:
    """The person's words, without what an editor put before them."""
    if text.startswith("# Context from my IDE setup:"):
        return text.partition(_REQUEST)[2].strip() or text
    return text


def shell(text: str) -> tuple[str, str] | None:
    """A command that a person ran at the client themselves, and what it printed."""
    if not text.startswith("<user_shell_command>"):
        return None
    return _between(text, "command"), _between(text, "result")


def _between(text: str, tag: str) -> str:
    _, _, rest = text.partition(f"<{tag}>")
    return rest.rpartition(f"</{tag}>")[0].strip()
