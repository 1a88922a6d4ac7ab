"""Which of very many patterns a message fires: the rarest word that each needs, then RE2.

A message costs what its own words cost, whatever the number of phrases: only phrases all of whose
needs it meets are tried, and those on RE2, so that no pattern and no message makes it more than
linear. Messages are read with white space collapsed and in compatible characters (NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from math import floor, log2
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.errors import Invalid
from passdown.text.needs import Need, ways
from passdown.text.tokens import STOP_WORDS
from passdown.text.vectors import features, likeness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from passdown.text.needs import Way
    from passdown.text.scan import Scanner

LONGEST_MESSAGE = 4_096
"""Characters; whatever is longer is no recurring question, and is not tried."""
LONGEST_PATTERN = 2_000
LARGEST = 2_000
"""Instructions of a compiled pattern: what bounds its worst case on the longest message."""
MEMORY = 1 << 20
"""Bytes that a pattern may keep of what it learned about texts."""
MOST_PROTOTYPES = 100
UNLIKE = 0.4
"""Messages of which most are no liker than this to any other have only words in common."""
MARGIN = 0.05
"""Two phrases this near each other are both meant, or neither: no answer."""
LONGEST_GRAM = 4
MOST_WORDS, LONGEST_WORD = 65_536, 40
"""So many words of messages, none longer, are kept with what they are to the phrases."""
MOST_PAIRS = 256
"""Two needs that can be met in more ways together are not looked up together."""
COMMON = 1_000
"""What a stop word counts for beside words that other phrases need too."""

_WORD = re.compile(r"[0-9a-z_]+")
# Before the letters of a piece: no word begins so.
_PIECE = " "
_NONE: frozenset[str] = frozenset()
# Characters that RE2 folds to ASCII letters though they are none.
_FOLDED = {0x017F: "s", 0x212A: "k"}
_APART = {0x017F: " ", 0x212A: " "}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern by id; a message must be like one of the prototypes where `min_similarity` > 0."""

    id: str
    pattern: str
    min_similarity: float = 0.0
    prototypes: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A phrase that a message fired, how like its prototypes it is (1 where it has none), and
    whether that is enough."""

    id: str
    similarity: float
    enough: bool


def plain(text: str) -> str:
    """The text as patterns read it: NFKC, every run of white space one space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split())


def compiled(pattern: str) -> Any:
    """The pattern on RE2; Invalid with the reason when it is none, or too large to be quick."""
    why, made = _made(pattern)
    if why:
        raise Invalid(f"the pattern is refused: {why}", where=pattern[:80], next=_NEXT)
    return made


def refusal(pattern: str) -> str:
    """Why a pattern may not be used, '' when it may."""
    return _made(pattern)[0]


_NEXT = "Write it in RE2 syntax: words, alternatives, .*; no look-around, no back-references."


def _made(pattern: str) -> tuple[str, Any]:
    import re2

    if not pattern.strip():
        return "it is empty", None
    if len(pattern) > LONGEST_PATTERN:
        return f"{len(pattern)} characters; {LONGEST_PATTERN} are the most", None
    options = re2.Options()
    options.max_mem, options.log_errors = MEMORY, False
    try:
        made = re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        said = error.args[0] if error.args and isinstance(error, re2.error) else str(error)
        return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said), None
    size = max(made.programsize, made.reverseprogramsize)
    if size > LARGEST or made.reverseprogramsize < 0:
        return f"it becomes {size} instructions; {LARGEST} are the most", None
    if made.search("") is not None:
        return "it matches every message, the empty one too", None
    return "", made


class _Bucket:
    """The ways that need a token: by a second one where they need another, as most do."""

    __slots__ = ("alone", "beside")

    def __init__(self) -> None:
        self.alone: list[tuple[int, Way]] = []
        self.beside: dict[str, list[tuple[int, Way]]] = {}


