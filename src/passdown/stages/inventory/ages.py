"""What a history says of a file: whether anyone works on it, or nobody has for long."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAY = 86_400
QUIET = 2 * 365 * DAY
"""Seconds without a change, from which on a program that nothing names counts as forgotten."""
YEAR = 365 * DAY
WORKED = 8
"""Changes, from which on a file was worked on so much that a year without any says as much."""
OFTEN = 4
"""Changes within a year, from which on somebody needs a file, whatever else is seen of it."""
BULK = 30
"""Python files of one commit, from which on it does not say that anyone looked at each."""


class Ages(NamedTuple):
    """The files that nobody worked on for long, and those that somebody works on; `cut` where the
    history is, so that nothing goes by it."""

    forgotten: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()
    cut: bool = False


def ages(ask: Callable[..., str], tip: str = "HEAD") -> Ages:
    """Of the Python files up to a commit; wide sweeps are left out. A history that is not long
    enough to tell says of no file that it is forgotten, nor is one that was never changed since it
    was written: it may be finished. `ask` puts words to git."""
    if ask("rev-parse", "--is-shallow-repository").strip() == "true":
        # Where it is cut every file seems new, and what was merged from beyond seems untouched.
        return Ages(cut=True)
    newest = int(ask("log", "-1", "--format=%ct", tip))
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    changes: Counter[str] = Counter()
    often: Counter[str] = Counter()
    for when, names in _changes(ask, tip):
        changes.update(names)
        first.update(dict.fromkeys(names, when))
        if len(names) <= BULK:
            for name in names:
                last.setdefault(name, when)
            often.update(names if newest - when < YEAR else ())
    quiet = {path: newest - last.get(path, first[path]) for path in first}
    forgotten = (
        path
        for path, n in changes.items()
        if (quiet[path] >= QUIET and n > 1) or (quiet[path] >= YEAR and n >= WORKED)
    )
    busy = (path for path, n in often.items() if n >= OFTEN)
    return Ages(frozenset(forgotten), frozenset(busy))


def _changes(ask: Callable[..., str], span: str) -> Iterator[tuple[int, list[str]]]:
    """When each commit was made, the newest first, and the Python files that it touched."""
    words = ("--no-merges", "--no-renames", "-z", "--format=%x01%ct%x02", "--name-only")
    # As the tree is named, which a folder below the repository's own may be asked for.
    for part in ask("log", *words, "--relative", span, "--", "*.py").split("\x01")[1:]:
        when, _, names = part.partition("\x02")
        yield int(when), [name for one in names.split("\0") if (name := one.strip("\n"))]
