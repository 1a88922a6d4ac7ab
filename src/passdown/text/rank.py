"""Ranks texts for a question: words, their neighbourhood, who said it and where it was said.

Pure and shared: a record stands alone, a turn of a conversation has neighbours, an actor and a
session. One set of weights for all of them.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

from passdown.text.span import span
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.text.span import Span

K1, B = 1.2, 0.5
"""How soon a word repeated says nothing new, and how much length counts."""

REACH = 3
"""How many turns to each side a wide neighbourhood has."""

HALF = 3
"""Letters that half a word has at least."""

BRIEF = 6.0
"""Words of a turn that hardly says anything by itself: a greeting, a thank-you."""

_TIMES = """yesterday today tonight tomorrow last next ago week weekend month year since monday
tuesday wednesday thursday friday saturday sunday january february march april may june july august
september october november december recently morning night"""
_DATED = re.compile(rf"\b(?:{'|'.join(_TIMES.split())}|(?:19|20)\d\d)\b", re.IGNORECASE)
_WHEN = re.compile(
    r"\s*(?:when|since when|how long|(?:what|which|in what) (?:year|month|day|date))\b"
)

_NUMBERS = """two three four five six seven eight nine ten eleven twelve dozen hundred thousand once
twice second third both couple several few many another"""
# `one` and `first` stand for much that is not counted.
_COUNTED = re.compile(rf"\b(?:{'|'.join(_NUMBERS.split())}|\d+)\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"\s*how (?:many|much|often|old)\b")

_JOINED = re.compile(r"(?:['\u2019]s)?\s*(?:,|,?\s*(?:and|or|&))\s*")
"""What stands between two that do something together."""

NEARLY = 0.95
"""The share of another's score from which on one is as good."""


class Weights(NamedTuple):
    """How much each part says; evidence adds up, the rest multiplies what there is of it."""

    before: float = 0.4
    after: float = 0.25
    farther_before: float = 0.2
    farther_after: float = 0.1
    near: float = 0.2
    wide: float = 0.2
    group: float = 0.4
    replies: float = 0.6
    covers: float = 0.2
    pairs: float = 0.7
    joined: float = 0.7
    actor: float = 0.8
    other: float = 0.4
    asks: float = -0.2
    brief: float = -0.7
    dated: float = 0.3
    counted: float = 0.3
    then: float = 1.0


WEIGHTS = Weights()


class Doc(NamedTuple):
    """One text as it is ranked. `place` orders the texts of a group (a session), `at` is when."""

    words: Sequence[str]
    actor: str = ""
    group: str = ""
    place: int = 0
    at: str = ""
    asks: bool = False
    dated: bool = False
    counted: bool = False


class Question(NamedTuple):
    """What is looked for: words that carry meaning, the actors it is about and the others it
    names, whether it asks when or how many, and the time it names."""

    words: tuple[str, ...]
    actors: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    when: bool = False
    many: bool = False
    span: Span | None = None


class Common(NamedTuple):
    """What is common in the collection: texts that have each word, texts, mean words of one."""

    having: Mapping[str, int]
    many: int
    mean: float


class Ranked(NamedTuple):
    """One text's place in the sequence given, its score, and what each part gave to it."""

    at: int
    score: float
    parts: Mapping[str, float]


def question(text: str, actors: Iterable[str] = ()) -> Question:
    """A question among texts of these actors: a name in it says who, not what."""
    folded = text.casefold()
    named = _named(folded, actors)
    about = frozenset(_about(folded, named))
    names = {word for _, _, actor in named for word in content_words(actor)}
    words = content_words(text)
    kept = tuple(word for word in words if word not in names)
    others = frozenset(actor for _, _, actor in named) - about
    when, many = _WHEN.match(folded) is not None, _HOW_MANY.match(folded) is not None
    return Question(kept or tuple(words), about, others, when, many, span(text))


def _named(folded: str, actors: Iterable[str]) -> list[tuple[int, int, str]]:
    """The actors that a text names, each with where it first begins and ends, in that order."""
    sought = ((re.search(rf"\b{re.escape(a.casefold())}\b", folded), a) for a in actors if a)
    return sorted((found.start(), found.end(), actor) for found, actor in sought if found)


def _about(folded: str, named: Sequence[tuple[int, int, str]]) -> list[str]:
    """Who it is about: in English who does something is named before those it is done to, or
    behind `by`."""
    first = next((n for n, (at, _, _) in enumerate(named) if folded[:at].endswith("by ")), 0)
    about: list[str] = []
    until = None
    for start, end, actor in named[first:]:
        if until is not None and start > until and not _JOINED.fullmatch(folded[until:start]):
            break
        about.append(actor)
        until = end
    return about


