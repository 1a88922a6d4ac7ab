"""Whether two short texts say the same: how near they are, and what still tells them apart."""

from __future__ import annotations

import re
from typing import Generic, TypeVar

from passdown.text.tokens import normalise, stem
from passdown.text.vectors import cosine, embed

Id = TypeVar("Id", str, int)

_VERSION = re.compile(
    r"(?<![\w.])(?:v\d+(?:\.\d+)*|\d+\.\d+(?:\.\d+)*)(?:-[a-z][\w.]*)?"
    r"(?![\w.]*\d)(?!\s?(?:%|x\b|[kmgt]?i?b\b|[mnu]?s\b|sec|min|hour|day|times|percent))"
)
_NUMBER = re.compile(r"(?:(?<=[\s(=:])-(?=\d))?\d[\d,_]*(?:\.\d+)?")
_PRONOUN = re.compile(
    r"\b(?:this|that|the|which|each|every|another|any|no|new|old|same|right) one\b|\bone of\b"
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_COUNTS = {
    "one": "1", "once": "1", "two": "2", "twice": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11",
    "twelve": "12", "dozen": "12",
}  # fmt: skip
_NEGATIONS = "no not never none neither nor without cannot avoid unless refuse stop"
_NOT = frozenset(_NEGATIONS.split())
_OPPOSITES = """accept/reject add/remove after/before allow/deny allow/forbid always/never
always/sometimes ascending/descending async/sync client/server decrease/increase disable/enable
disallow/allow down/up exclude/include fail/pass fail/succeed false/true first/last input/output
invalid/valid left/right less/more local/remote lower/upper max/min maximum/minimum new/old off/on
optional/required private/public read/write safe/unsafe start/stop unsupported/supported
with/without
"""
_POLES: dict[str, list[tuple[int, int]]] = {}
for _pair, _words in enumerate(_OPPOSITES.split()):
    for _side, _word in enumerate(_words.split("/")):
        _POLES.setdefault(stem(_word), []).append((_pair, _side))

_BANDS = 16
_ROWS = 4
_BINS = _BANDS * _ROWS
_FULL = 0xFFFFFFFF


def near(a: str, b: str) -> float:
    """Lexical similarity in [0, 1] over words and character trigrams, 1 when they read the same."""
    return _near(normalise(a), embed(a), b)


def differs(a: str, b: str) -> str:
    """Why two similar sentences do not mean the same: version, number, negation, or ''. A thing
    that only one of them states is more detail, not a difference."""
    left, right = normalise(a), normalise(b)
    if _apart(_versions(left), _versions(right)):
        return "version"
    if _apart(_numbers(_VERSION.sub(" ", left)), _numbers(_VERSION.sub(" ", right))):
        return "number"
    return "negation" if _opposed(left, right) else ""


class Index(Generic[Id]):
    """Near-duplicates among many short texts: MinHash bands find candidates (in measurement all
    from 0.85 up, 99 % from 0.8), `near` decides; the order of insertion does not matter."""

    def __init__(self) -> None:
        self._texts: dict[Id, str] = {}
        self._bands: dict[tuple[int, ...], set[Id]] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, id: Id, text: str) -> None:
        """Hold the text under this id, in place of what the id stood for."""
        if id in self._texts:
            for band in _bands(embed(self._texts[id])):
                self._bands[band].discard(id)
        self._texts[id] = text
        for band in _bands(embed(text)):
            self._bands.setdefault(band, set()).add(id)

    def lookup(self, text: str, threshold: float) -> list[tuple[Id, float]]:
        """What is at least this near, nearest first, equally near ones by id."""
        same, vector = normalise(text), embed(text)
        found = {id for band in _bands(vector) for id in self._bands.get(band, ())}
        scored = [(id, _near(same, vector, self._texts[id])) for id in found]
        close = [(id, score) for id, score in scored if score >= threshold]
        return sorted(close, key=lambda hit: (-hit[1], hit[0]))


def _near(same: str, vector: dict[int, float], text: str) -> float:
    return 1.0 if normalise(text) == same else cosine(vector, embed(text))


def _apart(left: frozenset[str], right: frozenset[str]) -> bool:
    return bool(left) and bool(right) and left != right


def _versions(text: str) -> frozenset[str]:
    return frozenset(found.removeprefix("v") for found in _VERSION.findall(text))


def _numbers(text: str) -> frozenset[str]:
    digits = (float(found.replace(",", "").replace("_", "")) for found in _NUMBER.findall(text))
    spelt = (_COUNTS[word] for word in _WORD.findall(_PRONOUN.sub(" ", text)) if word in _COUNTS)
    return frozenset(f"{value:g}" for value in digits) | frozenset(spelt)


def _opposed(left: str, right: str) -> bool:
    ours, theirs = _WORD.findall(left), _WORD.findall(right)
    if sum(map(_negates, ours)) % 2 != sum(map(_negates, theirs)) % 2:
        return True
    here, there = _poles(ours), _poles(theirs)
    return any((pair, 1 - side) in there - here for pair, side in here - there)


def _negates(word: str) -> bool:
    return word in _NOT or word.endswith("n't")


def _poles(words: list[str]) -> frozenset[tuple[int, int]]:
    return frozenset(pole for word in words for pole in _POLES.get(stem(word), ()))


def _bands(vector: dict[int, float]) -> list[tuple[int, ...]]:
    """The keys under which texts with equal rows of their MinHash signature meet."""
    smallest = [_FULL] * _BINS
    for bucket in vector:
        mixed = _mix(bucket)
        place = mixed * _BINS >> 32
        smallest[place] = min(smallest[place], mixed)
    if min(smallest) == _FULL:
        return []
    _fill(smallest)
    return [(band, *smallest[band::_BANDS]) for band in range(_BANDS)]


def _fill(smallest: list[int]) -> None:
    """An empty bin takes the value of a full one chosen by its own hash (one-permutation hashing,
    optimal densification), so that short texts collide no more than long ones."""
    full = list(smallest)
    for place, value in enumerate(full):
        attempt = place
        while value == _FULL:
            attempt += _BINS
            value = full[_mix(attempt) * _BINS >> 32]
        smallest[place] = value


def _mix(bucket: int) -> int:
    mixed = (bucket * 0x9E3779B1 + 0x7F4A7C15) & _FULL
    mixed = (mixed ^ mixed >> 15) * 0x2C1B3C6D & _FULL
    mixed = (mixed ^ mixed >> 12) * 0x297A2D39 & _FULL
    return mixed ^ mixed >> 15
