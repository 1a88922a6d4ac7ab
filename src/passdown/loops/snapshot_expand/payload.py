"""The question of each field, exactly as it would be applied; the tag is the action."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

KIND = "field"
"""The record: a value that the operator's snapshot should hold; its key is the field's name."""

# `$` alone would let a last newline pass, and JSON Schema knows no `\Z`.
END = r"$(?![\s\S])"

Field: TypeAlias = Annotated[str, Meta(pattern=rf"^[a-z][a-z0-9_]{{0,59}}{END}")]
Line: TypeAlias = Annotated[str, Meta(max_length=600)]
Reply: TypeAlias = Annotated[str, Meta(max_length=4_000)]


class AddField(
    Struct, frozen=True, tag_field="action", tag="ADD_FIELD", forbid_unknown_fields=True
):
    """Should the snapshot hold this field, which replies of this shape to such questions need?

    `shape` is the reply without its values, `template` with a placeholder for each.
    """

    field: Field
    question: Line
    shape: Reply
    template: Reply = ""
    values: Annotated[tuple[Line, ...], Meta(max_length=3)] = ()
    asked: Annotated[int, Meta(ge=0)] = 0


class Retire(Struct, frozen=True, tag_field="action", tag="RETIRE", forbid_unknown_fields=True):
    """Is this field not needed any more?"""

    target: Field
    reason: Line = ""


Payload: TypeAlias = AddField | Retire
ACTIONS = ("ADD_FIELD", "RETIRE")
