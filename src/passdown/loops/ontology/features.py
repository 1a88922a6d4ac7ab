"""What can be measured of every ontology: its size, how it holds together, where it is drawn.

Age is told as information, never held against it: what is old has been seen by more events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.loops.ontology.frame import frame, sight, sums
from passdown.loops.ontology.rules import look
from passdown.loops.ontology.scene import scene
from passdown.loops.ontology.thresholds import DEFAULT
from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.loops.ontology.frame import Frame
    from passdown.loops.ontology.graph import Ontology, World
    from passdown.loops.ontology.scene import Scene
    from passdown.loops.ontology.thresholds import Thresholds

HALF_MASS, HALF_EXPOSURE = 2.0, 50.0
"""The size and the number of events at which mass and exposure are a half."""
PER_MASS = 50.0
"""So many concepts, or ties inside, are one of that size."""


@dataclass(frozen=True, slots=True)
class Features:
    """One ontology in numbers. `inside` is the weight of its ties within, `outside` the share of
    its ties that leave it, `drawn_to` the named one it is tied to most, by a `share` of its ties;
    `modularity` that of the pieces it is in. Mass, coherence and exposure are between 0 and 1."""

    id: str
    concepts: int
    inside: float
    outside: float
    conductance: float
    modularity: float
    pieces: int
    mass: float
    coherence: float
    exposure: float
    drawn_to: str
    share: float


def features(
    of: World, settings: Thresholds = DEFAULT, *, only: Iterable[str] | None = None
) -> tuple[Features, ...]:
    """Those of all live ontologies, or of these, by id."""
    arrays = frame(of)
    now = scene(sight(arrays), settings)
    wanted = set(arrays.ids) if only is None else set(only)
    return tuple(
        _features(now, subject, of.ontologies[key])
        for subject, key in enumerate(arrays.ids)
        if key in wanted
    )


def _features(of: Scene, subject: int, one: Ontology) -> Features:
    frame, sight = of.frame, of.sight
    many = int(frame.starts[subject + 1] - frame.starts[subject])
    seen = look(of, subject, of.settings.seed)
    inside, share = float(sight.inside[subject]), float(of.share[subject])
    return Features(
        one.id,
        many,
        inside,
        float(of.outside[subject]),
        float(of.conductance[subject]),
        seen.modularity if seen else 0.0,
        len(seen.sizes) if seen else 0,
        mass(many, inside),
        coherence(frame, subject),
        exposure(one, frame.world.clock),
        frame.ids[of.best[subject]] if share else "",
        share,
    )


def mass(concepts: int, inside: float) -> float:
    """How much there is of it, towards 1."""
    size = concepts / PER_MASS + inside / PER_MASS
    return size / (size + HALF_MASS)


def exposure(one: Ontology, clock: int) -> float:
    """How much has happened since it began, towards 1."""
    since = max(clock - one.created, 0)
    return since / (since + HALF_EXPOSURE)


def coherence(of: Frame, subject: int) -> float:
    """How alike what any two of its concepts are tied to is on average: the mean cosine of who
    stands next to them, themselves included. 1 of a single concept, 0 of none."""
    begin, end = int(of.starts[subject]), int(of.starts[subject + 1])
    many = end - begin
    if many < 2:
        return float(many)
    degree = np.diff(of.indptr[begin : end + 1])
    length = 1 / np.sqrt(degree + 1)
    columns = np.concatenate([of.places[of.indptr[begin] : of.indptr[end]], np.arange(begin, end)])
    values = np.concatenate([np.repeat(length, degree), length])
    found, at = np.unique(columns, return_inverse=True)
    total = sums(at, values, len(found))
    return float(((total**2).sum() - many) / (many * (many - 1)))
