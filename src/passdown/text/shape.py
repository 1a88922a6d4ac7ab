"""The shape of a question: what it asks, whatever it names; those alike have the same."""

from __future__ import annotations

import re

_NAMED = re.compile(r"`[^`]*`|\"[^\"]*\"|'[^']*'|\d+")
_LENGTH = 16


def shape(action: str, scope: str, title: str) -> str:
    """The same for questions that differ only in what they name; '' for one that names nothing."""
    from hashlib import sha256

    asked, names = _NAMED.subn("…", title)
    whole = "\0".join((action, scope, asked)).encode("utf-8", "replace")
    return sha256(whole).hexdigest()[:_LENGTH] if names else ""
