"""The question of each audit proposal, exactly as it would be applied; the tag is the action."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

END = r"$(?![\s\S])"
Rule: TypeAlias = Annotated[str, Meta(max_length=100, pattern=rf"^[a-z][a-z0-9_.]*{END}")]
Line: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^\r\n]*{END}")]
Words: TypeAlias = Annotated[str, Meta(min_length=1, max_length=8000)]
Glob: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^\r\n]*{END}")]
Level: TypeAlias = Literal["shadow", "info", "warn", "block"]


class _Asked(Struct, frozen=True, tag_field="action", forbid_unknown_fields=True):
    """What every question of this loop is."""


class PromoteRule(_Asked, frozen=True, tag="PROMOTE_RULE"):
    """Should a rule that weighs `was` weigh `to`, which is more?"""

    rule: Rule
    was: Level
    to: Level


class DemoteRule(_Asked, frozen=True, tag="DEMOTE_RULE"):
    """Should a rule that weighs `was` weigh `to`, which is less?"""

    rule: Rule
    was: Level
    to: Level


Choice: TypeAlias = Literal["file", "still_accurate", "edit", "retire"]
Digest: TypeAlias = Annotated[str, Meta(max_length=64, pattern=rf"^[0-9a-f]*{END}")]


class FilePlaybook(_Asked, frozen=True, tag="FILE_PLAYBOOK"):
    """Should this be what audits know about changes to these paths? Or, of the one whose key is
    `target` and whose state was `was`: is it still accurate, is it to be edited so, or retired?
    `tools` are names, with the version that it was last verified against: `httpx==0.28.1`."""

    title: Line
    text: Words
    applies_to: Annotated[tuple[Glob, ...], Meta(max_length=20)] = ()
    tools: Annotated[tuple[Line, ...], Meta(max_length=20)] = ()
    choice: Choice = "file"
    target: Annotated[str, Meta(max_length=200)] = ""
    was: Digest = ""


Payload: TypeAlias = PromoteRule | DemoteRule | FilePlaybook
ACTIONS = ("PROMOTE_RULE", "DEMOTE_RULE", "FILE_PLAYBOOK")
