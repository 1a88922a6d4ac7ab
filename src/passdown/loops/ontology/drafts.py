"""What a rule says, in numbers: compared over perturbed graphs before it becomes a Candidate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passdown.loops.ontology.graph import Candidate
from passdown.loops.ontology.pieces import anchor
from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from passdown.loops.ontology.frame import Frame
    from passdown.loops.ontology.graph import Action
    from passdown.loops.ontology.pieces import Part
    from passdown.text.arrays import Integers

UNCLEAR = "R5c"
"""The rule of a split that is only asked about, however often it is found again."""
NEW = -1
"""The target of what goes to an ontology that is not there yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """An action on an ontology, by numbers: which places move and where to (each to the target, or
    by `routes`). `instead` is what a draft that escalates would recommend."""

    action: Action
    subject: int
    target: int
    places: Integers
    score: float
    margin: float
    rule: str
    routes: Callable[[], Integers] | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    instead: Action | None = None


def ranked(drafts: Iterable[Draft], frame: Frame) -> list[Draft]:
    """Strongest first; ties by the action's name, then by ids."""
    return sorted(drafts, key=lambda one: _rank(one, frame))


def alike(one: Draft, other: Draft) -> float:
    """How much of what either moves both move (Jaccard)."""
    both = len(np.intersect1d(one.places, other.places, assume_unique=True))
    either = len(one.places) + len(other.places) - both
    return both / either if either else 1.0


def candidate(of: Draft, frame: Frame, own: Part | None) -> Candidate:
    """The draft in ids; of some concepts with the one in their middle, of all with none."""
    some = own is not None and 0 < len(of.places) < len(own)
    middle = anchor(own, of.places) if own is not None and some else -1
    instead = _written(of, frame, of.instead, middle) if of.instead else None
    if instead is None:
        return _written(of, frame, of.action, middle)
    return Candidate(
        of.action, instead.subject, instead.target, score=of.score, margin=of.margin,
        rule=of.rule, anchor=instead.anchor, reasons=instead.reasons, features=instead.features,
        alternatives=(instead,),
    )  # fmt: skip


def _written(of: Draft, frame: Frame, action: Action, middle: int) -> Candidate:
    concepts = frame.world.graph.concepts
    order = np.argsort(frame.concept[of.places])
    places = of.places[order]
    goal = np.full(len(places), of.target) if of.routes is None else of.routes()[order]
    moved = tuple(concepts[at] for at in frame.concept[places].tolist())
    targets = tuple(_id(frame, at) for at in goal.tolist())
    return Candidate(
        action,
        frame.ids[of.subject],
        _id(frame, of.target),
        moved=moved,
        routes=tuple(zip(moved, targets, strict=True)),
        score=round(of.score, 6),
        margin=round(of.margin, 6),
        rule=of.rule,
        anchor=concepts[frame.concept[middle]] if middle >= 0 else frame.ids[of.subject],
        reasons=(of.reason,) if of.reason else (),
        features={name: round(value, 6) for name, value in of.numbers.items()},
    )


def _id(frame: Frame, number: int) -> str:
    return "" if number == NEW else frame.ids[number]


def _rank(one: Draft, frame: Frame) -> tuple[float, str, str, int]:
    first = int(one.places.min()) if len(one.places) else -1
    return -round(one.score, 9), one.action, _id(frame, one.target), first
