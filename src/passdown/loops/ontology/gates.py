"""Which pieces may leave: how much each is tied to what it would leave, and how much it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.loops.ontology.pieces import communities, pieces
from passdown.text.arrays import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passdown.loops.ontology.pieces import Part, Pieces
    from passdown.loops.ontology.thresholds import Thresholds
    from passdown.text.arrays import Floats

SHUT = -1.0
COARSE = 0.25
"""Of the resolution, where only what is clearly apart is: what holds together only just is then not
cut into many pieces of which none may leave."""


def cut(own: Part, settings: Thresholds, seed: int) -> Pieces:
    """An ontology in its pieces: those that are clearly apart if one of them may leave, or else
    those that Leiden finds."""
    if len(own) >= 2 * settings.min_piece:
        found = coarse(own, settings, seed)
        if leaving(settings, found).any():
            return found
    return pieces(own, communities(own, settings.resolution, seed), settings.resolution)


def coarse(own: Part, settings: Thresholds, seed: int) -> Pieces:
    """It in the pieces that are clearly apart."""
    label = communities(own, COARSE * settings.resolution, seed)
    return pieces(own, label, settings.resolution)


def leaving(settings: Thresholds, seen: Pieces) -> NDArray[np.bool_]:
    """R5: which pieces may leave."""
    phi, gate = named_gate(settings, seen)
    return (phi <= gate) & (seen.sizes >= settings.min_piece)


def named_gate(settings: Thresholds, seen: Pieces) -> tuple[Floats, Floats]:
    """R5: how much each piece is tied to the rest of its ontology, and how much it may be; the
    core, which is what the ontology is about, may not leave it."""
    phi, volume = seen.conductance(), seen.inner + seen.rest
    gate = np.full(len(phi), settings.split_conductance)
    if seen.modularity >= settings.wide_modularity and (seen.sizes > 1).sum() >= 3:
        gate = np.maximum(gate, 0.5 * (1 - volume / volume.sum()))
    if seen.modularity < settings.split_modularity:
        gate[:] = SHUT
    gate[np.lexsort((-volume, -seen.sizes))[0]] = SHUT
    return phi, gate


def pool_gate(settings: Thresholds, seen: Pieces, total: float) -> tuple[Floats, Floats]:
    """R5b: how much each piece of the floor is tied to all else, and how much it may be; it may be
    all there is in the floor."""
    volume = seen.inner + seen.rest + seen.outer
    gate = np.maximum(settings.split_conductance, 0.5 * (1 - volume / max(total, 1e-300)))
    gate[seen.neighbours < settings.pool_degree * seen.sizes] = SHUT
    return seen.apart(total), gate
