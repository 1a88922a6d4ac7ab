"""The question of each claims proposal, exactly as it would be applied; the tag is the action."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Category: TypeAlias = Literal["fact", "pitfall", "pattern", "tool-quirk", "question"]

# `$` alone would let a last newline pass, and JSON Schema knows no `\Z`.
END = r"$(?![\s\S])"

Sentence: TypeAlias = Annotated[str, Meta(min_length=3, max_length=400, pattern=rf"^[^\r\n]*{END}")]
ScopeText: TypeAlias = Annotated[
    str, Meta(max_length=206, pattern=rf"^(global|(repo|agent):[^\r\n]+){END}")
]
Key: TypeAlias = Annotated[str, Meta(pattern=rf"^[0-9a-f]{{12}}{END}")]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Place: TypeAlias = Annotated[int, Meta(ge=0, le=10_000_000)]
Seq: TypeAlias = Annotated[int, Meta(ge=1)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Line: TypeAlias = Annotated[str, Meta(max_length=600)]
Time: TypeAlias = Annotated[
    str, Meta(pattern=rf"^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9:]{{8}}\.[0-9]{{3}}Z)?{END}")
]


class Quote(Struct, frozen=True, forbid_unknown_fields=True):
    """A receipt: code points start to end of the stored text of one observation."""

    seq: Seq
    start: Place
    end: Place


class Cure(Struct, frozen=True, forbid_unknown_fields=True):
    """What failed, with which masked error, and what worked instead."""

    tool: Name
    failed: Line
    worked: Line
    signature: Line


class Known(Struct, frozen=True, forbid_unknown_fields=True):
    """The nearest claim that was already approved when this was asked."""

    key: Key
    text: Line


class Claim(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One sentence that later sessions would be told, and what it stands on."""

    text: Sentence
    category: Category
    scope: ScopeText
    confidence: Share
    quotes: Annotated[tuple[Quote, ...], Meta(max_length=50)] = ()
    entities: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()
    check: Line = ""
    cure: Cure | None = None
    valid_from: Time = ""
    valid_to: Time = ""
    nearest: Known | None = None
    against: Annotated[tuple[Line, ...], Meta(max_length=5)] = ()


class Add(Claim, frozen=True, tag_field="action", tag="ADD", kw_only=True):
    """Should later sessions be told this?"""


class Supersede(Claim, frozen=True, tag_field="action", tag="SUPERSEDE", kw_only=True):
    """Should this take the place of the claim `target`?"""

    target: Key


class KeepBoth(Claim, frozen=True, tag_field="action", tag="KEEP_BOTH", kw_only=True):
    """Do this and the claim `target` both hold, each in its scope?"""

    target: Key


class Retire(Struct, frozen=True, tag_field="action", tag="RETIRE", forbid_unknown_fields=True):
    """Should the claim `target` no longer be told?"""

    target: Key
    reason: Sentence


class Answer(Claim, frozen=True, tag_field="action", tag="ANSWER", kw_only=True):
    """Does this answer the open question `target`?"""

    target: Key


Payload: TypeAlias = Add | Supersede | KeepBoth | Retire | Answer
ACTIONS = ("ADD", "SUPERSEDE", "KEEP_BOTH", "RETIRE", "ANSWER")
ATTACKS = frozenset({"SUPERSEDE", "RETIRE"})
"""While one of these is asked, the claim it is about is contested."""
