"""Ties that nobody has heard of, at random: what is found in spite of them is clear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from passdown.loops.ontology.frame import sums
from passdown.loops.ontology.marks import drawn, mixed
from passdown.text.arrays import np

if TYPE_CHECKING:
    from passdown.loops.ontology.frame import Frame
    from passdown.loops.ontology.marks import Words
    from passdown.loops.ontology.pieces import Part
    from passdown.loops.ontology.thresholds import Thresholds
    from passdown.text.arrays import Floats, Integers

Strays: TypeAlias = "Callable[[Part, int], Part]"


def strays(of: Frame, ends: Words, run: int, settings: Thresholds) -> Strays:
    """What gives a named ontology (its part, its number) in every second run so many ties more as
    are left out of it; in the others, and to the floor, none."""

    def also(own: Part, subject: int) -> Part:
        if not run % 2 or subject == of.floor or len(own) < 2:
            return own
        return _strewn(own, ends[of.concept[own.places]], run, settings)

    return also


def _strewn(own: Part, ends: Words, run: int, settings: Thresholds) -> Part:
    many = round(settings.dropout * len(own.rows) / 2)
    if not many:
        return own
    one, other = _pairs(ends, many, settings.seed * 1_000 + run)
    weight = np.full(len(one), own.weight.mean())
    rows = np.concatenate([own.rows, one, other])
    columns = np.concatenate([own.columns, other, one])
    keys, at = np.unique(rows * len(own) + columns, return_inverse=True)
    total = sums(at, np.concatenate([own.weight, weight, weight]), len(keys))
    return replace(own, rows=keys // len(own), columns=keys % len(own), weight=total)


def rewired(own: Part, ends: Words, seed: int) -> Part:
    """The same concepts with as many ties each, but to whom is left to chance; what leads out of
    the part is left out."""
    upper = own.rows < own.columns
    one, other = own.rows[upper], own.columns[upper]
    told = mixed(ends[one] * np.uint64(3) + mixed(ends[other]))
    ways = np.concatenate([mixed(told ^ drawn(2 * seed)), mixed(told ^ drawn(2 * seed + 1))])
    stubs = np.concatenate([one, other])[np.argsort(ways, kind="stable")]
    left, right = stubs[: len(one)], stubs[len(one) :]
    real = left != right
    return _tied(own, left[real], right[real], own.weight[upper][real])


def _tied(own: Part, one: Integers, other: Integers, weight: Floats) -> Part:
    """Those concepts with these ties alone."""
    keys, at = np.unique(
        np.concatenate([one * len(own) + other, other * len(own) + one]), return_inverse=True
    )
    none = np.zeros(0, np.int64)
    return replace(
        own, rows=keys // len(own), columns=keys % len(own),
        weight=sums(at, np.concatenate([weight, weight]), len(keys)),
        out_rows=none, out_homes=none, out_weight=np.zeros(0),
    )  # fmt: skip


def _pairs(ends: Words, many: int, seed: int) -> tuple[Integers, Integers]:
    """So many pairs of two of these, or a few less, each about as often as any other."""
    rounds = -(-many // len(ends))
    orders = [np.argsort(mixed(ends ^ drawn(seed * 10_000 + n))) for n in range(2 * rounds)]
    one, other = (np.concatenate(orders[n::2])[:many] for n in (0, 1))
    real = one != other
    return one[real], other[real]
