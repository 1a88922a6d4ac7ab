"""Text of others inside a prompt: in blocks that nothing in them can close, end or pretend to be.

What is quoted is one line of ASCII JSON without angle brackets. No line break, no tag, no role
marker, no invisible character and no look-alike is left of it but as its escape. Beside that, the
tag carries a boundary that who wrote the text cannot know.
"""

from __future__ import annotations

import json
from typing import Any

TAG = "evidence"
_BARE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "`": "\\u0060"}


def block(boundary: str, name: str, value: Any) -> str:
    """One block of this name; what it says of itself is a name that we gave it."""
    return f'<{TAG}-{boundary} name="{name}">\n{escaped(value, boundary)}\n</{TAG}-{boundary}>'


def escaped(value: Any, boundary: str = "") -> str:
    """The value as one line that holds no tag and no boundary."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    for bare, code in _BARE.items():
        text = text.replace(bare, code)
    return text.replace(boundary, "\\u0000") if boundary else text


def cut(text: str, most: int) -> str:
    """At most so many characters; it says how many are left out."""
    return text if len(text) <= most else f"{text[:most]} ... ({len(text) - most} more characters)"
