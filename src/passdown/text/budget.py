"""How many tokens a text takes: an estimate that errs upwards, and packing within a budget."""

from __future__ import annotations

import re
from functools import lru_cache
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
# Beyond ASCII: letters of two bytes that are tokens, scripts of two tokens a letter, signs of which
# a list of common ones tells, and Hangul.
_LETTER = re.compile(
    "[\u00a0-\u00fd\u03ac-\u03c9\u0410-\u044f\u0627-\u064a"
    "\u05d0\u05d1\u05d3-\u05d5\u05d7\u05d9\u05dc\u05de\u05e0\u05e2\u05e8-\u05ea]"
)
_SOUTHERN = re.compile("[\u0900-\u0d7f\u0e00-\u0e7f]")
_SIGNS = re.compile("[\u2010-\u27bf\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]+")
_HANGUL = re.compile("[\uac00-\ud7a3]+")
# In tenths of a token, as is every cost below: what the costs together may fall short by.
_SLACK = 120
_BREAK = 13
# Lines in a row that did not fit, after which a shorter one is not looked for any longer.
_PATIENCE = 40
# Up to this length it is remembered what a line costs.
_LINE = 500


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
        longer = cost + _cost_of(line) + (_BREAK if chosen else 0)
        larger = size + _bytes(line) + (1 if chosen else 0)
        if _tokens(longer, larger) <= budget:
            chosen.append(line)
            cost, size, missed = longer, larger, 0
            continue
        missed += 1
        if missed == _PATIENCE:
            break
    return chosen


def _cost_of(line: str) -> int:
    """The same as `_cost`, once for a line that is packed again and again."""
    return _known_cost(line) if len(line) <= _LINE else _cost(line)


def _tokens(cost: int, size: int) -> int:
    return min(-(-(_SLACK + cost) // 10), size)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _cost(text: str) -> int:
    """What its pieces cost: no piece goes across a single space, which costs nothing, or across
    the end of a line."""
    lines = text.removesuffix("\n").split("\n")
    parts = " ".join(lines).split(" ")
    if parts != text.split():
        return _pieces(text)
    cost = _known if max(map(len, parts)) <= _KEPT else _part
    return sum(map(cost, parts)) + _BREAK * text.count("\n")


_known_cost = lru_cache(maxsize=4096)(_cost)


def _part(text: str) -> int:
    return _known(text) if len(text) <= _KEPT else _pieces(text)


def _pieces(text: str) -> int:
    return sum(_piece(match) for match in _PIECE.finditer(text))


# The lines of a brief have most of their words in common.
_known = lru_cache(maxsize=16_384)(_pieces)
_KEPT = 40


def _piece(match: re.Match[str]) -> int:
    kind, piece = match.lastgroup, match.group()
    size = len(piece)
    if kind == "word":
        return _word(piece, size)
    if kind in ("odd", "tail"):
        return 9 * size + 6
    if kind == "upper":
        return 7 + 8 * size
    if kind == "digits":
        return 16 * -(-size // 3)
    if kind == "gap":
        return 0 if piece == " " else 11 + 2 * piece.count("\n")
    if kind == "wide":
        return _wide(piece)
    return 10 + 7 * sum(a != b for a, b in pairwise(piece)) + size // 2


def _word(piece: str, size: int) -> int:
    if not _VOWEL.search(piece):
        return 8 + 6 * size
    plain = 11 if size <= 4 else 12 if size <= 7 else 14 if size <= 11 else 4 * size
    return plain + 12 * len(_ROUGH.findall(piece))


def _wide(piece: str) -> int:
    """Its bytes, less for what is common: GB 2312 and KS X 1001 are lists of common signs that
    every Python carries."""
    signs = "".join(_SIGNS.findall(piece)).encode("gb2312", "ignore")
    saved = 9 * len(_LETTER.findall(piece)) + 10 * len(_SOUTHERN.findall(piece)) + 8 * len(signs)
    hangul = "".join(_HANGUL.findall(piece))
    # A syllable takes two bytes when it is listed, and eight when it is not.
    listed = (8 * len(hangul) - len(hangul.encode("euc_kr"))) // 6
    return 10 * _bytes(piece) - saved - 6 * listed
