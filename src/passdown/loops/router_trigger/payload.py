"""The question of each trigger, exactly as it would be applied; the tag is the action."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

KIND = "trigger"
"""The record: a pattern after which a message takes a route at once. Its body holds both."""

# `$` alone would let a last newline pass, and JSON Schema knows no `\Z`.
END = r"$(?![\s\S])"

Key: TypeAlias = Annotated[str, Meta(pattern=rf"^[a-z0-9][a-z0-9-]{{0,79}}{END}")]
Route: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^\r\n]*{END}")]
Pattern: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2_000)]
Line: TypeAlias = Annotated[str, Meta(max_length=600)]


class AddTrigger(
    Struct, frozen=True, tag_field="action", tag="ADD_TRIGGER", forbid_unknown_fields=True
):
    """Should messages of this pattern take this route without being classified?"""

    pattern: Pattern
    route: Route
    questions: Annotated[tuple[Line, ...], Meta(max_length=3)] = ()


class Retire(Struct, frozen=True, tag_field="action", tag="RETIRE", forbid_unknown_fields=True):
    """Should this trigger fire no more?"""

    target: Key
    reason: Line = ""


Payload: TypeAlias = AddTrigger | Retire
ACTIONS = ("ADD_TRIGGER", "RETIRE")
