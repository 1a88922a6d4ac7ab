"""Whether bytes are a task of Cline or Roo Code, from the content alone."""

from __future__ import annotations

import re

_MESSAGES = re.compile(rb'\s*\[\s*\{\s*"(?:role|content|ts|type|say|ask)"\s*:')
_MARKS = re.compile(
    rb"<environment_details>|<task>|<user_message>|<feedback>|<attempt_completion>"
    rb"|\[(?:execute_command|read_file|write_to_file|list_files)\b[^\n]{0,200}\] Result"
)
_SAY = re.compile(rb'"(?:say|ask)"\s*:\s*"[a-z_]+"')
_TYPE = re.compile(rb'"type"\s*:\s*"(?:say|ask)"')
_TURN = re.compile(rb"\s*\*\*User:\*\*[ \t]*\r?\n")


def sureness(head: bytes) -> float:
    """An array of messages with their marks, the messages of the screen, or the export."""
    if _TURN.match(head):
        return 0.9 if _MARKS.search(head) or b"**Assistant:**" in head else 0.0
    if not _MESSAGES.match(head):
        return 0.0
    if _TYPE.search(head) and _SAY.search(head) and b'"ts"' in head:
        return 1.0
    return 0.95 if b'"role"' in head and _MARKS.search(head) else 0.0
