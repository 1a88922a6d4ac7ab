"""Which agent a change says that it was made with: by the trailers of its commits and the line that
tools put below a request. Anybody can write them, and nothing is weighed by them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.stages.audit.said import Text

KNOWN = (
    "aider", "amp", "claude", "cline", "codex", "copilot", "cursor", "devin", "gemini", "goose",
    "jules", "opencode", "openhands", "windsurf",
)  # fmt: skip
"""Agents by the first word of their names."""
_NAMES = "|".join(KNOWN)
_TOLD = re.compile(
    rf"^(?:co-authored-by:[ \t]{{0,9}}(?:(?:openai|github|google)[ \t])?({_NAMES})\b"
    rf"|[^\w\n]{{0,6}}generated[ \t](?:with|by)[ \t]\[?({_NAMES})\b)",
    re.I | re.M,
)
LONGEST = 65_536
"""Characters of one text that are looked through, its last."""


def agent(texts: Iterable[Text]) -> str:
    """The agent that is named first; '' where none is."""
    found = (_TOLD.search(one.text[-LONGEST:]) for one in texts)
    return next(((hit[1] or hit[2]).lower() for hit in found if hit), "")
