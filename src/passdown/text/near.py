"""Near-duplicates among very many short texts: each text and the leader it stands behind.

A leader is never near to another leader, and a text is always near to its own: groups do not chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.text.arrays import np
from passdown.text.bands import leaders
from passdown.text.embed import embed
from passdown.text.neighbours import above
from passdown.text.tokens import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.text.arrays import Integers
    from passdown.text.embed import Vectors

COHESION = 0.85
"""How near a text is to its leader at the least."""


def near(texts: Sequence[str], *, cohesion: float = COHESION, exact: bool = False) -> list[int]:
    """For each text the place of its leader, a text of the same group; the order of the texts does
    not matter, since they are taken in the order of what they read like.

    In that order a text becomes a leader unless one is near to it; then every other text goes to
    the nearest leader. `exact` compares all with all; else only those that MinHash brings together.
    """
    # What is written last stays, so that the first place of each is kept.
    place = dict(zip(reversed(texts), range(len(texts) - 1, -1, -1), strict=True))
    forms = {text: normalise(text) for text in place}
    first: dict[str, int] = {}
    for text, form in forms.items():
        first[form] = min(place[text], first.get(form, len(texts)))
    unique = sorted(first)
    ahead = led(embed(unique), cohesion, exact=exact)
    leader = {form: first[unique[at]] for form, at in zip(unique, ahead.tolist(), strict=True)}
    behind = {text: leader[form] for text, form in forms.items()}
    return [*map(behind.__getitem__, texts)]


def led(vectors: Vectors, cohesion: float, *, exact: bool) -> Integers:
    """For each row the row of its leader; earlier rows come first."""
    return _slow(vectors, cohesion) if exact else leaders(vectors, cohesion)


def _slow(vectors: Vectors, cohesion: float) -> Integers:
    leads = np.zeros(len(vectors), bool)
    around = []
    for row, (rows, scores) in enumerate(above(vectors, cohesion)):
        around.append((rows, scores))
        leads[row] = not leads[rows[rows < row]].any()
    leader = np.arange(len(vectors))
    for row in np.flatnonzero(~leads).tolist():
        rows, scores = around[row]
        rows, scores = rows[leads[rows]], scores[leads[rows]]
        leader[row] = rows[np.argmax(scores)]
    return leader
