"""A sight with what the rules ask of more than one ontology: who is tied to whom, who starves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.text.arrays import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from passdown.loops.ontology.frame import Frame, Sight
    from passdown.loops.ontology.thresholds import Thresholds
    from passdown.text.arrays import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A sight under certain thresholds. By ontology: the named one it is tied to most and with
    which share of its ties, its conductance, whether more of it is elsewhere than there (it
    starves), and whether it is a home to go to. `close` holds by donor with whom it may be one."""

    sight: Sight
    settings: Thresholds
    best: Integers
    share: Floats
    conductance: Floats
    starving: NDArray[np.bool_]
    sink: NDArray[np.bool_]
    close: dict[int, list[tuple[int, float]]]

    @property
    def frame(self) -> Frame:
        """The world that is seen."""
        return self.sight.frame


def scene(of: Sight, settings: Thresholds) -> Scene:
    """What that sight shows."""
    frame = of.frame
    best, share = _strongest(of)
    outside = of.outside
    near = (share >= settings.dissolve_share) & (outside >= settings.dissolve_outside_near)
    starving = (near | (outside >= settings.dissolve_outside)) & (of.volume > 0)
    starving[frame.floor] = False
    # Who has no home of its own to offer is none to others: they would be moved twice.
    sink = ~starving & ~frame.frozen
    sink[frame.floor] = False
    conductance = apart(of.volume - 2 * of.inside, of.volume, of.total)
    return Scene(of, settings, best, share, conductance, starving, sink, _close(of, settings))


def apart(cut: Floats, volume: Floats, total: float) -> Floats:
    """The conductance of what has that volume and is cut off by so much."""
    smaller = np.minimum(volume, total - volume)
    found: Floats = np.where(smaller > 0, cut / np.maximum(smaller, 1e-300), np.sign(cut))
    return found


def _strongest(of: Sight) -> tuple[Integers, Floats]:
    """For each ontology the named one it is tied to most (equals: the first by id) and its share;
    itself and 0 where it is tied to none."""
    frame = of.frame
    one = np.concatenate([frame.pair_left, frame.pair_right])
    other = np.concatenate([frame.pair_right, frame.pair_left])
    weight = np.tile(of.between, 2)
    real = (one != other) & (other != frame.floor) & (weight > 0)
    one, other, weight = one[real], other[real], weight[real]
    order = np.lexsort((other, -weight, one))
    first = np.unique(one[order], return_index=True)[1]
    at = order[first]
    best, share = np.arange(len(frame.ids)), np.zeros(len(frame.ids))
    best[one[at]] = other[at]
    share[one[at]] = weight[at] / of.volume[one[at]]
    return best, share


def _close(of: Sight, settings: Thresholds) -> dict[int, list[tuple[int, float]]]:
    """By donor who it has a large share of its ties with, both ways, and the larger share."""
    frame = of.frame
    named = (frame.pair_left != frame.floor) & (frame.pair_right != frame.floor)
    real = named & (frame.pair_left != frame.pair_right) & (of.between > 0)
    left, right, weight = frame.pair_left[real], frame.pair_right[real], of.between[real]
    one, other = weight / of.volume[left], weight / of.volume[right]
    both = np.minimum(one, other) >= settings.merge_share
    found: dict[int, list[tuple[int, float]]] = {}
    for a, b, share in zip(
        left[both].tolist(), right[both].tolist(), np.maximum(one, other)[both].tolist(),
        strict=True,
    ):  # fmt: skip
        donor, survivor = _direction(frame, a, b)
        if donor is not None:
            found.setdefault(donor, []).append((survivor, share))
    return found


def _direction(frame: Frame, one: int, other: int) -> tuple[int | None, int]:
    """Who gives and who stays: the larger stays, of equals the one with the larger id; one that is
    pinned never gives, one that is frozen neither gives nor takes."""
    state = [frame.world.ontologies[frame.ids[at]].state for at in (one, other)]
    size = frame.starts[1:] - frame.starts[:-1]
    if "frozen" in state or state == ["pinned", "pinned"]:
        return None, other
    if "pinned" in state:
        return (other, one) if state[0] == "pinned" else (one, other)
    donor, survivor = sorted((one, other), key=lambda at: (size[at], frame.ids[at]))
    return donor, survivor
