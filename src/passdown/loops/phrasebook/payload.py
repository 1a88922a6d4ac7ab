"""The question of each phrase, exactly as it would be applied; the tag is the action."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct, field

from passdown.text.phrases import MOST_PROTOTYPES

KIND = "phrase"
"""The record: its text is the reply, its body holds `pattern`, `reply`, `category`,
`min_similarity`, `prototypes` and `enabled`."""

LONGEST_PATTERN, LONGEST_REPLY, LONGEST_SAMPLE = 2_000, 4_000, 300
MOST_SESSIONS, MOST_SAMPLES = 500, 3

# `$` alone would let a last newline pass, and JSON Schema knows no `\Z`.
END = r"$(?![\s\S])"

Pattern: TypeAlias = Annotated[str, Meta(min_length=1, max_length=LONGEST_PATTERN)]
Reply: TypeAlias = Annotated[str, Meta(min_length=1, max_length=LONGEST_REPLY)]
Sample: TypeAlias = Annotated[str, Meta(max_length=LONGEST_SAMPLE)]
Category: TypeAlias = Annotated[str, Meta(pattern=rf"^[a-z][a-z0-9_]{{0,59}}{END}")]
Key: TypeAlias = Annotated[str, Meta(pattern=rf"^[a-z0-9][a-z0-9-]{{0,79}}{END}")]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Reason: TypeAlias = Annotated[str, Meta(max_length=600)]


class Seen(Struct, frozen=True, forbid_unknown_fields=True):
    """What a phrase was made from: how many were asked, where, in which words, how alike they and
    their answers are, and what answering them cost. `stood_in` says that no questions were kept, so
    that replies stand in for them; an unknown cost is None."""

    size: Annotated[int, Meta(ge=0)] = 0
    sessions: Annotated[tuple[str, ...], Meta(max_length=MOST_SESSIONS)] = ()
    questions: Annotated[tuple[Sample, ...], Meta(max_length=MOST_SAMPLES)] = ()
    cohesion: Share = 0.0
    consistency: Share = 0.0
    raw: Share = 0.0
    usd: float | None = None
    days: float = 0.0
    stood_in: bool = False


class Was(Struct, frozen=True, forbid_unknown_fields=True):
    """A phrase as it was when it was asked whether to change it."""

    pattern: Annotated[str, Meta(max_length=LONGEST_PATTERN)] = ""
    reply: Annotated[str, Meta(max_length=LONGEST_REPLY)] = ""
    category: Annotated[str, Meta(max_length=60)] = ""
    min_similarity: Share = 0.0
    enabled: bool = True


class Add(Struct, frozen=True, tag_field="action", tag="ADD", forbid_unknown_fields=True):
    """Should messages of this pattern be answered with this reply, without a model?

    `stale` are the tokens in the reply that may be out of date tomorrow, `slotted` the same reply
    with them taken from the snapshot: the edit that is offered.
    """

    pattern: Pattern
    reply: Reply
    category: Category = "operator_query"
    min_similarity: Share = 0.0
    prototypes: Annotated[tuple[Sample, ...], Meta(max_length=MOST_PROTOTYPES)] = ()
    stale: Annotated[tuple[str, ...], Meta(max_length=50)] = ()
    slotted: Annotated[str, Meta(max_length=LONGEST_REPLY)] = ""
    verbatim: Annotated[str, Meta(max_length=LONGEST_REPLY)] = ""
    synthesized: bool = False
    synth_cost_usd: float | None = 0.0
    seen: Seen = field(default_factory=Seen)


class Update(Struct, frozen=True, tag_field="action", tag="UPDATE", forbid_unknown_fields=True):
    """Should the phrase of the key `target`, in this version, be as this says?

    `verbatim` is the reply as people were given it, `was` what the phrase was when this was asked.
    """

    target: Key
    version: Annotated[int, Meta(ge=1)]
    pattern: Pattern
    reply: Reply
    category: Category = "operator_query"
    min_similarity: Share = 0.0
    prototypes: Annotated[tuple[Sample, ...], Meta(max_length=MOST_PROTOTYPES)] = ()
    enabled: bool = True
    stale: Annotated[tuple[str, ...], Meta(max_length=50)] = ()
    slotted: Annotated[str, Meta(max_length=LONGEST_REPLY)] = ""
    verbatim: Annotated[str, Meta(max_length=LONGEST_REPLY)] = ""
    was: Was = field(default_factory=Was)
    reason: Reason = ""
    synthesized: bool = False
    synth_cost_usd: float | None = 0.0
    seen: Seen = field(default_factory=Seen)


class Retire(Struct, frozen=True, tag_field="action", tag="RETIRE", forbid_unknown_fields=True):
    """Should the phrase of the key `target` answer nothing any more?"""

    target: Key
    reason: Reason = ""


Payload: TypeAlias = Add | Update | Retire
ACTIONS = ("ADD", "UPDATE", "RETIRE")
