"""Whether bytes are a chat of Gemini CLI, from the content alone."""

from __future__ import annotations

import re

from passdown.stages.observe.readers.document import load, table, text
from passdown.stages.observe.readers.glimpse import share

_KEYS = re.compile(rb'"(sessionId|projectHash|startTime|lastUpdated)"\s*:\s*"')
_TYPES = frozenset({"user", "gemini", "info", "error", "warning"})


def sureness(head: bytes) -> float:
    """A document by the keys it begins with, a log by its lines."""
    begun = head.lstrip()[:1] == b"{"
    keys = len(set(_KEYS.findall(head[:2000]))) if begun else 0
    if keys >= 3 or (keys == 2 and b'"projectHash"' in head[:2000]):
        return 1.0
    return share(head, _score) if begun else 0.0


def _score(line: bytes) -> float | None:
    """None when it is no JSON at all: a torn or damaged line says nothing of its format."""
    found = load(line)
    if found.reason:
        return None
    value = table(found.value)
    if "$set" in value or "$rewindTo" in value:
        return 1.0
    mine = text(value.get("id")) and text(value.get("timestamp")) and "content" in value
    if not mine or value.get("type") not in _TYPES:
        return 0.0
    return 1.0 if value["type"] == "gemini" else 0.4
