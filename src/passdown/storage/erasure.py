"""The part of the port that takes back for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from passdown.domain.clock import At
    from passdown.storage.texts import Texts


class Piece(NamedTuple):
    """How many observations of a session came from a file; '' is no file."""

    file: str
    session: str
    many: int


class Erasure(Protocol):
    """What is taken back for good; Forbidden to a sight that has an end.

    Nothing else rewrites what is decided or deletes what was known. Of a decided proposal only
    text gives way, never the decision; the body of a ledger entry is erased, never rewritten.
    """

    def page(self, table: str, *, after: Sequence[Any] = (), limit: int) -> list[Texts]:
        """What the rows of a table after this key say, in the order of their keys."""
        ...

    def rewrite(self, texts: Texts) -> None:
        """Let a row say this instead; nothing when there is no such row."""
        ...

    def of_record(self, kind: str, key: str) -> list[Texts]:
        """Every row about this record: as it is, its versions, its before-images."""
        ...

    def of_proposal(self, id: str) -> list[Texts]:
        """Every row about this proposal: itself, what was said of it, what it replaced."""
        ...

    def of_subject(self, subject: str) -> list[Texts]:
        """The bodies of the ledger's entries about this."""
        ...

    def holding(self, text: str) -> list[Texts]:
        """Rows of records, proposals, ledger and jobs that may hold this text as a whole value."""
        ...

    def resting_on(self, seqs: Collection[int]) -> list[str]:
        """The proposals with any of these among their evidence, by id."""
        ...

    def pieces(self) -> list[Piece]:
        """How much of each session came from each file, by file and session."""
        ...

    def of_files(self, session: str, files: Iterable[str]) -> list[int]:
        """The seqs of a session's observations that came from these files, ascending."""
        ...

    def older(self, before: At, *, after: int = 0, limit: int) -> list[int]:
        """The seqs after this one of what was seen before then, ascending; what has no time of
        its own is not among them."""
        ...

    def drop(self, seqs: Iterable[int]) -> int:
        """Delete observations; how many went."""
        ...

    def drop_record(self, kind: str, key: str) -> None:
        """Delete a record, its versions, its images, its place in the index, and that it was
        served."""
        ...

    def drop_served(self, session: str) -> None:
        """Delete what was served to a session."""
        ...

    def drop_jobs(self, start: str) -> int:
        """Delete the jobs whose key starts so; how many went."""
        ...
