"""What a person wrote in their own words: prose sentences of a message, with where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_MESSAGE = 3000
LONGEST_SENTENCE = 300
MOST_HEADINGS = 1
FEWEST_ITEMS = 3
"""So many items of lists, beside code or under labels, make a message a document."""

# What clients and scripts put into a person's mouth; it starts the message.
_MACHINE = re.compile(
    r"\s*(?:<[a-z][\w-]*[ >]|\[(?:request|image|pasted)|caveat:|system:|base directory for|"
    r"this session is being|implement the following|operation stopped|you are an? |"
    r"[⏺⎿\u276f●╭│═#]|\{|\[)",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_TRIPLE = re.compile("\"\"\"|'''")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
# Quotations, tables, diffs, indented code, terminal output, logs, data: somebody else's words.
_FOREIGN = re.compile(
    r"^(?:\t| {4,}\S)|^\s*(?:[>|#⏺⎿\u276f●╭│╰═✓✗\u2a2f\xd7$%+{}\[\]@]|-[^\s]|//|/\*|\d+\s*[|:→+-]|"
    r"https?://\S+\s*$|file \".*\", line \d|[^\s:]*[a-z][^\s:]*:\d+(?::\d+)?\s|\S+ @ \S+:\d+\s*$|"
    r"\d{4}-\d\d-\d\d|\d\d:\d\d|(?:error|warn(?:ing)?|info|debug|fatal|fail(?:ed|"
    r"ure)?|ok|pass|traceback|exception|at|file|note|hint)\b[ \t]*[:\[(])",
    re.IGNORECASE,
)
_SPOKEN = re.compile(r"^\s*(?:note|hint|ok)\s*:\s+[a-z]", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_LABEL = re.compile(r"^\s*(?:\*\*)?(?:\d{1,2}[.)] )?[A-Z][^.!?:]{2,50}:(?:\*\*)?\s*$")
_END = re.compile(r"[.!?…]+[)\"'\u2019”]*(?=\s|$)")
# A full stop after these ends no sentence.
_SHORT = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|nr|incl|resp)|^\d{1,2})$", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")


class Span(NamedTuple):
    """One sentence and its code points in the stored text."""

    start: int
    end: int
    text: str


def sentences(message: str) -> Iterator[Span]:
    """The sentences a person said in this message; none of one that was pasted or generated."""
    if len(message) > LONGEST_MESSAGE or _MACHINE.match(message):
        return
    if sum(1 for line in message.splitlines() if _HEADING.match(line)) > MOST_HEADINGS:
        return
    if _is_document(message):
        return
    for start, end in _paragraphs(message):
        yield from _split(message, start, end)


def _is_document(message: str) -> bool:
    """Whether it is a specification or what another model answered: lists with code, or with
    labels over them. A person writes one such list, or shows one piece of code."""
    lines = message.splitlines()
    items = sum(bool(_BULLET.match(line)) for line in lines)
    fences = sum(bool(_FENCE.match(line)) for line in lines)
    labels = sum(bool(_LABEL.match(line)) for line in lines)
    return items >= FEWEST_ITEMS and (fences >= 2 or labels >= 2)


def _paragraphs(message: str) -> Iterator[tuple[int, int]]:
    """Runs of prose lines; a line goes on with the next when it was only wrapped."""
    start = end = -1
    for begin, line in _prose_lines(message):
        wrapped = end >= 0 and begin == end + 1 and _goes_on(message[start:end], line)
        if end >= 0 and not wrapped:
            yield start, end
        start = start if wrapped else begin
        end = begin + len(line)
    if end >= 0:
        yield start, end


def _goes_on(before: str, line: str) -> bool:
    last = before.rsplit("\n", 1)[-1]
    return len(last) >= 50 and last.rstrip()[-1:] not in ".!?:;" and line[:1].islower()


def _prose_lines(message: str) -> Iterator[tuple[int, str]]:
    place = 0
    fenced = quoted = foreign = False
    for whole in message.splitlines(keepends=True):
        line = whole.rstrip("\r\n")
        marks = len(_TRIPLE.findall(line))
        fence = bool(_FENCE.match(line))
        if not (fenced or quoted or fence or marks) and _is_prose(line, foreign):
            yield place, line
        foreign = bool(_FOREIGN.match(line)) if line.strip() else foreign
        fenced ^= fence
        quoted ^= marks % 2 == 1
        place += len(whole)


def _is_prose(line: str, foreign: bool) -> bool:
    """Whether a person wrote it; a note that follows somebody else's words is theirs, too."""
    if _FOREIGN.match(line) and (foreign or not _SPOKEN.match(line)):
        return False
    letters = len(_LETTER.findall(line))
    return letters >= 8 and letters >= 0.6 * len(line.replace(" ", ""))


def _split(message: str, start: int, end: int) -> Iterator[Span]:
    bullet = _BULLET.match(message[start:end])
    begin = start + (bullet.end() if bullet else 0)
    for found in _END.finditer(message, begin, end):
        if not _SHORT.search(message[begin : found.start()]):
            yield from _span(message, begin, found.end())
            begin = found.end()
    yield from _span(message, begin, end)


def _span(message: str, start: int, end: int) -> Iterator[Span]:
    text = message[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    if text and len(text) <= LONGEST_SENTENCE:
        yield Span(start, start + len(text), text)
