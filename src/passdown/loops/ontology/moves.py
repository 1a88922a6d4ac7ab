"""Rule R2: what an ontology holds that belongs to another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from passdown.loops.ontology.drafts import Draft
from passdown.loops.ontology.frame import sums
from passdown.loops.ontology.pieces import strongest
from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from passdown.loops.ontology.graph import Action
    from passdown.loops.ontology.pieces import Pieces
    from passdown.loops.ontology.scene import Scene


@dataclass(frozen=True, slots=True, eq=False)
class _Pulled:
    """Concepts that may go to another ontology: which rows, where, and by what they are held."""

    chosen: NDArray[np.bool_]
    target: int
    weight: float
    held: float
    volume: float

    @property
    def pull(self) -> float:
        """Of what ties them to the two, the share of the other."""
        return self.weight / (self.weight + self.held)


def moves(of: Scene, subject: int, seen: Pieces) -> Iterator[Draft]:
    """R2 of every piece, and of what drifts; R2f where the ontology they belong to is frozen."""
    for one in (*_by_piece(of, subject, seen), *_drifting(of, subject, seen)):
        if _counts(of, subject, one) and _beyond_chance(of, subject, one):
            draft = _draft(of, subject, seen, one)
            if draft:
                yield draft


def drawn(of: Scene, subject: int, seen: Pieces) -> bool:
    """Whether anything is drawn enough to go, chance aside: what chance makes hangs on all else."""
    every = (*_by_piece(of, subject, seen), *_drifting(of, subject, seen))
    return any(_is_drawn(of, one) for one in every)


def _by_piece(of: Scene, subject: int, seen: Pieces) -> Iterator[_Pulled]:
    """Every piece that is large enough, with the named ontology it is tied to most."""
    floor = of.frame.floor
    for piece, home, weight in strongest(seen, len(of.frame.ids), floor, of.settings.min_piece):
        inner, rest = float(seen.inner[piece]), float(seen.rest[piece])
        volume = inner + rest + float(seen.outer[piece])
        # Nothing holds the whole but itself; and to be in the floor is not to be at home.
        whole = seen.sizes[piece] == len(seen.part)
        held = max(inner, rest) if whole or subject == floor else rest
        yield _Pulled(seen.label == piece, home, weight, held, volume)


def _drifting(of: Scene, subject: int, seen: Pieces) -> Iterator[_Pulled]:
    """Concepts that are each tied to the same other ontology more than to their own, whether or not
    they make a piece."""
    if of.starving[subject]:
        return
    own, many = seen.part, len(of.frame.ids)
    here = sums(own.rows, own.weight, len(own))
    keys, at = np.unique(own.out_rows * many + own.out_homes, return_inverse=True)
    weight = sums(at, own.out_weight, len(keys))
    row, home = keys // many, keys % many
    more = weight > here[row]
    for target in np.unique(home[more]).tolist():
        chosen = np.zeros(len(own), np.bool_)
        chosen[row[more & (home == target)]] = True
        if target == of.frame.floor or chosen.sum() < of.settings.min_piece or chosen.all():
            continue
        yield _pulled(of, subject, seen, chosen, target)


def _pulled(
    of: Scene, subject: int, seen: Pieces, chosen: NDArray[np.bool_], target: int
) -> _Pulled:
    own = seen.part
    mine, theirs = chosen[own.rows], chosen[own.columns]
    inner, rest = own.weight[mine & theirs].sum(), own.weight[mine & ~theirs].sum()
    outer = chosen[own.out_rows]
    weight = own.out_weight[outer & (own.out_homes == target)].sum()
    held = max(inner, rest) if subject == of.frame.floor else rest
    volume = inner + rest + own.out_weight[outer].sum()
    return _Pulled(chosen, target, float(weight), float(held), float(volume))


def _beyond_chance(of: Scene, subject: int, one: _Pulled) -> bool:
    """To go there makes the whole more modular: all are tied to what is large, and what is large
    would draw all."""
    sight = of.sight
    stay = sight.volume[subject] - one.volume if subject != of.frame.floor else 0.0
    by_chance = one.volume * (sight.volume[one.target] - stay) / sight.total
    return bool(one.weight - one.held > of.settings.resolution * by_chance)


def _is_drawn(of: Scene, one: _Pulled) -> bool:
    settings = of.settings
    enough = max(settings.pull_weight, settings.pull_share * one.volume)
    return one.weight >= enough and one.pull >= settings.pull


def _counts(of: Scene, subject: int, one: _Pulled) -> bool:
    if not _is_drawn(of, one):
        return False
    if one.pull != of.settings.pull:
        return True
    # As much to the one as to the other: to the larger, or it would go to and fro.
    size = of.frame.starts[1:] - of.frame.starts[:-1]
    return (size[one.target], one.target) > (size[subject] - one.chosen.sum(), subject)


def _draft(of: Scene, subject: int, seen: Pieces, one: _Pulled) -> Draft | None:
    frame, settings = of.frame, of.settings
    frozen, whole = bool(frame.frozen[one.target]), bool(one.chosen.all())
    floor = subject == frame.floor
    active = frame.world.ontologies[frame.ids[subject]].state == "active"
    if (not frozen and not of.sink[one.target]) or (whole and not floor and not active):
        return None
    action: Action = "MERGE" if whole and not floor else "SPLIT_INTO_EXISTING"
    numbers = {
        "n": len(seen.part), "size": int(one.chosen.sum()), "pull": one.pull,
        "weight": one.weight, "q": seen.modularity, "k": len(seen.sizes),
    }  # fmt: skip
    return Draft(
        "ESCALATE" if frozen else action,
        subject,
        one.target,
        seen.part.places[one.chosen],
        one.pull,
        (one.pull - settings.pull) / (1 - settings.pull),
        "R2f" if frozen else "R2",
        numbers=numbers,
        reason=f"{one.pull:.0%} of what ties them to here and there leads there.",
        instead=action if frozen else None,
    )