def doc(text: str, actor: str = "", group: str = "", place: int = 0, at: str = "") -> Doc:
    """A text ready to be ranked."""
    asks, dated = text.rstrip().endswith("?"), _DATED.search(text) is not None
    counted = _COUNTED.search(text) is not None
    return Doc(content_words(text), actor, group, place, at, asks, dated, counted)


def common(docs: Sequence[Doc]) -> Common:
    """What is common in these, where they are the whole collection."""
    having = Counter(word for one in docs for word in set(one.words))
    return Common(having, len(docs), sum(len(one.words) for one in docs) / max(1, len(docs)))


def rank(
    asked: Question, docs: Sequence[Doc], known: Common, weights: Weights = WEIGHTS
) -> list[Ranked]:
    """Those with any evidence, best first; ties keep the order given."""
    if not asked.words:
        return []
    ranking = _Ranking(asked, docs, known, weights)
    found = [Ranked(n, *ranking.score(n)) for n in range(len(docs))]
    return sorted((one for one in found if one.score > 0), key=lambda one: -one.score)


def rank_groups(
    asked: Question, docs: Sequence[Doc], known: Common, weights: Weights = WEIGHTS
) -> list[tuple[str, float]]:
    """Groups with any evidence, best first: the best text in one and all of it as one text, each
    against the best there is; of two that say nearly the same the newer first."""
    best: dict[str, float] = {}
    # How much of it is said at all is told by the session as a whole.
    for one in rank(asked, docs, known, weights._replace(covers=0.0)):
        best.setdefault(docs[one.at].group, one.score)
    texts: dict[str, list[str]] = {}
    newest: dict[str, str] = {}
    for each in docs:
        texts.setdefault(each.group, []).extend(each.words)
        newest[each.group] = max(newest.get(each.group, ""), each.at)
    whole = _wholes(asked, texts, weights)
    top, most = max(best.values(), default=1.0), max(whole.values(), default=0.0) or 1.0
    scores = {group: one / top + whole[group] / most for group, one in best.items()}
    ordered = sorted(scores, key=lambda group: (-scores[group], group))
    return [(group, scores[group]) for group in _newer_first(ordered, scores, newest)]


def _wholes(asked: Question, texts: Mapping[str, list[str]], weights: Weights) -> dict[str, float]:
    wholes = [Doc(words) for words in texts.values()]
    ranking = _Ranking(asked, wholes, common(wholes), weights)
    return {group: ranking.score(n)[0] for n, group in enumerate(texts)}


def _newer_first(
    ordered: list[str], scores: Mapping[str, float], newest: Mapping[str, str]
) -> list[str]:
    """Each moves up past those that are older and hardly better."""
    for n in range(1, len(ordered)):
        for m in range(n, 0, -1):
            above, one = ordered[m - 1], ordered[m]
            if newest[one] <= newest[above] or scores[one] < NEARLY * scores[above]:
                break
            ordered[m - 1], ordered[m] = one, above
    return ordered


