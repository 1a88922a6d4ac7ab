"""How many tokens a text takes: an estimate that errs upwards, and packing within a budget."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# The pieces byte-pair tokenizers never join: humps of letters, digits, punctuation, white space.
_PIECE = re.compile(
    r"(?P<word>[A-Z]?[a-z]+)(?P<odd>[0-9])?"
    r"|(?P<upper>[A-Z]+)"
    r"|(?P<digits>[0-9]+)(?P<tail>[A-Za-z]+)?"
    r"|(?P<gap>\s+)"
    r"|(?P<wide>[^\x00-\x7f]+)"
    r"|(?P<marks>[\x00-\x1f!-/:-@\[-`{-\x7f]+)"
)
_VOWEL = re.compile("[aeiouyAEIOUY]")
_ROUGH = re.compile("[jqxzJQXZ]|[^aeiouyAEIOUY]{4}|[^aeiouyAEIOUY][bcdfgjkpqvwxz][^aeiouy]")
# In tenths of a token, as is every cost below: what the costs together may fall short by.
_SLACK = 100
_BREAK = 13
# Lines in a row that did not fit, after which a shorter one is not looked for any longer.
_PATIENCE = 40


def estimate(text: str) -> int:
    """Tokens of the text: on measured text never under the count of a real tokenizer (about a
    third over it on long texts), and never over its UTF-8 bytes, which bound every count."""
    return _tokens(_cost(text), _bytes(text))


def fit(lines: Iterable[str], budget: int) -> list[str]:
    """The lines, in order, that joined stay within the budget; one too long is passed over, and
    so is the rest once many in a row were."""
    chosen: list[str] = []
    cost = size = missed = 0
    for line in lines:
        longer = cost + _cost(line) + (_BREAK if chosen else 0)
        larger = size + _bytes(line) + (1 if chosen else 0)
        if _tokens(longer, larger) <= budget:
            chosen.append(line)
            cost, size, missed = longer, larger, 0
            continue
        missed += 1
        if missed == _PATIENCE:
            break
    return chosen


def _tokens(cost: int, size: int) -> int:
    return min(-(-(_SLACK + cost) // 10), size)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _cost(text: str) -> int:
    return sum(_piece(match) for match in _PIECE.finditer(text))


def _piece(match: re.Match[str]) -> int:
    kind, piece = match.lastgroup, match.group()
    size = len(piece)
    if kind == "word":
        return _word(piece, size)
    if kind in ("odd", "tail"):
        return 9 * size + 6
    if kind == "upper":
        return 4 + 7 * size
    if kind == "digits":
        return 16 * -(-size // 3)
    if kind == "gap":
        return 0 if piece == " " else 11 + 2 * piece.count("\n")
    if kind == "wide":
        return _wide(piece, size)
    return 10 + 6 * sum(a != b for a, b in pairwise(piece)) + size // 2


def _word(piece: str, size: int) -> int:
    if not _VOWEL.search(piece):
        return 8 + 5 * size
    plain = 11 if size <= 4 else 12 if size <= 7 else 14 if size <= 11 else 4 * size
    return plain + 8 * len(_ROUGH.findall(piece))


def _wide(piece: str, size: int) -> int:
    """Two-byte characters take a token at most, others up to their bytes unless they are common:
    GB 2312 is the list of common ones that every Python carries."""
    extra = _bytes(piece) - size
    if extra == size:
        return 11 * size
    common = len(piece.encode("gb2312", "ignore")) // 2
    return max(12 * extra - 2 * size - 9 * common, 11 * size)
