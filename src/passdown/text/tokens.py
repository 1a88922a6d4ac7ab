"""Words of a text: normalised, identifiers split and kept whole, stemmed, shingled."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from passdown.text.irregular import BASE
from passdown.text.porter import porter

# Scripts written without spaces between words, Hangul included: cut into trigrams.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_COMPOUND = re.compile(r"\w+(?:(?:['\u2019.\-/\\:@#+]|::|://|->)\w+)*")
_PART = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+|[^\x00-\x7f]+")
_NUMBER = re.compile(r"v?[0-9]+(?:[.\-:/][0-9]+)*")
_LATIN = re.compile(r"[a-z]{3,40}")
# A longer word is a blob: it says nothing a search could ask for.
_LONGEST = 80
# Up to this length it is remembered what a token is split into.
_KEPT = 40

_STOP = """
a about above after again against all also am an and any are as at be because been before
being below between both but by can could did do does doing don't down during each few for from
further had has have having he her here hers him his how i i'm if in into is isn't it it's its
itself just let let's me more most my myself no nor not now of off on once only or other our
ours out over own please same she should so some such than that that's the their theirs them
then there there's these they this those through to too under until up us very was we were what
when where which while who whom why will with won't would you your yours yourself
"""
STOP_WORDS = frozenset(_STOP.split())
"""Words that a search is not about."""


def normalise(text: str) -> str:
    """NFKC, case folded, white space collapsed; normalising twice changes nothing."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).casefold().split())


def words(text: str) -> list[str]:
    """Folded words in order; a compound (path, identifier) whole, then its parts."""
    found: list[str] = []
    for token in _COMPOUND.findall(_composed(text)):
        found.extend(_known(token) if len(token) <= _KEPT else _split(token))
    return found


def stem(word: str) -> str:
    """The Porter stem of a Latin word, accents dropped, of an irregular form its base's; any
    other word as it is."""
    folded = word if word.isascii() else _unaccented(word)
    return _stem(BASE.get(folded, folded)) if _LATIN.fullmatch(folded) else word


def content_words(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, repetitions kept."""
    found: list[str] = []
    for token in _COMPOUND.findall(_composed(text)):
        found.extend(_known_stems(token) if len(token) <= _KEPT else _stems(token))
    return found


def shingles(text: str, k: int = 5) -> frozenset[int]:
    """Stable 64-bit hashes of every k words in a row; of all words when there are fewer."""
    from hashlib import blake2b

    row = [part for token in _PART.findall(normalise(text)) for part in _unspaced(token)]
    starts = range(max(len(row) - k + 1, 1 if row else 0))
    return frozenset(
        int.from_bytes(blake2b("\x1f".join(row[i : i + k]).encode(), digest_size=8).digest())
        for i in starts
    )


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _split(token: str) -> list[str]:
    whole = token.casefold().replace("\u2019", "'")
    if whole.isalpha() and whole.isascii() and _plain(token):
        return [whole]
    if "'" in whole or _NUMBER.fullmatch(whole):
        return [whole]
    parts = [part.casefold() for run in _PART.findall(token) for part in _pieces(run)]
    return parts if parts == [whole] or _dense(token) else [whole, *parts]


def _stems(token: str) -> tuple[str, ...]:
    said = (word for word in _split(token) if word not in STOP_WORDS and _carries(word))
    return tuple(map(stem, said))


_known = lru_cache(maxsize=16_384)(_split)
_known_stems = lru_cache(maxsize=16_384)(_stems)


def _plain(token: str) -> bool:
    """No hump inside: lower, Capitalised or UPPER."""
    return token.islower() or token.isupper() or token[1:].islower()


def _pieces(run: str) -> list[str]:
    return _HUMP.findall(run) if run.isascii() else _unspaced(run)


def _unspaced(token: str) -> list[str]:
    """The token itself, or what it holds with its unspaced runs cut into trigrams."""
    if not _dense(token):
        return [token]
    runs = _runs().split(token)
    return [piece for place, run in enumerate(runs) if run for piece in _cut(run, place % 2)]


def _cut(run: str, dense: int) -> list[str]:
    if not dense or len(run) <= 3:
        return [run]
    return [run[i : i + 3] for i in range(len(run) - 2)]


def _dense(token: str) -> bool:
    return not token.isascii() and _runs().search(token) is not None


@lru_cache(maxsize=1)
def _runs() -> re.Pattern[str]:
    """Compiled on first need: its large classes would cost every start a millisecond."""
    return re.compile(f"([{_UNSPACED}]+)")


def _carries(word: str) -> bool:
    return 1 < len(word) <= _LONGEST or word.isdigit() or not word.isascii()


def _unaccented(word: str) -> str:
    split = unicodedata.normalize("NFKD", word)
    return "".join(char for char in split if not unicodedata.combining(char))


_stem = lru_cache(maxsize=65_536)(porter)
