"""How fast very many phrases are matched, beside a loop over `re`, on messages not seen before."""

from __future__ import annotations

import random
import re
import resource
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from passdown.text.phrases import Phrase, PhraseSet
from passdown.text.scan import Scanner

MANY = 10_000
MESSAGES, LOOPED = 30_000, 60
EVIL = ("(?i)(a+)+$", "(?i)(a|b)*a(a|b){20}c", "(?i)a.{100}c", "(?i)(.*)(.*)(.*)(.*)z")
LONG = 100_000


class Speed(NamedTuple):
    """Messages a second of CPU time, as a multiple of the loop, and what else it takes."""

    a_second: float
    times_the_loop: float
    built_s: float
    mb: float
    longest_ms: float
    agreed: bool


def speed(make: Callable[[list[Phrase]], PhraseSet] = PhraseSet) -> Speed:
    """Ten thousand phrases of four shapes against messages of the same words."""
    chance = random.Random(11)
    words = _words(chance)
    phrases = [Phrase(str(n), _pattern(n, words, chance)) for n in range(MANY)]
    texts = [_message(words, chance) for _ in range(MESSAGES)]
    before, began = _resident(), time.process_time()
    made = make(phrases)
    built, grown = time.process_time() - began, _resident() - before
    loop = _timed(lambda text: _tried(phrases, text), texts[:LOOPED])
    ours = _timed(made.match, texts)
    agreed = all(
        [hit.id for hit in made.match(text)] == _tried(phrases, text) for text in texts[:LOOPED]
    )
    return Speed(ours, ours / loop, built, grown, _longest(make), agreed)


def scanned(phrases: list[Phrase]) -> PhraseSet:
    """With the automaton of the extra `match`."""
    return PhraseSet(phrases, Scanner([phrase.pattern for phrase in phrases]))


def _timed(match: Callable[[str], object], texts: Sequence[str]) -> float:
    """Messages a second of CPU time in the best third: other programs on the machine take caches
    and turns, and no message is matched twice."""
    third = len(texts) // 3
    return max(_a_second(match, texts[n * third : (n + 1) * third]) for n in range(3))


def _a_second(match: Callable[[str], object], texts: Sequence[str]) -> float:
    began = time.process_time()
    for text in texts:
        match(text)
    return len(texts) / (time.process_time() - began)


def _tried(phrases: Sequence[Phrase], text: str) -> list[str]:
    """Each of them, one by one."""
    if not _COMPILED:
        _COMPILED.update((phrase.id, re.compile(phrase.pattern)) for phrase in phrases)
    return [id for id, pattern in _COMPILED.items() if pattern.search(text)]


_COMPILED: dict[str, re.Pattern[str]] = {}


def _longest(make: Callable[[list[Phrase]], PhraseSet]) -> float:
    """The worst milliseconds of any pattern on a long message, or on the longest that is tried."""
    worst, chance = 0.0, random.Random(5)
    for pattern in EVIL:
        made = make([Phrase("evil", pattern)])
        for size in (4_096, LONG):
            text = "".join(chance.choices("ab", k=size))
            spent = []
            for _ in range(5):
                began = time.process_time()
                made.match(text)
                spent.append(time.process_time() - began)
            worst = max(worst, min(spent))
    return 1000 * worst


def _words(chance: random.Random) -> list[str]:
    """Four thousand words, the first ones used most."""
    parts = [a + b for a in "bcdfghklmnprstvw" for b in "aeiou"]
    found = dict.fromkeys(
        "".join(chance.choices(parts, k=chance.choice((2, 3, 3, 4)))) for _ in range(9_000)
    )
    return list(found)[:4_000]


def _some(words: Sequence[str], chance: random.Random) -> str:
    """A word as they are used: the n-th about 1/n as often as the first."""
    return words[int(len(words) ** chance.random()) - 1]


def _pattern(n: int, words: Sequence[str], chance: random.Random) -> str:
    a, b, c, d = (chance.choice(words) for _ in range(4))
    common = _some(words, chance)
    shapes = (
        rf"(?i)\b{a} {b}\b",
        rf"(?i)\b(?:{a}|{b})\b.*\b{common}\b",
        rf"(?i)\b{a}\b.*\b{b}\b|\b{b}\b.*\b{c}s?\b",
        rf"(?i)\b{common} (?:{a}|{b}|{c}) {d}\b|{a}\w* {b}",
    )
    return shapes[n % len(shapes)]


def _message(words: Sequence[str], chance: random.Random) -> str:
    return " ".join(_some(words, chance) for _ in range(chance.randint(4, 14)))


def _resident() -> float:
    """Megabytes at the most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
