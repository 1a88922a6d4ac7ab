"""Claims with themes planted in them, claims without any, and how well what is found fits."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, combinations

from passdown.domain.clock import from_seconds
from passdown.text.recurrence import Cluster, Mention

SIZES = range(3, 13)
"""One planted theme of each size."""
CLAIMS_AN_ENTITY = 6
"""The stated support: a theme has so many claims for each of its entities, each naming two to four
of them; two entities of a theme of twelve then share four claims, of a theme of three eleven."""
OTHERS, SESSIONS = 120, 60
DAY, YEAR = 86_400, 365
Groups = Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True)
class World:
    """Claims, and the entities of each theme that was planted in them."""

    mentions: list[Mention]
    themes: Groups


def planted(seed: int, noise: float) -> World:
    """One theme of each size. This share of all claims is noise, and so often does a claim of a
    theme name something else too. What noise names is of Zipf's popularity, names of themes among
    it; one entity is in every claim, one in half, one in three of ten; sessions are uneven."""
    chance = random.Random(seed)
    themes = [[f"theme{size}.{n}" for n in range(size)] for size in SIZES]
    names = [f"other{n}" for n in range(OTHERS)] + [name for one in themes for name in one]
    chance.shuffle(names)
    popular = list(accumulate(1 / (n + 2) for n in range(len(names))))
    told = [_some(chance, one) for one in themes for _ in range(CLAIMS_AN_ENTITY * len(one))]
    for names_of in told:
        if chance.random() < noise:
            names_of.update(chance.choices(names, cum_weights=popular))
    for _ in range(round(len(told) * noise / (1 - noise))):
        told.append({*chance.choices(names, cum_weights=popular, k=chance.randint(1, 4))})
    for hub, often in (("everywhere", 1.0), ("half", 0.5), ("often", 0.3)):
        for names_of in told:
            if chance.random() < often:
                names_of.add(hub)
    return World(said(chance, told), [frozenset(one) for one in themes])


def _some(chance: random.Random, theme: Sequence[str]) -> set[str]:
    return {*chance.sample(theme, chance.randint(2, min(4, len(theme))))}


def said(chance: random.Random, told: Iterable[Collection[str]]) -> list[Mention]:
    """These names as claims, in uneven sessions a day apart."""
    uneven = list(accumulate(min(chance.paretovariate(1.2), 30) for _ in range(SESSIONS)))
    numbers = chance.choices(range(SESSIONS), cum_weights=uneven, k=len(told := list(told)))
    return [
        Mention(f"claim{n:06}", tuple(sorted(names)), (f"session{session}",), _at(session))
        for n, (names, session) in enumerate(zip(told, numbers, strict=True))
    ]


def _at(session: int) -> str:
    return from_seconds(1_760_000_000 + session % YEAR * DAY)


def glued(seed: int) -> World:
    """Two themes of four, and one entity in every claim; noise of a tenth."""
    chance = random.Random(seed)
    themes = [[f"theme{at}.{n}" for n in range(4)] for at in range(2)]
    told = [_some(chance, one) for one in themes for _ in range(4 * CLAIMS_AN_ENTITY)]
    told += [{f"other{chance.randrange(9)}"} for _ in range(5)]
    return World(
        said(chance, [{*one, "everywhere"} for one in told]), [frozenset(one) for one in themes]
    )


def large(many: int, seed: int = 1) -> World:
    """So many claims over a fifth as many entities: a third of the claims of themes of an eighth of
    the entities, the others of Zipf's popularity; ten claims a session."""
    chance = random.Random(seed)
    names, themes, at = [f"entity{n:07}" for n in range(many // 5)], list[list[str]](), 0
    while at < len(names) // 8:
        size = chance.choice(SIZES)
        themes.append(names[at : at + size])
        at += size
    weights = list(accumulate(1 / (n + 2) for n in range(len(names))))
    chance.shuffle(names)
    told: list[set[str]] = [_some(chance, themes[n % len(themes)]) for n in range(many // 3)]
    for _ in range(many - len(told)):
        told.append({*chance.choices(names, cum_weights=weights, k=chance.randint(1, 3))})
    mentions = [
        Mention(f"claim{n:08}", tuple(one), (f"session{chance.randrange(many // 10):07}",), _at(n))
        for n, one in enumerate(told)
    ]
    return World(mentions, [frozenset(one) for one in themes])


def shuffled(mentions: Sequence[Mention], seed: int) -> list[Mention]:
    """The same with who is named where drawn anew: each name as often, each claim as many names.

    Names change places at random, again and again, wherever no claim comes to name one twice."""
    chance = random.Random(seed)
    places = [(at, name) for at, one in enumerate(mentions) for name in one.entities]
    named = [set(one.entities) for one in mentions]
    for _ in range(10 * len(places)):
        a, b = chance.randrange(len(places)), chance.randrange(len(places))
        (left, one), (right, other) = places[a], places[b]
        if other in named[left] or one in named[right]:
            continue
        named[left] ^= {one, other}
        named[right] ^= {one, other}
        places[a], places[b] = (left, other), (right, one)
    return [replace(m, entities=tuple(sorted(n))) for m, n in zip(mentions, named, strict=True)]


def dropped(mentions: Sequence[Mention], seed: int, share: float) -> list[Mention]:
    """The same without this share of the claims."""
    chance = random.Random(seed)
    return [one for one in mentions if chance.random() >= share]


def entities(clusters: Iterable[Cluster]) -> Groups:
    """The entities of each cluster."""
    return [frozenset(one.entity_ids) for one in clusters]


def fit(themes: Groups, found: Groups) -> tuple[float, float]:
    """Of two entities found together, how often they were planted together; and the reverse."""
    planted_pairs, found_pairs = _pairs(themes), _pairs(found)
    both = len(planted_pairs & found_pairs)
    return both / max(len(found_pairs), 1), both / max(len(planted_pairs), 1)


def _pairs(groups: Groups) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def jaccard(one: Groups, other: Groups) -> float:
    """How alike each group is to the one of the others that is most like it, on average."""
    best = [max((len(a & b) / len(a | b) for b in other), default=0.0) for a in one]
    return sum(best) / max(len(best), 1)


def matched(themes: Groups, found: Groups, least: float = 0.8) -> tuple[float, float]:
    """The share of what was found that is a theme nearly as planted; and of themes, found so."""

    def share(ones: Groups, others: Groups) -> float:
        hits = sum(any(len(a & b) >= least * len(a | b) for b in others) for a in ones)
        return hits / max(len(ones), 1)

    return share(found, themes), share(themes, found)
