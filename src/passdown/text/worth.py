"""How much a word tells: much where few texts have it."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PRIOR = 100
"""Texts without the word that are taken to be there beside those that are: few texts tell little
about how common a word is."""

SHARE, ENOUGH = 0.2, 1.5
"""Of what a question tells, the share that an answer has of it at least, or what it has where the
question is long: that of two rare words. For every collection the same."""


def worth(words: Iterable[str], having: Mapping[str, int], many: int) -> dict[str, float]:
    """Of each word, from 1 where none of so many texts has it down to about 0 where all do."""
    most = log(2 * (many + PRIOR) + 2)
    return {
        word: log(1 + (many + PRIOR - n + 0.5) / (n + 0.5)) / most
        for word in words
        for n in [min(having.get(word, 0), many)]
    }


def answers(words: Iterable[str], told: Mapping[str, float]) -> bool:
    """Whether these words have enough of what a question tells, by its words, to be worth a look:
    no more than common ones in common are not."""
    return answering((words,), told)[0]


def answering(texts: Iterable[Iterable[str]], told: Mapping[str, float]) -> list[bool]:
    """The same of each of these texts."""
    least = min(ENOUGH, SHARE * sum(told.values()))
    each = ([told[word] for word in told if word in there] for there in map(frozenset, texts))
    return [(has := sum(some)) > 0 and has >= least for some in each]
