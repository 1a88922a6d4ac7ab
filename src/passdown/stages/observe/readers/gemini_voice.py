"""Who speaks in what Gemini CLI keeps as the user's words: the person, the client, a hook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.observation import Trust
from passdown.stages.observe.readers.document import listed, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.contract.reader import Json

CONTEXT = "context"
"""The kind of what says nothing that anybody said."""
_ATTACHED = "\n--- Content from referenced files ---"


class Voice(NamedTuple):
    """What kind of thing a text of the client is, and how far it can be trusted."""

    kind: str
    trust: Trust


_BEGINNINGS = (
    ("<session_context>", Voice(CONTEXT, Trust.AGENT)),
    ("This is the Gemini CLI. We are setting up the context", Voice(CONTEXT, Trust.AGENT)),
    ("<hook_context>", Voice("hook-context", Trust.AGENT)),
    ("<state_snapshot>", Voice("summary", Trust.ASSISTANT)),
    ("System: ", Voice("client", Trust.TOOL)),
    ("/", Voice("command", Trust.HUMAN)),
    ("?", Voice("command", Trust.HUMAN)),
)


def client(said: str) -> Voice | None:
    """What the client itself says, or is asked to do; None when a person speaks."""
    found = (voice for start, voice in _BEGINNINGS if said.startswith(start))
    return next(found, None)


def typed(message: Json) -> str:
    """What a person typed, without the files that the client put behind it."""
    shown = words(message.get("displayContent"))
    return (shown or words(message.get("content"))).partition(_ATTACHED)[0]


def words(content: Any) -> str:
    """The texts of a message that are no thoughts."""
    if isinstance(content, str):
        return content
    every = (text(part.get("text")) for part in parts(content) if not part.get("thought"))
    return "\n".join(one for one in every if one)


def parts(content: Any) -> Iterator[Json]:
    """The pieces of a message, whichever way they stand."""
    for one in listed(content) if isinstance(content, list) else [content]:
        yield {"text": one} if isinstance(one, str) else table(one)
