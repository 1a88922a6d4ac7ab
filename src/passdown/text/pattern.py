"""Patterns from examples: words, stems and short phrases that tell some messages from all others.

A pattern is an alternation of conjunctions: a message fires it when it holds all words of one of
them, in an order that was seen. Literals are escaped, and the syntax is RE2's, so that matching
stays linear whatever is matched.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache, reduce
from heapq import heappop, heappush
from itertools import pairwise
from operator import and_
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from passdown.text.tokens import STOP_WORDS
from passdown.text.worded import Messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from passdown.text.worded import Feature

MOST_RULES = 8
"""Conjunctions of one pattern."""
LONGEST = 1_000
"""Characters of one pattern."""
MOST_FORMS, MOST_ORDERS, MOST_FEATURES, BEAM = 6, 3, 48, 160
SUPPORT = 3
"""Messages that a conjunction must be seen in: what was seen once or twice may be chance."""
DOUBT = 0.3
"""How many of ten thousand other messages a conjunction may be expected to catch if its words
had nothing to do with each other; zero seen is no promise where the words are common."""
PER = 10_000

_NUMBER = re.compile(r"\d+")

Rule: TypeAlias = "tuple[Feature, ...]"


@dataclass(frozen=True, slots=True)
class Pattern:
    """`recall` is the share of the messages it was derived from that it fires on, `wrong` how many
    of the others; `near` are others that came closest to firing it."""

    source: str
    recall: float
    wrong: int
    near: tuple[str, ...] = ()


class Bar(NamedTuple):
    """What a pattern must hold; `wrong` above 0 is an operator's choice."""

    support: int = SUPPORT
    wrong: int = 0
    doubt: float = DOUBT
    recall: float = 0.0


PLAIN_BAR = Bar()


def derive(
    inside: Sequence[str], outside: Sequence[str], *, bar: Bar = PLAIN_BAR
) -> Pattern | None:
    """The pattern of best recall on what is inside that fires on nothing outside; None when no
    words tell them apart."""
    messages = Messages([*inside, *outside])
    return derive_in(messages, range(len(inside)), bar=bar)


def derive_in(
    messages: Messages, rows: Iterable[int], *, spare: Iterable[int] = (), bar: Bar = PLAIN_BAR
) -> Pattern | None:
    """The same of some rows of messages that were indexed once: all the others are outside, but
    for those to `spare`, of which nobody knows where they belong."""
    inside = sorted(set(rows))
    search = _Search(messages, inside, messages.bits(spare), bar)
    rules = search.rules()
    source = _within(rules, inside, messages)
    if not source:
        return None
    return _judged(source, rules, inside, search)


