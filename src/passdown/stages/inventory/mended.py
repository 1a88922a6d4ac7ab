"""What can be read of a program that this Python cannot parse: one of an older or a newer version,
or one with a slip of the hand. What it imports is needed all the same."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TRIES = 60
"""Lines of one statement at the top that are given up, before all of it is."""
MOST = 100_000
"""Lines that are parsed for one statement, over all tries: who writes more of them has a program
write them."""
_GOES_ON = re.compile(r"[\s#)\]}]|(?:else|elif|except|finally)\b|\Z")
_CAUGHT = re.compile(r"except\s+(.+?)\s*,\s*(\w+)\s*:")
"""`except Error, name:` of Python 2."""
_TYPED = re.compile(r"((?:async\s+)?(?:def|class)\s+\w+)\[[^\]]*\]")
"""`class Box[T]:` of Python 3.12."""
_FROM = re.compile(r"from\s+(\.*)([\w.]*)\s+import\s+(.+)")
_IMPORT = re.compile(r"import\s+([\w., ]+)")


def mended(text: str) -> ast.Module:
    """The statements that can be parsed, in their places; a line that cannot says nothing."""
    body: list[ast.stmt] = []
    for start, lines in _statements(text.splitlines()):
        tree = _parsed(lines, body, start)
        if tree is not None:
            body += (ast.increment_lineno(node, start) for node in tree.body)
    return ast.Module(body, [])


def _statements(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The statements at the top, each with the number of lines before it."""
    start, quoted, decorated = 0, "", False
    for n, line in enumerate(lines):
        if n > start and not quoted and not decorated and not _GOES_ON.match(line):
            yield start, list(lines[start:n])
            start = n
        decorated = not quoted and (line.startswith("@") or (decorated and not line.strip()))
        for quote in re.findall(r'"""|' + "'''", line):
            quoted = "" if quoted == quote else quoted or quote
    yield start, list(lines[start:])


def _parsed(lines: list[str], found: list[ast.stmt], start: int) -> ast.Module | None:
    """One statement, with what keeps it from being parsed taken out; imports that are taken out
    are added to what is found."""
    for _ in range(max(min(TRIES, MOST // (len(lines) + 1)), 1)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse("\n".join(lines))
        except SyntaxError as error:
            at = min(max(error.lineno or 1, 1), len(lines)) - 1
            found += _imported(lines[at], start + at + 1)
            lines[at] = _without(lines[at], isinstance(error, IndentationError))
        except (ValueError, RecursionError, MemoryError):
            break
    for at, line in enumerate(lines):
        found += _imported(line, start + at + 1)
    return None


def _without(line: str, is_out_of_place: bool) -> str:
    """What stands for a line that cannot be parsed; nothing, for what stands for one already."""
    bare = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    if is_out_of_place or bare in ("pass", "if 1:"):
        return ""
    for pattern, instead in ((_CAUGHT, r"except \1 as \2:"), (_TYPED, r"\1")):
        told = pattern.sub(instead, bare, count=1)
        if told != bare:
            return indent + told
    return f"{indent}if 1:" if bare.endswith(":") else f"{indent}pass"


def _imported(line: str, number: int) -> Iterator[ast.stmt]:
    """The import that a line is, where a word of it is a keyword now: `from .async import task`."""
    bare = line.strip()
    if said := _FROM.match(bare):
        yield ast.ImportFrom(said[2] or None, _aliases(said[3]), len(said[1]), lineno=number,
                             col_offset=0)  # fmt: skip
    elif said := _IMPORT.match(bare):
        yield ast.Import(_aliases(said[1]), lineno=number, col_offset=0)


def _aliases(said: str) -> list[ast.alias]:
    return [ast.alias(word.split()[0]) for word in said.strip("() \\").split(",") if word.strip()]
