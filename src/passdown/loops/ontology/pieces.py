"""Into which pieces an ontology falls, and how each of them is tied to the rest and to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.ontology.frame import firsts, sums
from passdown.text.arrays import np
from passdown.text.communities import leiden_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from passdown.loops.ontology.frame import Sight
    from passdown.text.arrays import Floats, Integers


class Tie(NamedTuple):
    """A piece, an ontology elsewhere, and how much they are tied."""

    piece: int
    home: int
    weight: float


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
    frame, these = of.frame, sorted(ontologies)
    spans = [(int(frame.starts[one]), int(frame.starts[one + 1])) for one in these]
    places = np.concatenate([np.arange(*span) for span in spans])
    entries = [slice(frame.indptr[begin], frame.indptr[end]) for begin, end in spans]
    sizes = np.concatenate([np.diff(frame.indptr[begin : end + 1]) for begin, end in spans])
    rows = np.repeat(np.arange(len(places)), sizes)
    columns = np.concatenate([frame.places[some] for some in entries])
    weight = of.weight[np.concatenate([frame.ties[some] for some in entries])]
    homes, there = frame.home[columns], weight > 0
    inside = np.isin(homes, these) if len(these) > 1 else homes == these[0]
    within, beyond = inside & there, ~inside & there
    return Part(
        places,
        rows[within],
        _local(columns[within], spans),
        weight[within],
        rows[beyond],
        homes[beyond],
        weight[beyond],
    )


def _local(columns: Integers, spans: list[tuple[int, int]]) -> Integers:
    """Places counted from 0 among those of these spans, that stand in order."""
    found, before = columns - spans[0][0], spans[0][1] - spans[0][0]
    for begin, end in spans[1:]:
        found = np.where(columns >= begin, columns - begin + before, found)
        before += end - begin
    return found


def among(of: Part, chosen: NDArray[np.bool_]) -> Part:
    """The chosen of its concepts by themselves: only what ties them to each other."""
    number = np.cumsum(chosen) - 1
    both = chosen[of.rows] & chosen[of.columns]
    none = np.zeros(0, np.int64)
    return Part(
        of.places[chosen],
        number[of.rows[both]],
        number[of.columns[both]],
        of.weight[both],
        none,
        none,
        np.zeros(0),
    )


def communities(of: Part, resolution: float, seed: int) -> Integers:
    """For each concept of the part the number of its community by Leiden, from 0."""
    counts = np.bincount(of.rows, minlength=len(of))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return np.asarray(
        leiden_rows(
            indptr,
            of.columns.astype(np.int32),
            of.weight,
            resolution=resolution,
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


def strongest(of: Pieces, ontologies: int, floor: int, least: int) -> Iterator[Tie]:
    """For each piece of at least so many concepts the named ontology elsewhere that it is tied to
    most (equals: the first by number); nothing for one that is tied to none."""
    piece, home = of.label[of.part.out_rows], of.part.out_homes
    some = (of.sizes[piece] >= least) & (home != floor)
    keys, at = np.unique(piece[some] * ontologies + home[some], return_inverse=True)
    weight = sums(at, of.part.out_weight[some], len(keys))
    piece, home = keys // ontologies, keys % ontologies
    order = np.lexsort((home, -weight, piece))
    first = order[firsts(piece[order])]
    ends = zip(piece[first].tolist(), home[first].tolist(), weight[first].tolist(), strict=True)
    yield from (Tie(*one) for one in ends)


def anchor(of: Part, places: Integers) -> int:
    """The place of the one of these concepts with most ties among them; of equals the first."""
    chosen = np.isin(of.places, places)
    both = chosen[of.rows] & chosen[of.columns]
    inner = sums(of.rows[both], of.weight[both], len(of))
    return int(of.places[np.where(chosen, inner, -1.0).argmax()])


def _ratio(some: Floats, of: Floats) -> Floats:
    """Some of it; 1 of nothing."""
    found: Floats = np.where(of > 0, some / np.maximum(of, 1e-300), 1.0)
    return found
