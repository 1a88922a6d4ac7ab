"""The question of each ontology proposal, exactly as it would be applied; the tag is the action."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from passdown.loops.ontology.graph import ACTIONS, Action

__all__ = ["ACTIONS"]

MOST_CONCEPTS, MOST_DONORS, MOST_ROUTES, MOST_CHOICES = 20_000, 50, 1000, 10

# `$` alone would let a last newline pass, and JSON Schema knows no `\Z`.
END = r"$(?![\s\S])"

Concept: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=rf"^[^\r\n]*{END}")]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100, pattern=rf"^[^\r\n]*{END}")]
Key: TypeAlias = Annotated[str, Meta(max_length=200, pattern=rf"^[^\r\n]*{END}")]
Line: TypeAlias = Annotated[str, Meta(max_length=600, pattern=rf"^[^\r\n]*{END}")]
Signal: TypeAlias = Annotated[str, Meta(max_length=40, pattern=rf"^[A-Za-z0-9_]*{END}")]
Concepts: TypeAlias = Annotated[tuple[Concept, ...], Meta(max_length=MOST_CONCEPTS)]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """An ontology by its key, and what it was called; by its name where no key is given."""

    key: Key = ""
    name: Key = ""


class Route(Struct, frozen=True, forbid_unknown_fields=True):
    """Concepts, and the ontology that they go to."""

    into: Place
    concepts: Concepts


class Why(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is told of every action: the rule or the person it comes from, and the reason."""

    signal: Signal = ""
    reason: Line = ""


class SplitNew(Why, frozen=True, tag_field="action", tag="SPLIT_NEW", kw_only=True):
    """Should these concepts leave for a new ontology of this name?"""

    donor: Place
    concepts: Concepts
    name: Name
    description: Line = ""
    anchor: Key = ""


class SplitInto(Why, frozen=True, tag_field="action", tag="SPLIT_INTO_EXISTING", kw_only=True):
    """Should these concepts leave for an ontology that is there?"""

    donor: Place
    concepts: Concepts
    into: Place
    anchor: Key = ""


class Merge(Why, frozen=True, tag_field="action", tag="MERGE", kw_only=True):
    """Should these go `into` that one, or where there is none be one of this name? `held` is what
    each of them had when that was asked: all that it has then goes."""

    donors: Annotated[tuple[Place, ...], Meta(min_length=1, max_length=MOST_DONORS)]
    into: Place | None = None
    held: Annotated[tuple[Route, ...], Meta(max_length=MOST_DONORS)] = ()
    name: Annotated[str, Meta(max_length=100, pattern=rf"^[^\r\n]*{END}")] = ""
    description: Line = ""


class Decompose(Why, frozen=True, tag_field="action", tag="DECOMPOSE_TO_PRIMORDIAL", kw_only=True):
    """Should this ontology go, its concepts where the routes say, and to the floor all others?"""

    ontology: Place
    routing: Literal["affinity", "floor"] = "affinity"
    routes: Annotated[tuple[Route, ...], Meta(max_length=MOST_ROUTES)] = ()


class Rename(Why, frozen=True, tag_field="action", tag="RENAME", kw_only=True):
    """Should this ontology be called this?"""

    ontology: Place
    name: Name
    description: Line = ""


class NoAction(Why, frozen=True, tag_field="action", tag="NO_ACTION", kw_only=True):
    """Should this ontology stay as it is?"""

    ontology: Place


Choice: TypeAlias = SplitNew | SplitInto | Merge | Decompose | Rename | NoAction


class Escalate(Why, frozen=True, tag_field="action", tag="ESCALATE", kw_only=True):
    """Which of these should be done with this ontology? A yes is to the one at `choice`."""

    ontology: Place
    choices: Annotated[tuple[Choice, ...], Meta(min_length=1, max_length=MOST_CHOICES)]
    choice: Annotated[int, Meta(ge=0, lt=MOST_CHOICES)] = 0
    known: Line = ""
    unknown: Line = ""
    sure: Share = 0.0


Payload: TypeAlias = Choice | Escalate


def subject(payload: Payload) -> Place:
    """The ontology that it is about: of a merge the first one that goes."""
    match payload:
        case SplitNew() | SplitInto():
            return payload.donor
        case Merge():
            return payload.donors[0]
        case _:
            return payload.ontology


def goal(payload: Payload) -> str:
    """Where it leads to, as a key: '' where that is no ontology that there is."""
    if isinstance(payload, SplitInto | Merge) and payload.into is not None:
        return payload.into.key or payload.into.name
    return ""


def action(payload: Payload) -> Action:
    """Its verb."""
    found: Action = payload.__struct_config__.tag  # type: ignore[assignment]  # it is one of these
    return found
