"""What is asked again and again: pairs whose questions ask for the same, or whose replies are."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from passdown.text.tokens import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.loops.phrasebook.pairs import Pair

SAME_REPLY = 0.92


class Cluster(NamedTuple):
    """Pairs that belong together, by time; `middle` is what the others are like, and `cohesion`
    how like it they are. `stood_in`: there were no questions to go by."""

    pairs: tuple[Pair, ...]
    middle: str
    cohesion: float
    stood_in: bool


def clusters(pairs: Sequence[Pair], *, cohesion: float) -> list[Cluster]:
    """Every cluster, the largest first; those without a question by their replies."""
    asked = [pair for pair in pairs if pair.question is not None]
    rest = [pair for pair in pairs if pair.question is None]
    found = [_cluster(part, stood_in=False) for part in _by_intent(asked, cohesion)]
    found += [_cluster(part, stood_in=True) for part in _by_reply(rest, cohesion)]
    return sorted(found, key=lambda one: (-len(one.pairs), one.stood_in, normalise(one.middle)))


def _by_intent(pairs: Sequence[Pair], cohesion: float) -> Iterable[list[Pair]]:
    """Near-duplicates are one; then whatever asks for the same."""
    from passdown.text.communities import intents
    from passdown.text.near import near

    if not pairs:
        return ()
    texts = [pair.said for pair in pairs]
    leaders = near(texts, cohesion=cohesion)
    unique = sorted(set(leaders))
    intent = dict(zip(unique, intents([texts[at] for at in unique]), strict=True))
    return _parts(pairs, [intent[at] for at in leaders])


def _by_reply(pairs: Sequence[Pair], cohesion: float) -> Iterable[list[Pair]]:
    from passdown.text.near import near

    return _parts(pairs, near([p.said for p in pairs], cohesion=cohesion)) if pairs else ()


def _parts(pairs: Sequence[Pair], names: Sequence[int]) -> Iterable[list[Pair]]:
    parts: dict[int, list[Pair]] = defaultdict(list)
    for pair, name in zip(pairs, names, strict=True):
        parts[name].append(pair)
    return parts.values()


def _cluster(pairs: list[Pair], *, stood_in: bool) -> Cluster:
    ordered = sorted(pairs, key=lambda p: (p.at, p.reply.session, p.reply.uid))
    middle, cohesion = _middle([pair.said for pair in ordered])
    return Cluster(tuple(ordered), middle, cohesion, stood_in)


def _middle(texts: Sequence[str]) -> tuple[str, float]:
    """The text that all are most like, and how like it they are on average."""
    from passdown.text.embed import embed

    counts = Counter(map(normalise, texts))
    if len(counts) == 1:
        return min(texts), 1.0
    import numpy as np

    names = sorted(counts, key=lambda name: (-counts[name], name))
    weights, vectors = np.array([counts[name] for name in names], float), embed(names)
    rows = np.repeat(np.arange(len(names)), np.diff(vectors.indptr))
    # How like all the others one is on average: how like it is to their sum.
    total = np.bincount(vectors.indices, vectors.values * weights[rows])
    shares = vectors.values * total[vectors.indices]
    likes = np.bincount(rows, shares, minlength=len(names)) / weights.sum()
    best = int(np.argmax(np.round(likes, 9)))
    middle = min(text for text in texts if normalise(text) == names[best])
    return middle, float(min(1.0, max(0.0, round(likes[best], 6))))
