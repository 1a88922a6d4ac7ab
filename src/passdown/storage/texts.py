"""Where text of people and agents stands: the columns that erasing reads and rewrites, by table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.errors import Forbidden
from passdown.storage.coding import packed, plain, unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.domain.scope import Sight


class Place(NamedTuple):
    """A table's key, its columns of plain text and those of JSON."""

    key: tuple[str, ...]
    plain: tuple[str, ...]
    json: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """As queries select them."""
        return (*self.key, *self.plain, *self.json)


class Texts(NamedTuple):
    """What one row says: its texts and JSON values, by column."""

    table: str
    key: tuple[Any, ...]
    values: dict[str, Any]


PLACES = {
    "observations": Place(
        ("seq",), ("text", "tool", "call", "signature", "scope"), ("flags", "meta")
    ),
    "sessions": Place(
        ("id",), ("agent", "model", "repo", "branch", "outcome", "parent", "scope"), ("meta",)
    ),
    "sources": Place(("key",), (), ("memory",)),
    "records": Place(("id",), ("text", "scope"), ("body",)),
    "versions": Place(("id", "version"), ("text", "scope"), ("body",)),
    "edges": Place(("source", "type", "target"), ("scope",), ("body",)),
    "images": Place(("proposal", "n"), (), ("before_body",)),
    "proposals": Place(
        ("id",),
        ("title", "reason", "scope"),
        ("payload", "evidence", "replay", "original", "flags"),
    ),
    "messages": Place(("proposal", "n"), ("text",), ("detail",)),
    "marks": Place(("proposal", "n"), (), ("detail",)),
    "bodies": Place(("hash",), (), ("text",)),
    "jobs": Place(("id",), ("error",), ("detail", "result")),
}
"""Every place, in the order a rescan goes; the body of a ledger entry is read here, never
rewritten."""

FIRST = {"seq": 0, "n": 0, "version": 0}
"""What comes before every key; before a text that is the empty one."""


def texts_of(table: str, row: Sequence[Any]) -> Texts:
    """What a row says, as its place's columns were selected."""
    place = PLACES[table]
    end = len(place.key)
    values = dict(zip(place.columns[end:], row[end:], strict=True))
    for name in place.json:
        values[name] = None if values[name] is None else unpacked(values[name])
    return Texts(table, tuple(row[:end]), values)


def texts_row(texts: Texts) -> dict[str, Any]:
    """The columns of a row as they are kept, its key among them."""
    place = PLACES[texts.table]
    row = dict(zip(place.key, texts.key, strict=True))
    for name in place.plain:
        row[name] = plain(texts.values[name])
    for name in place.json:
        value = texts.values[name]
        row[name] = None if value is None else packed(value)
    return row


def before_all(table: str) -> tuple[Any, ...]:
    """A key that comes before every one in this table."""
    return tuple(FIRST.get(name, "") for name in PLACES[table].key)


def must_see_all(sight: Sight) -> None:
    """Forbidden unless this sight has no end: of what hangs together nothing is erased by half."""
    if sight.scopes is not None:
        raise Forbidden(
            "this is for who sees everything", next="Ask an admin to do it, with the whole store."
        )


def as_leaf(text: str) -> str:
    """The text as it stands in JSON where it is a whole value."""
    return packed(text)
