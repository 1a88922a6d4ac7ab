"""Messages by their words: which hold a stem, or stems in a row, answered from an index."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from typing import TYPE_CHECKING

from passdown.text.phrases import plain
from passdown.text.tokens import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_KEPT = 1 << 26
"""Bytes of row sets that are kept for the next question."""

_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)

Feature = tuple[int, ...]
"""Stems in a row, by their numbers."""


class Messages:
    """Messages by their words, read once for many derivations."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = [plain(text) for text in texts]
        self._ids: dict[str, int] = {}
        self.stems: list[str] = []
        self.forms: list[Counter[str]] = []
        self._rows: list[array[int]] = []
        self._flat: array[int] = array("I")
        self._starts: array[int] = array("Q", [0])
        self.beyond_ascii = array("I")
        self._sets: dict[Feature, int] = {}
        self._kept = 0
        for row, text in enumerate(self.texts):
            self._read(row, text)
        self.many = len(self.texts)

    def words(self, row: int) -> Sequence[int]:
        """The words of a row, as numbers of stems, in order."""
        return self._flat[self._starts[row] : self._starts[row + 1]]

    def holding(self, feature: Feature) -> int:
        """The rows that hold this stem, or these stems in a row, as bits."""
        found = self._sets.get(feature)
        if found is None:
            found = self._found(feature)
            self._keep(feature, found)
        return found

    def bits(self, rows: Iterable[int]) -> int:
        """These rows as bits."""
        held = bytearray(len(self.texts) // 8 + 1)
        for row in rows:
            held[row >> 3] |= 1 << (row & 7)
        return int.from_bytes(held, "little")

    def _read(self, row: int, text: str) -> None:
        seen = set()
        for word in cut(text):
            id = self._id(word)
            self._flat.append(id)
            self.forms[id][word] += 1
            if id not in seen:
                seen.add(id)
                self._rows[id].append(row)
        self._starts.append(len(self._flat))
        if not text.isascii():
            self.beyond_ascii.append(row)

    def _id(self, word: str) -> int:
        root = stem(word)
        id = self._ids.get(root)
        if id is None:
            id = self._ids[root] = len(self.stems)
            self.stems.append(root)
            self.forms.append(Counter())
            self._rows.append(array("I"))
        return id

    def _found(self, feature: Feature) -> int:
        if len(feature) == 1:
            return self.bits(self._rows[feature[0]])
        rarest = min((self._rows[id] for id in feature), key=len)
        return self.bits(row for row in rarest if self.place(row, feature) >= 0)

    def place(self, row: int, feature: Feature) -> int:
        """Where a row first holds it, -1 where it does not."""
        held, sought = self._flat[self._starts[row] : self._starts[row + 1]], array("I", feature)
        # Sought as bytes, which is many times quicker; it must begin where a word begins.
        size, within, wanted = sought.itemsize, held.tobytes(), sought.tobytes()
        at = within.find(wanted)
        while at >= 0 and at % size:
            at = within.find(wanted, at + 1)
        return at // size if at >= 0 else -1

    def _keep(self, feature: Feature, rows: int) -> None:
        self._kept += len(self.texts) // 8 + 64
        if self._kept > MOST_KEPT:
            self._sets.clear()
            self._kept = 0
        self._sets[feature] = rows


def cut(text: str) -> list[str]:
    """The words that a pattern may be made of, folded; unspaced scripts in pairs."""
    found = []
    for word in _WORD.findall(text.lower()):
        if word.isascii() or not _UNSPACED.search(word) or len(word) < 3:
            found.append(word)
        else:
            found.extend(word[i : i + 2] for i in range(len(word) - 1))
    return found
