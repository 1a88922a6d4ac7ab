"""Text made safe to print: no terminal escapes, no control, bidi or invisible characters."""

from __future__ import annotations

import re
import unicodedata

# What a terminal acts on: CSI, then strings (OSC, DCS, SOS, PM, APC) up to their end or the end
# of the line, then two-character escapes; also in their one-character (C1) forms.
_ESCAPE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\\\|\x9c)?"
    "|\x1b[ -/]*[0-~]?"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Characters that only change the direction in which others are drawn, as a class body."""
INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
"""Characters that are drawn as nothing, as a class body; variation selectors 1-16 are not in it."""
_UNSEEN = re.compile(f"[{BIDI}{INVISIBLE}]")


_WORD = re.compile(r"\w+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LOOKALIKE = re.compile(
    "[\u0400-\u052f\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u03b9\u03bd\u03bf\u03c1\u03c5]"
)
"""Letters of other alphabets that can stand for Latin ones."""


def mixed(text: str) -> list[tuple[int, int]]:
    """Where words are that mix Latin letters with others that look like them."""
    if text.isascii():
        return []
    words = (found for found in _WORD.finditer(text) if _LOOKALIKE.search(found[0]))
    return [found.span() for found in words if _LATIN.search(found[0])]


def printable(text: str) -> str:
    """The text as a terminal may show it: encodable, newlines and tabs kept, the rest visible."""
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROL.sub("", _ESCAPE.sub("", _BREAK.sub("\n", text)))
    if text.isascii():
        return text
    return _SURROGATE.sub("\ufffd", _UNSEEN.sub("", text))


def one_line(text: str, width: int) -> str:
    """The printable text on one line of at most `width` columns, '…' where it was cut."""
    line = " ".join(printable(text).split())
    if len(line) * 2 <= width or (len(line) <= width and line.isascii()):
        return line
    columns = 0
    fits = 0
    for place, char in enumerate(line):
        columns += _columns(char)
        if columns <= width - 1:
            fits = place + 1
        elif columns > width:
            return (line[:fits].rstrip() + "…")[: max(width, 0)]
    return line


def columns(text: str) -> int:
    """How many columns a terminal gives this printable text."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.combining(char) or "\ufe00" <= char <= "\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
