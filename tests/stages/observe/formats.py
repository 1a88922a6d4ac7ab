"""A small transcript of each format, and what a reader draws from any bytes."""

from __future__ import annotations

import io
from typing import Any

from passdown.contract.reader import Blocks, Draft, Drawn, Line, Reader, Shaped
from passdown.stages.observe.blocks import blocks
from passdown.stages.observe.lines import chunks, whole, wrap
from passdown.stages.observe.unpack import HEAD
from tests.stages.observe import chats, clients, editors, markdowns, runs, talks, transcript

MOST = 1 << 24


def cut(reader: Reader, content: bytes) -> list[Line]:
    """The content as this reader is given it."""
    source = wrap(io.BytesIO(content), "a file", final=True)
    if isinstance(reader, Shaped):
        reader = reader.shaped(content[:HEAD])
    if reader.unit == "file":
        return whole(source, max_line=MOST).lines
    if isinstance(reader, Blocks):
        found = blocks(source, 0, reader.starts, number=1, max_line=MOST)
    else:
        found = chunks(source, 0, number=1, max_line=MOST)
    return [line for chunk in found for line in chunk.lines]


def drawn(reader: Reader, content: bytes, memory: dict[str, Any] | None = None) -> list[Drawn]:
    return list(reader.read(cut(reader, content), {} if memory is None else memory))


def drafts(reader: Reader, content: bytes, memory: dict[str, Any] | None = None) -> list[Draft]:
    return [d for d in drawn(reader, content, memory) if isinstance(d, Draft)]


SAMPLES = {
    "aider_chat_history": markdowns.aider,
    "claude_code": lambda: transcript.sample().bytes(),
    "cline": editors.cline,
    "codex_rollout": clients.codex,
    "copilot_cli": clients.copilot,
    "cursor": editors.cursor,
    "gemini_cli": lambda: clients.gemini_chat().bytes(),
    "hermes_sharegpt": chats.hermes,
    "openai_messages": chats.openai,
    "opencode": lambda: clients.opencode().bytes(),
    "openhands_events": runs.openhands_app,
    "openhands_output": runs.openhands_output,
    "pi_session": clients.pi,
    "reply_log": talks.reply_log,
    "slack_export": talks.slack_export,
    "specstory_md": markdowns.specstory,
    "swe_agent_traj": runs.swe_agent,
    "who_when": runs.who_when,
}
"""Makers of a file of each format."""
