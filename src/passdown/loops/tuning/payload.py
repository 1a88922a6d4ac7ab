"""The question of each tuning proposal, exactly as it would be applied; the tag is the action."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

# `$` alone would let a last newline pass, and JSON Schema knows no `\Z`.
END = r"$(?![\s\S])"

Knob: TypeAlias = Annotated[str, Meta(max_length=100, pattern=rf"^[a-z][a-z0-9_.]*{END}")]
Line: TypeAlias = Annotated[str, Meta(max_length=600, pattern=rf"^[^\r\n]*{END}")]
Number: TypeAlias = int | float


class AdjustControl(
    Struct, frozen=True, tag_field="action", tag="ADJUST_CONTROL", forbid_unknown_fields=True
):
    """Should this knob, where it is at `was`, be set to `value`?"""

    knob: Knob
    was: Number
    value: Number
    reason: Line = ""


Payload: TypeAlias = AdjustControl
ACTIONS = ("ADJUST_CONTROL",)
