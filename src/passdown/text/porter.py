"""The Porter stemmer (Porter 1980, with the two later rules -bli and -logi), for ASCII words."""

from __future__ import annotations

import re

# A consonant, a vowel, and their runs. `y` is a vowel after a consonant only.
_C = "[^aeiou]"
_V = "[aeiouy]"
_CC = _C + "[^aeiouy]*"
_VV = _V + "[aeiou]*"
_POSITIVE = re.compile(f"^(?:{_CC})?{_VV}{_CC}")
_ONE = re.compile(f"^(?:{_CC})?{_VV}{_CC}(?:{_VV})?$")
_SEVERAL = re.compile(f"^(?:{_CC})?{_VV}{_CC}{_VV}{_CC}")
_VOWEL = re.compile(f"^(?:{_CC})?{_V}")
_SHORT = re.compile(f"^{_CC}{_V}[^aeiouwxy]$")
_DOUBLE = re.compile(r"([^aeiouylsz])\1$")
_STEP_2 = re.compile(
    "(ational|tional|enci|anci|izer|bli|alli|entli|eli|ousli|ization|ation|ator|alism|iveness"
    "|fulness|ousness|aliti|iviti|biliti|logi)$"
)
_STEP_3 = re.compile("(icate|ative|alize|iciti|ical|ful|ness)$")
_STEP_4 = re.compile(
    "(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|(?<=[st])ion|ou|ism|ate|iti|ous|ive|ize)$"
)
_SHORTER = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize",
    "bli": "ble", "alli": "al", "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize",
    "ation": "ate", "ator": "ate", "alism": "al", "iveness": "ive", "fulness": "ful",
    "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble", "logi": "log",
    "icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": "",
}  # fmt: skip


def porter(word: str) -> str:
    """The stem of a lower-case ASCII word; words under three letters stay as they are."""
    if len(word) < 3:
        return word
    # An initial y is a consonant: hidden behind a capital while the rules run.
    stem = "Y" + word[1:] if word[0] == "y" else word
    for step in (_plural, _past, _final_y, _long_suffix, _middle_suffix, _last_suffix, _tidy):
        stem = step(stem)
    return "y" + stem[1:] if stem[0] == "Y" else stem


def _plural(stem: str) -> str:
    if stem.endswith(("sses", "ies")):
        return stem[:-2]
    return stem[:-1] if stem.endswith("s") and not stem.endswith("ss") else stem


def _past(stem: str) -> str:
    if stem.endswith("eed"):
        return stem[:-1] if _POSITIVE.match(stem[:-3]) else stem
    cut = 2 if stem.endswith("ed") else 3 if stem.endswith("ing") else 0
    if not cut or not _VOWEL.match(stem[:-cut]):
        return stem
    stem = stem[:-cut]
    if stem.endswith(("at", "bl", "iz")) or _SHORT.match(stem):
        return stem + "e"
    return stem[:-1] if _DOUBLE.search(stem) else stem


def _final_y(stem: str) -> str:
    return stem[:-1] + "i" if stem.endswith("y") and _VOWEL.match(stem[:-1]) else stem


def _long_suffix(stem: str) -> str:
    return _shortened(stem, _STEP_2)


def _middle_suffix(stem: str) -> str:
    return _shortened(stem, _STEP_3)


def _shortened(stem: str, suffixes: re.Pattern[str]) -> str:
    found = suffixes.search(stem)
    if not found or not _POSITIVE.match(stem[: found.start()]):
        return stem
    return stem[: found.start()] + _SHORTER[found.group()]


def _last_suffix(stem: str) -> str:
    found = _STEP_4.search(stem)
    return stem[: found.start()] if found and _SEVERAL.match(stem[: found.start()]) else stem


def _tidy(stem: str) -> str:
    if stem.endswith("e"):
        rest = stem[:-1]
        if _SEVERAL.match(rest) or (_ONE.match(rest) and not _SHORT.match(rest)):
            stem = rest
    return stem[:-1] if stem.endswith("ll") and _SEVERAL.match(stem) else stem
