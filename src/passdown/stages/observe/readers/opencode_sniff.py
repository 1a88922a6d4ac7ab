"""Whether bytes are a session of OpenCode, from the content alone."""

from __future__ import annotations

import re

_SESSION = re.compile(rb'"id"\s*:\s*"ses_[0-9A-Za-z]{4,60}"')
_KEYS = re.compile(rb'"(projectID|directory|slug|version|title|parentID|time)"\s*:')
_EXPORT = re.compile(rb'\{\s*"info"\s*:\s*\{')
_START = 8000


def sureness(head: bytes) -> float:
    """A session's record, alone or at the beginning of an export."""
    begun = head.lstrip()[:_START]
    found = _SESSION.search(begun) if begun[:1] == b"{" else None
    if found is None or found.start() > 500:
        return 0.0
    keys = len(set(_KEYS.findall(begun)))
    if keys < 3:
        return 0.0
    return 1.0 if _EXPORT.match(begun) or b'"messages"' not in begun[: found.start()] else 0.0
