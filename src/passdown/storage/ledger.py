"""The part of a transaction that says what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from passdown.domain.change import Image
    from passdown.domain.entry import Activity, Entry

Json: TypeAlias = dict[str, Any]


class Ledger(Protocol):
    """What happened, append-only and chained; before-images; the activity log."""

    def append(self, name: str, actor: str, subject: str, detail: Json) -> Entry:
        """Add to the chain, never with a time before the last. Limit beyond 1 MB of detail."""
        ...

    def entries(
        self, *, after: int = 0, subject: str = "", name: str = "", limit: int = 1000
    ) -> list[Entry]:
        """Ascending seq."""
        ...

    def latest(
        self,
        name: str,
        *,
        before: int,
        after: int = 0,
        loop: str = "",
        by: str = "",
        limit: int = 1000,
    ) -> list[Entry]:
        """Of this name about questions that may be seen, newest first: those between the two; of
        one loop's questions, or by one actor, when named."""
        ...

    def head(self) -> tuple[int, str]:
        """The last entry's seq and hash; (0, GENESIS) of an empty ledger."""
        ...

    def anchor(self) -> tuple[int, str]:
        """The head as noted apart from the entries: a shortened ledger does not match it."""
        ...

    def erase(self, body: str) -> bool:
        """Take one body away; its hash stays, so the chain still verifies."""
        ...

    def keep_image(self, image: Image) -> None:
        """Conflict when this change of this proposal has one."""
        ...

    def images(self, proposal: str) -> list[Image]:
        """In the order they were made."""
        ...

    def touched_after(self, kind: str, key: str, version: int) -> list[str]:
        """Proposals whose changes came after that version of that record."""
        ...

    def note(self, activity: Activity) -> None: ...

    def activities(
        self, *, name: str = "", item: str = "", session: str = "", limit: int = 1000
    ) -> list[Activity]:
        """Newest first."""
        ...