class _Search:
    """Which conjunctions tell the inside from the outside, level by level."""

    def __init__(self, messages: Messages, inside: Sequence[int], spare: int, bar: Bar) -> None:
        self.of, self.bar = messages, bar
        self.inside = messages.bits(inside)
        self.outside = ((1 << messages.many) - 1) & ~self.inside & ~spare
        self.many = max(self.outside.bit_count(), 1)
        self.features = self._features(inside)
        self.seen = {f: messages.holding(f) for f in self.features}
        self.odds = {f: self._odds(f) for f in self.features}

    def rules(self) -> list[Rule]:
        """A greedy cover: the conjunction that adds most, until none adds enough."""
        fit = self._fit()
        chosen: list[Rule] = []
        left, wrong = self.inside, 0
        while fit and len(chosen) < MOST_RULES:
            best = max(fit, key=lambda rule: self._gain(rule, fit[rule], left))
            gained, fires = (fit[best] & left).bit_count(), (fit[best] & self.outside).bit_count()
            if gained < min(2, self.bar.support):
                break
            if wrong + fires <= self.bar.wrong:
                chosen.append(best)
                left &= ~fit[best]
                wrong += fires
            del fit[best]
        return chosen

    def _gain(self, rule: Rule, rows: int, left: int) -> tuple[int, int, int, tuple[str, ...]]:
        """What it adds, then what it holds; the shorter first, and one order among equals."""
        named = tuple(" ".join(self.of.stems[id] for id in feature) for feature in rule)
        size = sum(map(len, rule))
        return (rows & left).bit_count(), (rows & self.inside).bit_count(), -size, named

    def _features(self, inside: Sequence[int]) -> list[Feature]:
        """Stems and pairs of neighbours that are common inside, and more so than outside."""
        counts: Counter[Feature] = Counter()
        for row in inside:
            words = self.of.words(row)
            held: set[Feature] = {(id,) for id in words}
            held.update((a, b) for a, b in pairwise(words) if a != b)
            counts.update(held)
        often = [f for f, n in counts.items() if n >= self.bar.support and self._tells(f)]
        weights: dict[Feature, float] = {}
        heaviest: list[float] = []
        for feature in sorted(often, key=lambda f: -counts[f]):
            # None weighs more than it is common, so that the rest need not be weighed.
            if len(heaviest) == MOST_FEATURES and counts[feature] < heaviest[0]:
                break
            weights[feature] = self._weight(feature, counts[feature])
            heappush(heaviest, weights[feature])
            if len(heaviest) > MOST_FEATURES:
                heappop(heaviest)
        return sorted(weights, key=lambda f: (-weights[f], self._named(f)))[:MOST_FEATURES]

    def _tells(self, feature: Feature) -> bool:
        """Whether it may stand in a pattern: no bare number, no stop words alone."""
        words = [self.of.stems[id] for id in feature]
        if any(_NUMBER.fullmatch(word) for word in words):
            return False
        return len(words) > 1 or len(words[0]) > 1 or not words[0].isascii()

    def _weight(self, feature: Feature, inside: int) -> float:
        out = (self.of.holding(feature) & self.outside).bit_count()
        return float(inside) * (1.0 - (out + 1) / (self.many + 2)) ** 4

    def _named(self, feature: Feature) -> tuple[str, ...]:
        return tuple(self.of.stems[id] for id in feature)

    def _odds(self, feature: Feature) -> float:
        return ((self.seen[feature] & self.outside).bit_count() + 1) / (self.many + 2)

    def _fit(self) -> dict[Rule, int]:
        """Every conjunction of up to three that may stand, with the rows that hold it."""
        fit: dict[Rule, int] = {}
        level: dict[Rule, int] = {(f,): self.seen[f] for f in self.features}
        for _ in range(3):
            fit |= {rule: rows for rule, rows in level.items() if self._stands(rule, rows)}
            best = sorted(
                (rule for rule in level if rule not in fit),
                key=lambda rule: (-self._promise(level[rule]), rule),
            )[:BEAM]
            level = dict(self._grown(best, level))
        return fit

    def _grown(self, best: Sequence[Rule], level: dict[Rule, int]) -> Iterator[tuple[Rule, int]]:
        for rule in best:
            last = self.features.index(rule[-1])
            held = {id for feature in rule for id in feature}
            for feature in self.features[last + 1 :]:
                if held.isdisjoint(feature):
                    rows = level[rule] & self.seen[feature]
                    if (rows & self.inside).bit_count() >= self.bar.support:
                        yield (*rule, feature), rows

    def _promise(self, rows: int) -> float:
        """How good a start it is for a longer one."""
        right, wrong = (rows & self.inside).bit_count(), (rows & self.outside).bit_count()
        return right * right / (right + wrong + 1)

    def _stands(self, rule: Rule, rows: int) -> bool:
        """Whether it fires on no more of the others than it may, seen and expected."""
        if (rows & self.inside).bit_count() < self.bar.support:
            return False
        if (rows & self.outside).bit_count() > self.bar.wrong or self._is_empty(rule):
            return False
        expected = PER * reduce(lambda odds, f: odds * self.odds[f], rule, 1.0)
        return expected <= max(self.bar.doubt, 1.5 * PER / (self.many + 2))

    def _is_empty(self, rule: Rule) -> bool:
        """Whether nothing in it says what the message is about."""
        forms = (self.of.forms[id] for feature in rule for id in feature)
        return all(STOP_WORDS.issuperset(form) for form in forms)


