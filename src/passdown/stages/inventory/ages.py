"""What a history says of each file: how old it is, and how much and how lately it was worked on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

QUARTER = 90 * 86_400
YEAR = 365 * 86_400
BULK = 30
"""Python files of one commit, from which on it does not say that anyone looked at each."""


class Past(NamedTuple):
    """How often a file was changed, how often of these by a wide sweep and how often in the last
    year by none, with the quarters since it was written and since it was last worked on."""

    changes: int
    sweeps: int
    lately: int
    age: float
    quiet: float


class Ages(NamedTuple):
    """The past of every Python file that a history knows; `cut` where that does not go back to its
    beginning, so that nothing goes by it."""

    past: Mapping[str, Past] = {}
    cut: bool = False


def ages(ask: Callable[..., str], tip: str = "HEAD") -> Ages:
    """Of the Python files up to a commit, as of its day. `ask` puts words to git."""
    if ask("rev-parse", "--is-shallow-repository").strip() == "true":
        # Where it is cut every file seems new, and what was merged from beyond seems untouched.
        return Ages(cut=True)
    newest = int(ask("log", "-1", "--format=%ct", tip))
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    changes: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    lately: Counter[str] = Counter()
    for when, names in _changes(ask, tip):
        changes.update(names)
        first.update(dict.fromkeys(names, when))
        if len(names) <= BULK:
            for name in names:
                last.setdefault(name, when)
            looked.update(names)
            lately.update(names if newest - when < YEAR else ())
    return Ages(
        {path: Past(n, n - looked[path], lately[path], (newest - first[path]) / QUARTER,
                    (newest - last.get(path, first[path])) / QUARTER)
         for path, n in changes.items()}
    )  # fmt: skip


def _changes(ask: Callable[..., str], span: str) -> Iterator[tuple[int, list[str]]]:
    """When each commit was made, the newest first, and the Python files that it touched."""
    words = ("--no-merges", "--no-renames", "-z", "--format=%x01%ct%x02", "--name-only")
    # As the tree is named, which a folder below the repository's own may be asked for.
    for part in ask("log", *words, "--relative", span, "--", "*.py").split("\x01")[1:]:
        when, _, names = part.partition("\x02")
        yield int(when), [name for one in names.split("\0") if (name := one.strip("\n"))]
