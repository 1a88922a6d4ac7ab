"""How much a word tells: much where few texts have it."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PRIOR = 100
"""Texts without the word that are taken to be there beside those that are: few texts tell little
about how common a word is."""


def worth(words: Iterable[str], having: Mapping[str, int], many: int) -> dict[str, float]:
    """Of each word, from 1 where none of so many texts has it down to about 0 where all do."""
    most = log(2 * (many + PRIOR) + 2)
    return {
        word: log(1 + (many + PRIOR - n + 0.5) / (n + 0.5)) / most
        for word in words
        for n in [min(having.get(word, 0), many)]
    }
