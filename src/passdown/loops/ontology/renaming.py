"""When an ontology has another name than it speaks of: asked of a person, never done unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.loops.ontology.admit import barred
from passdown.loops.ontology.frame import frame, sums
from passdown.loops.ontology.graph import Candidate
from passdown.loops.ontology.naming import TERMS, Namer, spoken
from passdown.loops.ontology.thresholds import DEFAULT
from passdown.text.arrays import np
from passdown.text.embed import embed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.loops.ontology.graph import Ontology, World
    from passdown.loops.ontology.thresholds import Thresholds

UNLIKE = 0.2
"""A name whose cosine with what its concepts are called is below this says nothing of them."""
SPEAKING = 1 / 3
"""A word that so many of its concepts have says what an ontology is about."""


def renames(
    of: World, settings: Thresholds = DEFAULT, *, only: Iterable[str] | None = None
) -> tuple[Candidate, ...]:
    """The active ontologies whose name shares no stem with the words that set them apart, nor looks
    like any of them; each with a free name of those words, by id."""
    wanted = set(of.ontologies) if only is None else set(only)
    namer, members, labels = Namer(frame(of)), of.members(), _labels(of)
    found = (
        _renamed(namer, of, one, [labels[key] for key in members[one.id]], members[one.id])
        for one in of.live()
        if one.id in wanted and _may(of, one, len(members[one.id]), settings)
    )
    return tuple(one for one in found if one)


def alike(name: str, labels: Sequence[str]) -> float:
    """The cosine of a name with the mean of these, by the lexical embedding."""
    rows = embed([name, *labels])
    own, rest = slice(0, rows.indptr[1]), slice(rows.indptr[1], None)
    indices, at = np.unique(rows.indices[rest], return_inverse=True)
    total = sums(at, rows.values[rest].astype(float), len(indices))
    length = float(np.sqrt((total**2).sum()))
    _, mine, theirs = np.intersect1d(rows.indices[own], indices, return_indices=True)
    together = float((rows.values[own][mine] * total[theirs]).sum())
    return together / length if length else 0.0


def _may(of: World, one: Ontology, many: int, settings: Thresholds) -> bool:
    if one.kind != "named" or one.state != "active" or barred(of, one.id):
        return False
    return many >= settings.min_piece and of.clock - one.created >= settings.min_age


def _renamed(
    namer: Namer, of: World, one: Ontology, labels: Sequence[str], members: Sequence[str]
) -> Candidate | None:
    terms = namer.terms(members)[:TERMS]
    told = spoken(one.name)
    said = sum(bool(spoken(terms[0]).keys() & spoken(label).keys()) for label in labels)
    if said < SPEAKING * len(labels) or any(spoken(term).keys() & told.keys() for term in terms):
        return None
    likeness = alike(one.name, labels)
    name = namer.free(members)
    if likeness >= UNLIKE or not name:
        return None
    share = said / len(labels)
    return Candidate(
        "RENAME", one.id, name=name, description=namer.about(members),
        score=round(share * (1 - likeness), 6), confidence=round(share, 6), rule="RENAME",
        anchor=one.id, reasons=(f"None of its concepts is about {one.name!r}.",),
        features={"likeness": round(likeness, 6), "share": round(share, 6)},
    )  # fmt: skip


def _labels(of: World) -> dict[str, str]:
    return dict(zip(of.graph.concepts, of.graph.labels, strict=True))
