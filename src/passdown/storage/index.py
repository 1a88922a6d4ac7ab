"""The part of the port that is derived: full text of what was approved and seen, and vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.domain.clock import At
    from passdown.domain.record import Record
    from passdown.storage.meanings import Meanings


class Hit(NamedTuple):
    """One result of the full-text index: a record, how well it matched, and its words in order."""

    record: Record
    score: float
    words: tuple[str, ...]

    @property
    def id(self) -> str:
        """The record's id."""
        return self.record.id


class Heard(NamedTuple):
    """An observation as the index knows it: what it says, in words, and where it stands."""

    seq: int
    session: str
    seen: str
    at: At
    actor: str
    words: tuple[str, ...]


class Index(Protocol):
    """What is derived from the ledger and can be rebuilt: full text and vectors."""

    def position(self) -> int:
        """The last ledger entry the index knows."""
        ...

    def follow(self, put: Sequence[Record], gone: Sequence[str], position: int) -> None:
        """Index these records, forget those ids, and stand at this entry."""
        ...

    def clear(self) -> None:
        """Forget everything and stand at 0."""
        ...

    def search(
        self,
        words: Sequence[str],
        *,
        kinds: Sequence[str] = (),
        lives: Sequence[str] = ("active",),
        limit: int,
    ) -> list[Hit]:
        """Records that have any of these words, best first; only what may be seen. Where there
        are very many, frequent words alone find none."""
        ...

    def counts(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        """How many records have each of these words, without those that none has; and how many
        there are."""
        ...

    @property
    def meanings(self) -> Meanings:
        """What records mean to a model."""
        ...

    def vectors(self, hashes: Sequence[str], model: str) -> dict[str, bytes]:
        """Cached embeddings by content hash."""
        ...

    def forget_vectors(self) -> None:
        """Forget what texts were embedded as."""
        ...

    def keep_vectors(self, vectors: Mapping[str, bytes], model: str) -> None: ...

    def heard(self) -> int:
        """The last observation whose words the index knows; one that is gone leaves it."""
        ...

    def reworded(self, limit: int) -> list[int]:
        """Observations that were rewritten since and left the index for that, ascending."""
        ...

    def hear(self, words: Mapping[int, Sequence[str]]) -> None:
        """Know these observations by these words."""
        ...

    def having(self, words: Sequence[str]) -> dict[str, int]:
        """How many observations have each of these words; those that none has are left out."""
        ...

    def find(
        self,
        words: Sequence[str],
        *,
        kinds: Sequence[str] = (),
        session: str = "",
        since: At = "",
        until: At = "",
        limit: int,
    ) -> list[int]:
        """Unflagged observations that have any of these words, best first. Where there are very
        many, frequent words alone find none."""
        ...

    def around(self, seqs: Iterable[int]) -> list[Heard]:
        """Those of these that are indexed, unflagged and may be seen, in ascending seq."""
        ...