class _Ranking:
    """One question over one pool of texts."""

    def __init__(
        self, asked: Question, docs: Sequence[Doc], known: Common, weights: Weights
    ) -> None:
        self._asked = asked
        self._docs = docs
        self._weights = weights
        self._mean = known.mean or 1.0
        many, having = known.many, known.having
        self._worth = {w: _worth(having.get(w, 0), many) for w in dict.fromkeys(asked.words)}
        self._who = dict.fromkeys(asked.others, 1 + weights.other)
        self._who |= dict.fromkeys(asked.actors, 1 + weights.actor)
        self._fits = [asked.span.fits(one.at) for one in docs] if asked.span else []
        self._time = _worth(sum(self._fits), len(docs))
        self._pairs = frozenset(pairwise(asked.words))
        self._joined = _halves(self._worth)
        self._counts = [self._count(one.words) for one in docs]
        self._own = [self._bm25(c, len(d.words)) for c, d in zip(self._counts, docs, strict=True)]
        self._at = {(d.group, d.place): n for n, d in enumerate(docs) if d.group}
        self._groups = self._by_group()

    def score(self, n: int) -> tuple[float, dict[str, float]]:
        """What speaks for this text, together and by part."""
        one, w = self._docs[n], self._weights
        parts = {"words": self._own[n]}
        if one.group:
            parts |= self._around(n, one, w)
        if self._own[n] and self._pairs and self._may_have_a_pair(self._counts[n]):
            parts["pairs"] = w.pairs * self._in_a_row(one.words)
        if self._fits:
            # When a text was said is as a word that it has: it tells much where few are of then.
            parts["time"] = self._time * self._fits[n]
        times = self._times(n, one, w)
        parts = {name: times * part for name, part in parts.items() if part}
        return sum(parts.values()), parts

    def _times(self, n: int, one: Doc, w: Weights) -> float:
        """What is not evidence itself and says how much there is of it."""
        times = self._who.get(one.actor, 1.0)
        if one.asks:
            times *= 1 + w.asks
        if one.dated and self._asked.when:
            times *= 1 + w.dated
        if one.counted and self._asked.many:
            times *= 1 + w.counted
        if self._fits:
            times *= 1 + w.then * self._fits[n]
        return times * (1 + w.brief * exp(-len(one.words) / BRIEF)) if one.group else times

    def _around(self, n: int, one: Doc, w: Weights) -> dict[str, float]:
        near = {step: self._beside(one, step) for step in range(-REACH, REACH + 1)}
        steps = ((-1, w.before), (1, w.after), (-2, w.farther_before), (2, w.farther_after))
        beside = sum(weight * self._own[m] for s, weight in steps if (m := near[s]) is not None)
        asked = near[-1]
        if asked is not None and self._docs[asked].asks:
            beside += w.replies * self._own[asked]
        close = [m for s in (-1, 0, 1) if (m := near[s]) is not None]
        wide = [m for m in near.values() if m is not None]
        together = w.near * self._together(close) + w.wide * self._together(wide)
        together += w.covers * self._covered(close)
        return {"neighbours": beside + together, "session": w.group * self._groups[one.group]}

    def _covered(self, members: Sequence[int]) -> float:
        """How much of what is asked is said at all."""
        has = {word for m in members for word in self._counts[m]}
        return sum([told for word, told in self._worth.items() if word in has])

    def _beside(self, one: Doc, step: int) -> int | None:
        return self._at.get((one.group, one.place + step))

    def _together(self, members: Sequence[int]) -> float:
        """Neighbours taken as one text."""
        counts: dict[str, float] = {}
        for m in members:
            for word, often in self._counts[m].items():
                counts[word] = counts.get(word, 0) + often
        if not counts:
            return 0.0
        words = sum([len(self._docs[m].words) for m in members]) / len(members)
        return self._bm25(counts, words)

    def _by_group(self) -> dict[str, float]:
        """What each session as a whole says of the words asked for, whatever its length."""
        counts: dict[str, dict[str, float]] = {}
        for one, count in zip(self._docs, self._counts, strict=True):
            if one.group:
                whole = counts.setdefault(one.group, {})
                for word, often in count.items():
                    whole[word] = whole.get(word, 0) + often
        return {group: self._bm25(count, self._mean) for group, count in counts.items()}

    def _count(self, words: Sequence[str]) -> dict[str, float]:
        """How often each word asked for is there; a little less where it is written as two."""
        count: dict[str, float] = {}
        for word in words:
            if word in self._worth:
                count[word] = count.get(word, 0) + 1
        if not self._joined.isdisjoint(words):
            for first, second in pairwise(words):
                if first in self._joined and (whole := first + second) in self._worth:
                    count.setdefault(whole, self._weights.joined)
        return count

    def _bm25(self, count: Mapping[str, float], words: float) -> float:
        if not count:
            return 0.0
        long = K1 * (1 - B + B * words / self._mean)
        return sum([self._worth[w] * n * (K1 + 1) / (n + long) for w, n in count.items()])

    def _may_have_a_pair(self, count: Mapping[str, float]) -> bool:
        """Whether both words of any pair are there at all: most texts need no closer look."""
        return any(first in count and second in count for first, second in self._pairs)

    def _in_a_row(self, words: Sequence[str]) -> int:
        return sum(map(self._pairs.__contains__, pairwise(words)))


def _worth(having: float, many: int) -> float:
    """What it tells that so many of so many texts have."""
    return log(1 + (many - having + 0.5) / (having + 0.5))


def _halves(words: Iterable[str]) -> frozenset[str]:
    """The beginnings of words that may be written as two: `road` of `roadtrip`."""
    return frozenset(word[:n] for word in words for n in range(HALF, len(word) - HALF + 1))
