"""A tool's use as SpecStory draws it: what was asked, then what came back, in fences."""

from __future__ import annotations

import re
from typing import NamedTuple

TAG = "<tool-use "
_OPEN = re.compile(
    r"^<tool-use [^>\n]{0,200}?data-tool-name=\"([^\"\n]{0,200})\"[^>\n]{0,200}>(?:<details>)?",
    re.MULTILINE,
)
_SUMMARY = re.compile(r"\s*<summary>(.*?)</summary>", re.DOTALL)
_CLOSE = "</tool-use>"
_FENCE = re.compile(r"`{3,}([\w+-]*)[ \t]*(?=\n)")
_INPUT = re.compile(r"Input(?: \([^)\n]*\))?:\s*\Z")
NEAR = 200
"""Characters before a fence in which stands what it shows."""
_ASKS = frozenset({"diff", "json"})
"""Languages of fences that show what was asked for."""


class Used(NamedTuple):
    """One use: what was asked of which tool, and the answer if it was kept."""

    tool: str
    asked: str
    answer: str | None


def used(words: str) -> tuple[list[Used], str]:
    """The uses in a turn, and what stands outside them."""
    starts = [found for found in _OPEN.finditer(words)]
    ends = [start.start() for start in starts[1:]] + [len(words)]
    if not starts:
        return [], words
    pieces = [words[a.start() : b] for a, b in zip(starts, ends, strict=True)]
    if len(starts) > 1 and not all(piece.rstrip().endswith(_CLOSE) for piece in pieces):
        # What looks like more of them is quoted in the first one.
        starts, pieces = starts[:1], [words[starts[0].start() :]]
    found = [_use(start, piece) for start, piece in zip(starts, pieces, strict=True)]
    return found, words[: starts[0].start()]


def _use(start: re.Match[str], piece: str) -> Used:
    body = piece[start.end() - start.start() :].rstrip()
    body = body.removesuffix(_CLOSE).rstrip().removesuffix("</details>").rstrip()
    summary = _SUMMARY.match(body)
    body = body[summary.end() :] if summary else body
    asked, answer = _apart(body)
    return Used(start[1], asked, answer)


def _apart(body: str) -> tuple[str, str | None]:
    """What was asked and what was answered: the answer is the last fence, whatever is in it."""
    at = 0
    while fence := _fence(body, at):
        opens, language = fence
        end = body.find("\n```", opens)
        if language in _ASKS or _INPUT.search(body[max(0, opens - NEAR) : opens].rstrip("\n")):
            at = end + 4 if end >= 0 else len(body)
            continue
        head = body.find("\n", opens) + 1
        return _plain(body[:opens]), body[head:].rstrip("`").removesuffix("\n")
    return _plain(body), None


def _fence(body: str, at: int) -> tuple[int, str] | None:
    found = _FENCE.search(body, at)
    return (found.start(), found[1]) if found else None


def _plain(asked: str) -> str:
    """A command as it was typed: without the marks around it."""
    asked = asked.strip()
    single = asked.startswith("`") and asked.endswith("`") and "`" not in asked[1:-1]
    return asked[1:-1] if single and len(asked) > 2 else asked
