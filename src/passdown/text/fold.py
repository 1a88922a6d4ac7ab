"""Rows that a terminal counts and does not list, because nobody has to do anything about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fold(NamedTuple):
    """Rows that a terminal counts, in `others`, and does not list: those whose column says one of
    these. The rest come in order of what `by` holds, the most first. Where a parameter of `unless`
    is given, every row is listed as it comes."""

    column: str
    says: tuple[str, ...]
    by: str
    unless: tuple[str, ...]


def folded(value: Any, rows: str, fold: Fold | None, given: Mapping[str, Any]) -> Any:
    """The answer with the rows that are listed, in the order they are looked at, and `others` in
    words; the answer as it is where nothing is folded or every row was asked for."""
    if fold is None or any(given.get(name) for name in fold.unless):
        return value
    every = value.get(rows) or []
    kept = [row for row in every if row.get(fold.column) not in fold.says]
    kept.sort(key=lambda row: -row.get(fold.by, 0))
    if len(kept) == len(every):
        return {**value, rows: kept}
    words = f"{', '.join(fold.says[:-1])} or {fold.says[-1]}"
    others = f"{len(every) - len(kept):,} more are {words}; --{fold.unless[0]} lists them"
    return {**value, rows: kept, "others": others}