class PhraseSet:
    """Phrases compiled once, in the order given; `match` says which a message fires. A scanner of
    their patterns makes it quicker, and nothing else."""

    def __init__(self, phrases: Iterable[Phrase], scanner: Scanner | None = None) -> None:
        self.phrases = tuple(phrases)
        self._scanner = scanner
        self._tries = [compiled(phrase.pattern).search for phrase in self.phrases]
        self._likes: dict[int, list[frozenset[int]]] = {}
        self._always: list[int] = []
        self._of: dict[str, _Bucket] = defaultdict(_Bucket)
        self._index()
        self._of.default_factory = None
        self._sizes = frozenset(len(one) - 1 for one in self._known if one[0] == _PIECE)
        # Of the words of messages those that were seen last: which tokens they are.
        self._tokens = lru_cache(maxsize=MOST_WORDS)(self._tokens_of)

    def match(self, message: str) -> list[Hit]:
        """The phrases it fires, in the order they were given; none for one that is too long."""
        if len(message) > LONGEST_MESSAGE:
            return []
        text = plain(message)
        # Told where in bytes it matches, which nobody asks: told in letters takes as long again.
        read = text.encode("utf-8", "replace")
        fired = [place for place in sorted(self._likely(text)) if self._tries[place](read)]
        return [self._hit(place, text) for place in fired] if fired else []

    def best(self, message: str) -> Hit | None:
        """The one that it fires and is most like; None when there is none, or another as near."""
        top = nearest(self.match(message))
        return top[0] if len(top) == 1 else None

    def _likely(self, text: str) -> set[int]:
        """Every phrase that may match, and few others."""
        scanner = self._scanner
        if scanner is None or not text.isascii():
            return self._candidates(text)
        found = scanner.found(text)
        return found | (self._candidates(text) & scanner.rest) if scanner.rest else found

    def _candidates(self, text: str) -> set[int]:
        folded, words = words_of(text)
        usual = max(map(len, words), default=0) <= LONGEST_WORD
        tokens = _NONE.union(*map(self._tokens if usual else self._tokens_of, words))
        those: list[tuple[int, Way]] = []
        for token in tokens & self._of.keys():
            bucket = self._of[token]
            those += bucket.alone
            if not tokens.isdisjoint(bucket.beside):
                for other in tokens.intersection(bucket.beside):
                    those += bucket.beside[other]
        found = set(self._always)
        _met(those, words, folded, found)
        return found

    def _tokens_of(self, word: str) -> frozenset[str]:
        """The tokens that a text with this word has, as far as some phrase needs them."""
        held = {word}
        for size in self._sizes:
            held.update(_PIECE + word[at : at + size] for at in range(len(word) - size + 1))
        return self._known & held

    def _hit(self, place: int, text: str) -> Hit:
        phrase = self.phrases[place]
        if not phrase.prototypes:
            return Hit(phrase.id, 1.0, phrase.min_similarity <= 0)
        if place not in self._likes:
            self._likes[place] = [features(known) for known in phrase.prototypes]
        own = features(text)
        near = max(likeness(own, known) for known in self._likes[place])
        return Hit(phrase.id, near, near >= phrase.min_similarity)

    def _index(self) -> None:
        every = [ways(phrase.pattern) for phrase in self.phrases]
        cost = _costs(every, self.phrases)
        for place, those in enumerate(every):
            if not all(those):
                self._always.append(place)
                continue
            for way in those:
                self._file(place, sorted(way, key=cost))
        seconds = (bucket.beside for bucket in self._of.values())
        self._known = frozenset(self._of).union(*seconds)

    def _file(self, place: int, way: Sequence[Need]) -> None:
        """Under each token of its rarest need, and of the next one; what else it needs is looked
        at then."""
        first, *rest = way
        second = rest[0] if rest and first.many * rest[0].many <= MOST_PAIRS else None
        left = tuple(rest[1:] if second else rest)
        for token, more in _keys(first):
            bucket = self._of[token]
            if second is None:
                bucket.alone.append((place, (*more, *left)))
                continue
            for other, most in _keys(second):
                bucket.beside.setdefault(other, []).append((place, (*more, *most, *left)))