def _within(rules: list[Rule], inside: Sequence[int], messages: Messages) -> str:
    """The source of as many of these as fit in the length; the list is cut to them."""
    parts: list[str] = []
    for rule in list(rules):
        part = "|".join(_orders(rule, inside, messages))
        if not part or len("|".join([*parts, part])) + 8 > LONGEST:
            rules.remove(rule)
        else:
            parts.append(part)
    return f"(?i){'|'.join(parts)}" if parts else ""


def _orders(rule: Rule, inside: Sequence[int], messages: Messages) -> list[str]:
    """The rule in each order that was seen, the commonest first."""
    seen: Counter[Rule] = Counter()
    for row in inside:
        places = {feature: messages.place(row, feature) for feature in rule}
        if min(places.values()) >= 0:
            seen[tuple(sorted(rule, key=places.__getitem__))] += 1
    ordered = sorted(seen, key=lambda order: (-seen[order], order))[:MOST_ORDERS]
    return [".*".join(_written(feature, messages) for feature in order) for order in ordered]


def _written(feature: Feature, messages: Messages) -> str:
    return r"\W+".join(_any_of(messages.forms[id]) for id in feature)


def _any_of(forms: Counter[str]) -> str:
    """The forms of a word as they were seen, the commonest of very many."""
    found = sorted(sorted(forms, key=lambda form: (-forms[form], form))[:MOST_FORMS])
    if len(found) == 1:
        return _bounded(found[0])
    if all(_ascii_ends(form) for form in found):
        return rf"\b(?:{'|'.join(map(_escaped, found))})\b"
    return f"(?:{'|'.join(map(_bounded, found))})"


def _bounded(word: str) -> str:
    """The literal as a whole word, as far as RE2 knows words: by ASCII alone."""
    first = r"\b" if word[0].isascii() else ""
    last = r"\b" if word[-1].isascii() else ""
    return f"{first}{_escaped(word)}{last}"


def _ascii_ends(word: str) -> bool:
    return word[0].isascii() and word[-1].isascii()


def _escaped(word: str) -> str:
    """Words hold nothing to escape but where that changes; then it is escaped all the same."""
    import re2

    return word if word.isascii() and word.replace("_", "").isalnum() else str(re2.escape(word))


def _judged(
    source: str, rules: Sequence[Rule], inside: Sequence[int], search: _Search
) -> Pattern | None:
    """The pattern as RE2 has it: what it fires on, inside and outside."""
    fires = firing(source)
    messages, bar = search.of, search.bar
    right = sum(fires(messages.texts[row]) for row in inside)
    doubtful = messages.bits(messages.beyond_ascii)
    for rule in rules:
        doubtful |= reduce(and_, (search.seen[feature] for feature in rule))
    rows = _ones(doubtful & search.outside)
    wrong = sum(fires(messages.texts[row]) for row in rows)
    recall = right / len(inside)
    if wrong > bar.wrong or right < bar.support or recall < bar.recall:
        return None
    return Pattern(source, recall, wrong, _near(rules, search))


def _near(rules: Sequence[Rule], search: _Search, most: int = 5) -> tuple[str, ...]:
    """Other messages that hold all of a conjunction but one."""
    found: dict[str, None] = {}
    for rule in rules:
        for left in range(len(rule)) if len(rule) > 1 else ():
            held = [search.seen[f] for place, f in enumerate(rule) if place != left]
            for row in _ones(reduce(and_, held) & search.outside, most):
                found[search.of.texts[row]] = None
    return tuple(sorted(found, key=lambda text: (len(text), text))[:most])


def _ones(bits: int, most: int = 1 << 62) -> list[int]:
    """The rows of these bits, lowest first."""
    found: list[int] = []
    while bits and len(found) < most:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found


@lru_cache(maxsize=64)
def firing(source: str) -> Callable[[str], bool]:
    """Whether a message, made plain, fires this pattern."""
    from passdown.text.phrases import compiled

    search = compiled(source).search
    return lambda text: search(text) is not None
