"""Into which pieces an ontology falls, and how each of them is tied to the rest and to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.loops.ontology.frame import sums
from passdown.text.arrays import np
from passdown.text.communities import leiden_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from passdown.loops.ontology.frame import Sight
    from passdown.loops.ontology.thresholds import Thresholds
    from passdown.text.arrays import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some concepts of a sight and their ties. `rows` and `columns` count from 0 among these;
    `out_rows` are tied to concepts elsewhere, of the ontologies `out_homes`."""

    places: Integers
    rows: Integers
    columns: Integers
    weight: Floats
    out_rows: Integers
    out_homes: Integers
    out_weight: Floats

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """A part in communities, each by number: how many concepts, how many of them next to each
    other (twice), the weight of its ties inside (twice), to the rest of the part, and outside."""

    part: Part
    label: Integers
    sizes: Integers
    neighbours: Integers
    inner: Floats
    rest: Floats
    outer: Floats
    modularity: float

    def conductance(self) -> Floats:
        """φ(p|S): of each piece within its part, 1 where there is no rest to be apart from."""
        volume = self.inner + self.rest
        return _ratio(self.rest, np.minimum(volume, volume.sum() - volume))

    def apart(self, total: float) -> Floats:
        """φ(p): of each piece within all that there is."""
        volume = self.inner + self.rest + self.outer
        return _ratio(self.rest + self.outer, np.minimum(volume, total - volume))

    def members(self, piece: int) -> Integers:
        """The places of its concepts."""
        found: Integers = self.part.places[self.label == piece]
        return found


def part(of: Sight, ontologies: tuple[int, ...]) -> Part:
    """The concepts of these ontologies together, with the ties that are there."""
    frame = of.frame
    slices = [np.arange(frame.starts[one], frame.starts[one + 1]) for one in sorted(ontologies)]
    places = np.concatenate(slices)
    spans = [(frame.starts[one], frame.starts[one + 1]) for one in sorted(ontologies)]
    entries = np.concatenate(
        [np.arange(frame.indptr[begin], frame.indptr[end]) for begin, end in spans]
    )
    sizes = np.concatenate([np.diff(frame.indptr[begin : end + 1]) for begin, end in spans])
    rows, columns = np.repeat(np.arange(len(places)), sizes), frame.places[entries]
    weight = of.weight[frame.ties[entries]]
    inside = np.isin(frame.home[columns], ontologies)
    within, beyond = inside & (weight > 0), ~inside & (weight > 0)
    return Part(
        places,
        rows[within],
        np.searchsorted(places, columns[within]),
        weight[within],
        rows[beyond],
        frame.home[columns[beyond]],
        weight[beyond],
    )


def communities(of: Part, settings: Thresholds, seed: int) -> Integers:
    """For each concept of the part the number of its community by Leiden, from 0."""
    counts = np.bincount(of.rows, minlength=len(of))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return np.asarray(
        leiden_rows(
            indptr,
            of.columns.astype(np.int32),
            of.weight,
            resolution=settings.resolution,
            seed=seed,
        ),
        np.int64,
    )


def pieces(of: Part, label: Integers, resolution: float = 1.0) -> Pieces:
    """The part in these communities."""
    many = int(label.max(initial=-1)) + 1
    own, other = label[of.rows], label[of.columns]
    same = own == other
    inner = sums(own[same], of.weight[same], many)
    rest = sums(own[~same], of.weight[~same], many)
    return Pieces(
        of,
        label,
        np.bincount(label, minlength=many),
        np.bincount(own[same], minlength=many),
        inner,
        rest,
        sums(label[of.out_rows], of.out_weight, many),
        modularity(inner, inner + rest, resolution),
    )


def modularity(inner: Floats, volume: Floats, resolution: float = 1.0) -> float:
    """Newman's Q of communities, by their ties inside (twice) and all their ties."""
    total = volume.sum()
    if not total:
        return 0.0
    return float(inner.sum() / total - resolution * ((volume / total) ** 2).sum())


def ties(of: Pieces, ontologies: int) -> Iterator[tuple[int, int, float]]:
    """For each piece the ontologies elsewhere it is tied to and by how much, strongest first,
    equals by number."""
    keys = of.label[of.part.out_rows] * ontologies + of.part.out_homes
    found, at = np.unique(keys, return_inverse=True)
    weight = sums(at, of.part.out_weight, len(found))
    piece, home = found // ontologies, found % ontologies
    order = np.lexsort((home, -weight, piece))
    yield from zip(piece[order].tolist(), home[order].tolist(), weight[order].tolist(), strict=True)


def anchor(seen: Pieces, chosen: NDArray[np.bool_]) -> int:
    """The place of the concept with most ties among the chosen; of equals the first."""
    own = seen.part
    both = chosen[own.rows] & chosen[own.columns]
    inner = sums(own.rows[both], own.weight[both], len(own))
    return int(own.places[np.where(chosen, inner, -1.0).argmax()])


def _ratio(some: Floats, of: Floats) -> Floats:
    """Some of it; 1 of nothing."""
    found: Floats = np.where(of > 0, some / np.maximum(of, 1e-300), 1.0)
    return found
