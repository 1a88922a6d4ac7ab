"""What a transcript reader is: bytes to drafts. Ingest redacts, stamps and stores them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    NamedTuple,
    Protocol,
    TypeAlias,
    runtime_checkable,
)

from passdown.domain.observation import Seen, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.domain.clock import At
    from passdown.domain.settings import Settings

Json: TypeAlias = dict[str, Any]


class Line(NamedTuple):
    """One line without its end (or one block of lines, or one whole file) and where it starts."""

    offset: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What is now known of a session; later facts complete earlier ones, '' says nothing."""

    id: str
    agent: str = ""
    model: str = ""
    repo: str = ""
    branch: str = ""
    at: At = ""
    outcome: str = ""
    parent: str = ""
    meta: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """One thing said or done, as it stands in the file: never stored before it was redacted."""

    session: str
    uid: str
    seen: Seen
    text: str
    offset: int
    length: int
    at: At = ""
    trust: Trust = Trust.ASSISTANT
    tool: str = ""
    call: str = ""
    ok: bool | None = None
    meta: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skip:
    """A line that could not be read, and why; it is counted and reported."""

    offset: int
    reason: str


Drawn: TypeAlias = SessionFacts | Draft | Skip


class Reader(Protocol):
    """One format. `memory` is a JSON value the reader keeps across calls on one growing file."""

    @property
    def name(self) -> str: ...

    @property
    def unit(self) -> Literal["line", "file"]:
        """Whether it can read a growing file line by line."""
        ...

    @property
    def verified(self) -> bool:
        """Whether it was checked against a real file."""
        ...

    def sniff(self, head: bytes) -> float:
        """How sure it is, in [0, 1], from the first 64 KB alone, never from the name."""
        ...

    def read(self, lines: Iterable[Line], memory: Json) -> Iterator[Drawn]:
        """Drafts in file order; never raises on content: what cannot be read is a Skip."""
        ...


@runtime_checkable
class Blocks(Protocol):
    """A reader of growing files (`unit` is line) whose records take several lines: it is given
    each record as one Line, with line ends inside."""

    def starts(self, line: bytes, before: bytes) -> bool:
        """Whether a record starts with this line, which stands after that one."""
        ...


@runtime_checkable
class Shaped(Protocol):
    """A reader of files of two shapes: lines that are added to, or one document."""

    def shaped(self, head: bytes) -> Reader:
        """The reader for a file that begins so, with the unit that it needs."""
        ...


@runtime_checkable
class Placed(Protocol):
    """A reader whose files leave unsaid what their place says: a channel's name, a project."""

    def at(self, path: str) -> Reader:
        """The reader for the file at this path; it may look at what stands beside it."""
        ...


@runtime_checkable
class Tuned(Protocol):
    """A reader that must be told about the user's own files."""

    def tuned(self, settings: Settings) -> Reader:
        """The reader as these settings want it."""
        ...
