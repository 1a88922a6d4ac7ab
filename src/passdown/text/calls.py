"""Tool calls as text: which tools run commands, and whether a call is one that failed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_LINE = 2000
GAP = "…"
"""In the shape of a call: one word or more of whatever belonged to one task."""

OPENS, CLOSES = "({`$", ";)}`&|"
"""What the shell may have written right before a call, and right after it."""

SHELLS = frozenset(
    {"bash", "shell", "exec_command", "local_shell", "run_shell_command", "terminal", "execute"}
)
"""Tools that run a command line, whatever their client calls them, in lower case."""

TEXTS = frozenset(
    {"prompt", "description", "content", "query", "offset", "limit", "args", "message", "text"}
)
"""Arguments that differ from call to call and say nothing about how a call is made."""


def repeats(line: str, shape: str) -> bool:
    """Whether the line makes the call of this shape: its words in a row, in whatever folder its
    program is, with something in each gap."""
    words, wanted = line[:LONGEST_LINE].split(), shape.split()
    if not wanted:
        return False
    at = -1
    for n, part in enumerate(_parts(wanted)):
        found = _find(words, part, at + 1, somewhere=n == 0)
        if found < 0:
            return False
        at = found + len(part)
    return True


def keys(line: str) -> set[str]:
    """The words by which a call may be found: each as it stands, bare of the shell's signs, and
    without the folders before it."""
    found: set[str] = set()
    for word in line[:LONGEST_LINE].split():
        bare = word.lstrip(OPENS)
        for form in {word, bare, word.rstrip(CLOSES), bare.rstrip(CLOSES)}:
            ends = (n + 1 for n, char in enumerate(form) if char == "/")
            found.update((form, *(form[end:] for end in ends)))
    return found - {""}


def _parts(wanted: Sequence[str]) -> list[list[str]]:
    """The words between the gaps; nothing where a gap begins or ends it."""
    parts: list[list[str]] = [[]]
    for word in wanted:
        if word == GAP:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _find(words: Sequence[str], part: Sequence[str], start: int, *, somewhere: bool) -> int:
    """Where these words stand in a row, from there on; -1 when they do not."""
    if not part:
        return start if start <= len(words) else -1
    for place in range(start, len(words) - len(part) + 1):
        if part[0] in words[place] and _same(words[place : place + len(part)], part, somewhere):
            return place
    return -1


def _same(here: Sequence[str], part: Sequence[str], somewhere: bool) -> bool:
    """Whether these words are those, whatever the shell has around them to end or nest a call."""
    if here == part:
        return True
    bare = [here[0].lstrip(OPENS), *here[1:]]
    bare[-1] = bare[-1].rstrip(CLOSES)
    if somewhere and bare[0].endswith(f"/{part[0]}"):
        bare[0] = part[0]
    return bare == part
