"""Rules R1 to R6: what the ties of an ontology say should be done about it.

A rule speaks of one ontology at a time and only of what the graph shows; who may speak now (age,
refractory time, cooldown) is decided in `admit`. Where none speaks, R6 holds: no action.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from passdown.loops.ontology.drafts import NEW, UNCLEAR, Draft, ranked
from passdown.loops.ontology.frame import firsts, sums
from passdown.loops.ontology.gates import SHUT, cut, named_gate, pool_gate
from passdown.loops.ontology.moves import moves
from passdown.loops.ontology.pieces import communities, part, pieces
from passdown.loops.ontology.region import finer, in_the_world
from passdown.loops.ontology.scene import apart
from passdown.text.arrays import np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.loops.ontology.pieces import Part, Pieces
    from passdown.loops.ontology.scene import Near, Scene
    from passdown.loops.ontology.strays import Strays
    from passdown.text.arrays import Integers


def look(of: Scene, subject: int, seed: int, also: Strays | None = None) -> Pieces | None:
    """The ontology in pieces; None of one without concepts. The floor is no domain that is cut up:
    its pieces are those that the whole graph has there. `also` ties it in more ways."""
    own = part(of.sight, (subject,))
    if not len(own):
        return None
    own = also(own, subject) if also else own
    if subject != of.frame.floor:
        if _cannot_part(of, subject, len(own)):
            return pieces(own, np.zeros(len(own), np.int64), of.settings.resolution)
        return cut(own, of.settings, seed)
    label = in_the_world(own, of.sight, of.settings, seed)
    found = pieces(own, label, of.settings.resolution)
    return finer(found, of.settings, of.sight.total, seed)


def _cannot_part(of: Scene, subject: int, many: int) -> bool:
    """Too few concepts for a piece and what it would leave, and nothing that draws one (R2)."""
    drawn = of.share[subject] * of.sight.volume[subject] >= of.settings.pull_weight
    least = of.settings.min_piece
    return many < least or (many < 2 * least and not drawn)


def drafts(of: Scene, subject: int, seen: Pieces | None, seed: int) -> list[Draft]:
    """What the rules say of that ontology, strongest first."""
    one = of.frame.world.ontologies[of.frame.ids[subject]]
    if one.state == "frozen":
        return []
    if seen is None:
        return [_empty(of, subject)] if one.kind == "named" and one.state == "active" else []
    found = [*moves(of, subject, seen), *_splits(of, subject, seen)]
    if one.kind == "named":
        found += _merges(of, subject, seen.part, seed)
    if one.state == "active" and of.starving[subject]:
        found.append(_dissolve(of, subject, seen.part))
    held = [each for each in found if each.action == "ESCALATE"]
    return ranked((each for each in found if not _falls_through(each, held)), of.frame)


def _empty(of: Scene, subject: int) -> Draft:
    """R1: nothing is lost with what has nothing."""
    return Draft(
        "DECOMPOSE_TO_PRIMORDIAL", subject, of.frame.floor, np.zeros(0, np.int64), 1.0, 1.0, "R1",
        reason="It has no concepts.",
    )  # fmt: skip


def _falls_through(one: Draft, held: list[Draft]) -> bool:
    """What waits for a person because its best target is frozen is not split off meanwhile."""
    split = one.action == "SPLIT_NEW"
    return split and any(np.isin(one.places, each.places).all() for each in held)


def _merges(of: Scene, subject: int, own: Part, seed: int) -> Iterator[Draft]:
    """R3: two that are tied to each other as to little else, and would not fall apart again."""
    settings, least = of.settings, of.settings.merge_share
    for near in of.close.get(subject, ()):
        union = _together(of, subject, near)
        if union >= min(of.conductance[subject], of.conductance[near.other]):
            continue
        both = part(of.sight, (subject, near.other))
        label = communities(both, settings.resolution, seed)
        found = pieces(both, label, settings.resolution).modularity
        if found < settings.merge_modularity:
            numbers = {"share": near.share, "phi": union, "q": found, "n": len(own)}
            yield Draft(
                "MERGE", subject, near.other, own.places, near.share + 0.2,
                (near.share - least) / (1 - least), "R3", numbers=numbers,
                reason=f"{near.share:.0%} of the ties of one lead to the other.",
            )  # fmt: skip


def _together(of: Scene, one: int, near: Near) -> float:
    """The conductance of the two as one."""
    sight, other = of.sight, near.other
    volume = float(sight.volume[one] + sight.volume[other])
    cut = volume - 2 * float(sight.inside[one] + sight.inside[other]) - 2 * near.weight
    return float(apart(np.asarray(cut), np.asarray(volume), sight.total))


def _dissolve(of: Scene, subject: int, own: Part) -> Draft:
    """R4: more of it is elsewhere than here, so each concept goes to where its ties are."""
    settings, outside = of.settings, float(of.outside[subject])
    share = float(of.share[subject])
    near = share >= settings.dissolve_share
    score, least = (
        (share, settings.dissolve_share) if near else (outside, settings.dissolve_outside)
    )
    numbers = {"n": len(own), "share": share, "outside": outside}
    return Draft(
        "DECOMPOSE_TO_PRIMORDIAL", subject, of.frame.floor, own.places, score,
        (score - least) / (1 - least), "R4", routes=partial(routes, of, own), numbers=numbers,
        reason=f"{outside:.0%} of its ties lead out of it.",
    )  # fmt: skip


def routes(of: Scene, own: Part) -> Integers:
    """For each concept the ontology that has most of its ties, or the floor if none has enough."""
    many = len(of.frame.ids)
    degree = sums(own.rows, own.weight, len(own)) + sums(own.out_rows, own.out_weight, len(own))
    good = of.sink[own.out_homes]
    keys, at = np.unique(own.out_rows[good] * many + own.out_homes[good], return_inverse=True)
    weight = sums(at, own.out_weight[good], len(keys))
    row, home = keys // many, keys % many
    order = np.lexsort((home, -weight, row))
    first = order[firsts(row[order])]
    found = np.full(len(own), of.frame.floor)
    enough = weight[first] >= of.settings.affinity_floor * degree[row[first]]
    found[row[first][enough]] = home[first][enough]
    return found


def _splits(of: Scene, subject: int, seen: Pieces) -> Iterator[Draft]:
    """R5 and R5b: pieces that hold together by themselves. R5c: of the floor those that do so less
    clearly, but would not starve: whether they are a domain is for a person to say."""
    pool = subject == of.frame.floor
    phi, gate = (
        pool_gate(of.settings, seen, of.sight.total) if pool else named_gate(of.settings, seen)
    )
    scale = 1.0 if pool else min(1.0, seen.modularity / 0.5)
    volume = seen.inner + seen.rest + seen.outer
    # What would starve as an ontology (R4) is not made one, however little its own would miss it.
    lasts = volume - seen.inner < of.settings.dissolve_outside * volume
    big = (seen.sizes >= of.settings.min_piece) & lasts & (gate > SHUT)
    limit = np.maximum(gate, of.settings.dissolve_outside if pool else SHUT)
    for piece in np.flatnonzero(big & (phi <= limit)).tolist():
        clear = bool(phi[piece] <= gate[piece])
        rule = ("R5b" if pool else "R5") if clear else UNCLEAR
        bound = float(gate[piece] if clear else limit[piece])
        yield _split(subject, seen, piece, float(phi[piece]), bound, scale, rule)


def _split(
    subject: int, seen: Pieces, piece: int, phi: float, bound: float, scale: float, rule: str
) -> Draft:
    numbers = {
        "n": len(seen.part), "size": int(seen.sizes[piece]), "phi": phi, "gate": bound,
        "q": seen.modularity, "k": len(seen.sizes),
    }  # fmt: skip
    return Draft(
        "SPLIT_NEW", subject, NEW, seen.members(piece), 0.9 * (1 - phi) * scale,
        1 - phi / bound, rule, numbers=numbers,
        reason=f"They are tied among themselves: {phi:.0%} of their ties lead elsewhere.",
    )  # fmt: skip
