"""What a text parameter is. Free text is redacted before an operation sees it; the rest is bounded.

Every text parameter of an operation that writes is one of these (a test asserts it).
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, TypeAlias


class Bound(NamedTuple):
    """How long a text may be, whether it is free text, and what it should look like."""

    what: str
    longest: int
    free: bool = False
    pattern: str = ""


Text: TypeAlias = Annotated[str, Bound("text", 65_536, free=True)]
"""Something a person or an agent wrote: redacted before anything else happens to it."""

Id: TypeAlias = Annotated[str, Bound("id", 64, pattern="^[A-Za-z0-9:_-]*$")]
"""The id of a proposal, record, job or entry, or a prefix of it."""

Name: TypeAlias = Annotated[str, Bound("name", 200)]
"""A loop, kind, action, repo, agent, status: looked up, never stored as it came."""

FilePath: TypeAlias = Annotated[str, Bound("path", 4096)]
"""A path or glob on this machine."""

When: TypeAlias = Annotated[str, Bound("time", 64)]
"""A time (ISO 8601) or an age (`7d`, `12h`)."""

Event: TypeAlias = Annotated[dict[str, Any], Bound("payload", 1_048_576)]
"""Something that happened, as a program posts it: any fields. It is redacted whole, each text
beside its name, before it is stored."""

Raw: TypeAlias = Annotated[str, Bound("raw", 26_214_400)]
"""A body as it came, which a seal was made over: it is held against that and never stored."""

Headers: TypeAlias = Annotated[dict[str, Any], Bound("payload", 65_536)]
"""The headers that a body came with, by their names in small letters."""

Payload: TypeAlias = Annotated[dict[str, Any], Bound("payload", 262_144, free=True)]
"""A loop's payload as JSON: every text in it is redacted."""