def least_like(like: Sequence[str]) -> float:
    """How like one of its prototypes a message is that a mined phrase answers. The more there are,
    the liker is the nearest to any message; chosen so that nothing that is about something else
    passes, on labelled messages and others (evals/patterns.py). Where they are not like each other
    at all, the pattern tells alone: no more is asked than half of them offer."""
    held = [features(text) for text in like]
    usual = min(max(0.47 + 0.06 * log2(max(len(held), 1) / 8), 0.47), 0.65)
    offered = sorted(
        max((likeness(own, one) for n, one in enumerate(held) if n != place), default=0.0)
        for place, own in enumerate(held)
    )
    half = offered[(len(offered) - 1) // 2] if len(offered) > 1 else usual
    return floor(100 * (half if half < UNLIKE else usual) + 1e-9) / 100


def nearest(hits: Sequence[Hit]) -> list[Hit]:
    """Those that are like enough, and as like as the best: the best first."""
    enough = sorted((hit for hit in hits if hit.enough), key=lambda hit: -hit.similarity)
    return [hit for hit in enough if hit.similarity >= enough[0].similarity - MARGIN]


def prototypes(texts: Iterable[str], most: int = MOST_PROTOTYPES) -> tuple[str, ...]:
    """The messages that stand for all of these: each the least like those before it."""
    rest = {text: features(text) for text in sorted({plain(text) for text in texts} - {""})}
    chosen: list[str] = []
    near = dict.fromkeys(rest, 0.0)
    while rest and len(chosen) < most:
        text = min(rest, key=lambda one: (near[one], len(one), one))
        own = rest.pop(text)
        chosen.append(text)
        for other, held in rest.items():
            near[other] = max(near[other], likeness(own, held))
    return tuple(chosen)


def words_of(text: str) -> tuple[str, set[str]]:
    """The text folded as RE2 folds it, and every word that a pattern can mean."""
    folded = text.lower()
    if folded.isascii():
        return folded, set(_WORD.findall(folded))
    apart = text.translate(_APART).lower()
    folded = folded.translate(_FOLDED)
    return folded, {*_WORD.findall(folded), *_WORD.findall(apart)}


def _met(those: Sequence[tuple[int, Way]], words: set[str], text: str, found: set[int]) -> None:
    """Add the phrases that have a way all of whose needs the text meets. This is the inner loop:
    a call or a generator for each need would take most of the time."""
    for place, way in those:
        for either, pieces in way:
            if either.isdisjoint(words):
                for piece in pieces:
                    if piece in text:
                        break
                else:
                    break
        else:
            found.add(place)


def _costs(every: Sequence[list[Way]], phrases: Sequence[Phrase]) -> Callable[[Need], float]:
    """How often a need will send a message to be tried: by what phrases need and are like."""
    often: Counter[str] = Counter()
    for those in every:
        often.update(word for way in those for need in way for word in need.words)
    for phrase in phrases:
        for known in phrase.prototypes[:5]:
            often.update(words_of(known)[1])

    def cost(need: Need) -> float:
        words = sum(often[w] + COMMON * (w in STOP_WORDS or len(w) < 2) for w in need.words)
        return words + COMMON * sum(10.0 / len(piece) for piece in need.pieces)

    return cost


def _keys(need: Need) -> Iterator[tuple[str, Way]]:
    """The tokens under which a text is found that meets it, each with what is to be seen then."""
    for word in need.words:
        yield word, ()
    for piece in need.pieces:
        size = min(len(piece), LONGEST_GRAM)
        start = (len(piece) - size) // 2
        exact = Need(frozenset(), frozenset((piece,)))
        yield _PIECE + piece[start : start + size], () if size == len(piece) else (exact,)
