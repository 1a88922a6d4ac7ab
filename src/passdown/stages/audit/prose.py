"""A change's message as sentences: without what asserts nothing, each with its place in the text.

Nothing is cut out: what is dropped is blanked, so that every place stays a place in what was
written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 200_000
"""Characters of one message that are read."""
LONGEST_SENTENCE = 1000
"""What goes on for longer states nothing that could be held against it."""

_FENCE = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n.*?(?:^[ \t]*\1[ \t]*$|\Z)", re.M | re.S)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_FOLDED = re.compile(r"<details\b.*?(?:</details\s*>|\Z)", re.S | re.I)
_TAGS = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_QUOTE = re.compile(r"^[ \t]*>[^\n]*$", re.M)
_TRAILER = re.compile(
    r"^(?:signed-off-by|co-authored-by|reviewed-by|acked-by|tested-by|reported-by|change-id|"
    r"git-svn-id|generated-by|closes|fixes|resolves|refs?|cherry picked from)\b[ :(][^\n]*$",
    re.M | re.I,
)
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)|https?://\S+")
_HEADING = re.compile(r"^[ \t]*(?:#{1,6}[ \t]|={3,}|-{3,}|\*{3,})[^\n]*$", re.M)
_BULLET = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_BOX = re.compile(r"\[([ xX✓✔])\][ \t]*")
_END = re.compile(r"[.!?;](?=\s|$)")
# A line that ends before this column was ended by who wrote it, not wrapped.
_WRAPPED = 55
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|no|approx)|\d)\.$", re.I)

_DENIED = re.compile(
    r"\b(?:not|never|without|cannot|can't|don't|doesn't|didn't|won't|isn't|wasn't|aren't|shouldn't|"
    r"instead of|rather than|unable to|fails? to|no need to|avoids?|avoiding)\b",
    re.I,
)
_LATER = re.compile(
    r"\b(?:will|would|could|should|might|may|plan(?:s|ned|ning)?|todo|to-do|wip|eventually|"
    r"follow[- ]?ups?|future|later|next step|upcoming|propose[sd]?|consider|want(?:s|ed)?|"
    r"hope|going to|intend(?:s|ed)?|need(?:s|ed)? to|please|let me know|once)\b",
    re.I,
)
_PROVISO = re.compile(
    r"\b(?:if|unless|whether|in case|assuming|suppose|optional(?:ly)?|"
    r"n/a|not applicable|(?:where|when|as|if) (?:applicable|appropriate|needed|necessary))\b",
    re.I,
)
_FORMER = re.compile(
    r"\b(?:previously|formerly|used to|originally|before this|prior to|earlier|in the past|"
    r"currently|at the moment|was|were|had|has been|have been|already|existing behaviou?r)\b",
    re.I,
)
_OTHERS = re.compile(
    r"\b(?:see|as in|like in|similar to|according to|suggested|reported|mentioned|discussed|"
    r"in #\d+|by #\d+|from #\d+|upstream|says?|said|asks?|asked)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: `start` is its place in the text; `box` is 'x' for a ticked one, ' ' for one
    that was left empty, '' for none; `bullet` says that it stands in a list."""

    text: str
    start: int
    box: str = ""
    bullet: bool = False

    @property
    def weak(self) -> str:
        """Why it asserts nothing of this change; '' where it does."""
        for reason, sign in _WEAK.items():
            if sign.search(self.text):
                return reason
        return ""


_WEAK = {
    "denied": _DENIED,
    "later": _LATER,
    "conditional": _PROVISO,
    "former": _FORMER,
    "attributed": _OTHERS,
}


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a message, in order."""
    blank = _blanked(text[:LONGEST])
    for start, end in _paragraphs(blank):
        yield from _of_paragraph(blank, start, end)


def _blanked(text: str) -> str:
    for pattern in (_COMMENT, _FENCE, _FOLDED, _QUOTE, _TRAILER, _HEADING, _IMAGE, _TAGS):
        text = pattern.sub(_blank, text)
    return text


def _blank(found: re.Match[str]) -> str:
    return "".join("\n" if char == "\n" else " " for char in found[0])


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Lines that belong together: wrapped ones, but never two bullets."""
    start = end = at = 0
    last = ""
    for line in text.splitlines(keepends=True):
        listed = bool(_BULLET.match(line) or _BOX.match(line.lstrip()))
        begins = not line.strip() or listed or (len(last) < _WRAPPED and line[:1].isupper())
        last = line.rstrip()
        if begins and end > start:
            yield start, end
            start = at
        if not line.strip():
            start = at + len(line)
        at = end = at + len(line)
        if not line.strip():
            end = start
    if end > start:
        yield start, end


def _of_paragraph(text: str, start: int, end: int) -> Iterator[Sentence]:
    bullet = _BULLET.match(text, start, end)
    at = bullet.end() if bullet else start
    at += len(text[at:end]) - len(text[at:end].lstrip())
    box = _BOX.match(text, at, end)
    at = box.end() if box else at
    tick = "" if not box else " " if box[1] == " " else "x"
    for begin, stop in _cut(text, at, end):
        words = text[begin:stop].replace("\n", " ").rstrip()
        lead = len(words) - len(words.lstrip())
        if words.strip() and len(words) <= LONGEST_SENTENCE:
            yield Sentence(words.lstrip(), begin + lead, tick, bool(bullet))


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for found in _END.finditer(text, start, end):
        if _SHORT.search(text, begin, found.end()):
            continue
        yield begin, found.start()
        begin = found.end()
    yield begin, end
