"""The part of the port that keeps what records mean to a model: derived, gone with their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Meant(NamedTuple):
    """A record's vector, packed, and the signs of its parts."""

    id: str
    signs: bytes
    vector: bytes


class Mark(NamedTuple):
    """How many vectors there are and which came last: another mark, other vectors."""

    many: int = 0
    last: int = 0


class Meanings(Protocol):
    """One vector a record, of the model that made it and as long as it makes them. It goes with the
    record, and when that says something else."""

    def keep(self, model: str, parts: int, those: Sequence[Meant]) -> None:
        """Know these records by these vectors, and by no others."""
        ...

    def clear(self) -> None:
        """Forget all."""
        ...

    def parts(self, model: str) -> int:
        """How long the last vector of this model is; 0 when there is none."""
        ...

    def lacking(self, model: str, parts: int, limit: int) -> list[str]:
        """Ids of indexed records that have no such vector, in order."""
        ...

    def mark(self, model: str, parts: int) -> Mark:
        """Which vectors there are."""
        ...

    def signs(self, model: str, parts: int) -> list[tuple[str, bytes]]:
        """The signs of all of them, by id of the record, whoever may see it."""
        ...

    def vectors(self, ids: Iterable[str], model: str, parts: int) -> dict[str, bytes]:
        """The vectors of these records, as far as there are any."""
        ...
