"""The question of each themes proposal, exactly as it would be applied; the tag is the action."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

CLAIM = "claim"

MOST_ENTITIES, MOST_CLAIMS, MOST_STATEMENTS, MOST_MONTHS, MOST_LINKS = 50, 2000, 12, 60, 20
LONGEST_PAGE = 40_000

# `$` alone would let a last newline pass, and JSON Schema knows no `\Z`.
END = r"$(?![\s\S])"

Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^\r\n]*{END}")]
Line: TypeAlias = Annotated[str, Meta(max_length=600, pattern=rf"^[^\r\n]*{END}")]
Kind: TypeAlias = Annotated[str, Meta(pattern=rf"^[a-z][a-z0-9_]{{0,39}}{END}")]
Key: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^\r\n]*{END}")]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Time: TypeAlias = Annotated[
    str, Meta(pattern=rf"^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9:]{{8}}\.[0-9]{{3}}Z)?{END}")
]
Month: TypeAlias = Annotated[str, Meta(pattern=rf"^[0-9]{{4}}-[0-9]{{2}}{END}")]
Relation: TypeAlias = Literal[
    "uses", "depends_on", "part_of", "owned_by", "replaces", "configures", "related_to"
]


class Statement(Struct, frozen=True, forbid_unknown_fields=True):
    """What one approved claim says, word for word; `claim` is its key."""

    claim: Key
    text: Line
    sessions: Count = 0
    since: Time = ""
    asks: bool = False


class Pair(Struct, frozen=True, forbid_unknown_fields=True):
    """Two of the claims, by their keys, that do not say the same of one thing."""

    one: Key
    other: Key


class Period(Struct, frozen=True, forbid_unknown_fields=True):
    """How much of it a month saw."""

    month: Month
    claims: Count
    sessions: Count


class Support(Struct, frozen=True, forbid_unknown_fields=True):
    """What a theme rests on in figures; no `significance` where there was nothing to test
    against."""

    sessions: Count = 0
    claims: Count = 0
    score: Annotated[float, Meta(ge=0)] = 0.0
    significance: Share | None = None
    since: Time = ""
    until: Time = ""
    months: Annotated[tuple[Period, ...], Meta(max_length=MOST_MONTHS)] = ()


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """A page there is, in the version that was looked at."""

    kind: Kind
    key: Key
    version: Annotated[int, Meta(ge=1)]
    title: Line = ""


class Page(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of what approved claims say of names that belong together. Nothing of it is free
    text but its `fields`: the rest is drawn from claims, and held against them once more on yes."""

    kind: Kind
    title: Line
    entities: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=MOST_ENTITIES)]
    claims: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=MOST_CLAIMS)]
    statements: Annotated[tuple[Statement, ...], Meta(min_length=1, max_length=MOST_STATEMENTS)]
    against: Annotated[tuple[Pair, ...], Meta(max_length=MOST_LINKS)] = ()
    contested: Annotated[tuple[Key, ...], Meta(max_length=MOST_LINKS)] = ()
    links: Annotated[tuple[Target, ...], Meta(max_length=MOST_LINKS)] = ()
    supersedes: Annotated[tuple[Target, ...], Meta(max_length=MOST_LINKS)] = ()
    fields: dict[Kind, Line] = {}
    support: Support = Support()
    scopes: Annotated[tuple[Name, ...], Meta(max_length=MOST_LINKS)] = ()


class File(Page, frozen=True, tag_field="action", tag="FILE", kw_only=True):
    """Should there be this page?"""


class Update(Page, frozen=True, tag_field="action", tag="UPDATE", kw_only=True):
    """Should the page `target`, which reads as `before` says, be this one?"""

    target: Target
    before: Annotated[str, Meta(max_length=LONGEST_PAGE)] = ""


class Alias(Struct, frozen=True, tag_field="action", tag="ALIAS", forbid_unknown_fields=True):
    """Is `alias` another name of `name`?"""

    name: Name
    alias: Name


class Relate(Struct, frozen=True, tag_field="action", tag="RELATE", forbid_unknown_fields=True):
    """Does `source` stand in this relation to `target`?"""

    source: Name
    type: Relation
    target: Name


Payload: TypeAlias = File | Update | Alias | Relate
ACTIONS = ("FILE", "UPDATE", "ALIAS", "RELATE")
