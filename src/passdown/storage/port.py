"""The whole storage interface. A backend has these methods and passes `tests/storage`.

A stage takes the narrowest part of a transaction it needs. Every read is bound to its sight: no
unscoped read exists. What has no scope of its own (a message, an image, an entry, an activity) is
seen where the thing it is about is.

One rule for text in every backend: NUL and lone surrogates are kept as U+FFFD. JSON that is none
is Invalid; a name that things are found by is at most 800 bytes, else Limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from passdown.storage.narrow import ANY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from passdown.domain.actor import Actor
    from passdown.domain.clock import At
    from passdown.domain.observation import Observation, Seen, Session, Source
    from passdown.domain.proposal import Mark, Message, Proposal, Status
    from passdown.domain.record import Edge, Life, Record
    from passdown.domain.scope import Sight
    from passdown.storage.alike import Alike
    from passdown.storage.erasure import Erasure
    from passdown.storage.index import Index
    from passdown.storage.jobs import Jobs
    from passdown.storage.ledger import Ledger
    from passdown.storage.narrow import Narrow
    from passdown.storage.sums import Sums
    from passdown.storage.wanted import Wanted

Json: TypeAlias = dict[str, Any]


class Usage(NamedTuple):
    """What a table takes: its rows and, with its indexes, its bytes on the disk."""

    table: str
    rows: int
    bytes: int


class Observations(Protocol):
    """Sessions, what was seen in them, and how far each file was read."""

    def add(self, session: Session, items: Sequence[Observation]) -> list[int]:
        """Keep the session as it now stands and those items whose uid is new in it; the seqs
        the new ones were given, ascending."""
        ...

    def homes(self, uids: Iterable[str]) -> dict[str, str]:
        """The session in which each of these uids that is known was seen first."""
        ...

    def session(self, id: str) -> Session | None: ...

    def sessions(self, *, since: At = "", format: str = "", limit: int = 1000) -> list[Session]:
        """Newest first, by start; those of one format when it is named."""
        ...

    def get(self, seqs: Iterable[int]) -> list[Observation]:
        """Those that exist and may be seen, in ascending seq."""
        ...

    def scan(
        self,
        *,
        after: int = 0,
        kinds: Sequence[Seen] = (),
        since: At = "",
        session: str = "",
        flagged: bool = False,
        newest: bool = False,
        limit: int = 1000,
    ) -> list[Observation]:
        """Ascending seq, or descending; flagged ones (quarantined, echo) only when asked for."""
        ...

    def by_signature(self, signature: str, *, limit: int = 1000) -> list[Observation]:
        """Unflagged observations with this error signature, ascending seq."""
        ...

    def flag(self, seq: int, flags: Sequence[str]) -> None:
        """Replace the flags of one observation; NotFound when there is none to be seen."""
        ...

    def counts(self) -> dict[str, int]:
        """`sessions`, `observations`, `flagged`, `sources`, and one per kind of observation."""
        ...

    def drop(self, session: str) -> int:
        """Forget a session and its observations; how many went."""
        ...

    def drop_source(self, key: str) -> None:
        """Forget how far a file was read."""
        ...

    def source(self, key: str) -> Source | None: ...

    def put_source(self, source: Source) -> None: ...

    def sources(self) -> list[Source]: ...


class Knowledge(Protocol):
    """Records, their versions and relations."""

    def put(self, record: Record) -> Record:
        """Store it as the next version; Conflict unless `record.version` is the stored one
        (0: there is none)."""
        ...

    def remove(self, kind: str, key: str, version: int) -> None:
        """Take the record away (undo of a creation); its versions stay."""
        ...

    def get(self, kind: str, key: str) -> Record | None: ...

    def find(self, prefix: str) -> list[Record]:
        """Records whose id starts so; at most ten."""
        ...

    def all(
        self, kind: str = "", *, lives: Sequence[Life] = (), limit: int = 1_000_000
    ) -> list[Record]:
        """By kind and key; active ones unless `lives` says otherwise."""
        ...

    def best(self, wanted: Wanted, *, limit: int) -> list[Record]:
        """The surest and most trusted first (ten times the confidence and the trust together),
        then the newest, then by id; found without a look at the others."""
        ...

    def many(self, wanted: Wanted, *, limit: int) -> int:
        """How many there are; counted up to the limit."""
        ...

    def by_ids(self, ids: Iterable[str]) -> list[Record]:
        """Those that exist, whatever their life, by kind and key."""
        ...

    def versions(self, kind: str, key: str) -> list[Record]:
        """Every version ever stored, oldest first; a removal shows as an archived one."""
        ...

    def link(self, edge: Edge) -> bool:
        """False when it was there already."""
        ...

    def unlink(self, edge: Edge) -> bool:
        """False when there was none."""
        ...

    def edges(self, id: str = "", type: str = "") -> list[Edge]:
        """Relations from or to this record, by source, type and target."""
        ...

    def counts(self) -> dict[str, int]:
        """Active records by kind."""
        ...


class Queue(Protocol):
    """Proposals and what was said about them."""

    def add(self, proposal: Proposal) -> None:
        """Conflict when there is one of this id."""
        ...

    def get(self, id: str) -> Proposal | None:
        """By whole id, or by a prefix of at least six digits that only one has."""
        ...

    def move(self, proposal: Proposal, expect: Status) -> Proposal:
        """Store a new state (version + 1). NotPending unless the stored one has this status and
        version and the transition table allows it: of two deciders exactly one wins. NotFound
        when there is none to be seen. Its id, loop, scope, proposer, fingerprint and time of
        filing stay what they were."""
        ...

    def attach(self, proposal: Proposal) -> Proposal:
        """Store more of an open proposal, its status as it is; errors as in `move`."""
        ...

    def all(
        self,
        statuses: Sequence[Status] = (),
        *,
        loop: str = "",
        after: str = "",
        limit: int = 100,
    ) -> list[Proposal]:
        """Open ones unless `statuses` says otherwise, surest first, then id; `after` this id."""
        ...

    def best(
        self,
        loop: str,
        *,
        below: float = 0.0,
        after: str = "",
        before: str = "",
        narrow: Narrow = ANY,
        limit: int = 100,
    ) -> list[Proposal]:
        """Open ones of a loop that `narrow` takes, highest value first, then id; with `after`,
        those after that id at that value. With `before` those between the two ids, by id: these are
        random, and so is that order. Of no loop the best of each, without a look at all."""
        ...

    def by_fingerprint(self, fingerprint: str) -> Proposal | None:
        """The newest proposal that asked this, whatever became of it."""
        ...

    def due(self, now: At, *, limit: int = 1000) -> list[Proposal]:
        """Open proposals whose deadline has passed."""
        ...

    def counts(self) -> dict[tuple[str, Status], int]:
        """How many by loop and status."""
        ...

    def waiting(self, loop: str = "") -> int:
        """How many are open, of one loop or of all."""
        ...

    def say(self, message: Message) -> Message:
        """Keep one turn; `n` is given by the store. NotFound when there is no such proposal."""
        ...

    def messages(self, id: str) -> list[Message]: ...

    def mark(self, mark: Mark) -> None: ...

    def marks(self, id: str) -> list[Mark]: ...


class Registry(Protocol):
    """Small facts of the store itself: who is known, which tokens, named values."""

    def value(self, name: str) -> str | None: ...

    def keep(self, name: str, value: str) -> None: ...

    def see(self, actor: Actor) -> None:
        """Remember that this actor exists."""
        ...

    def people(self) -> list[str]:
        """The names of the humans known."""
        ...

    def add_token(self, hash: str, actor: Actor) -> None:
        """Let this token speak for this actor; Conflict when it was ever given out."""
        ...

    def token(self, hash: str) -> Actor | None:
        """None when it is unknown or revoked."""
        ...

    def holders(self) -> list[tuple[Actor, At]]:
        """Who holds each token that is not revoked and since when, by name, the oldest first."""
        ...

    def revoke(self, name: str) -> int:
        """Revoke all tokens of this name; how many."""
        ...

    def forget(self, marks: Iterable[str]) -> None:
        """Remember that what has these marks was forgotten."""
        ...

    def forgotten(self, marks: Iterable[str]) -> set[str]:
        """Those of these marks that are of something forgotten."""
        ...

    def recall(self, marks: Iterable[str]) -> int:
        """Let what has these marks be known again; how many of them there were."""
        ...


class Tx(Protocol):
    """Everything inside one transaction."""

    @property
    def sight(self) -> Sight: ...
    @property
    def now(self) -> At: ...
    @property
    def observations(self) -> Observations: ...
    @property
    def knowledge(self) -> Knowledge: ...
    @property
    def index(self) -> Index: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def alike(self) -> Alike: ...
    @property
    def sums(self) -> Sums: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def erasure(self) -> Erasure: ...


class Store(Protocol):
    """A place that keeps all of it."""

    def read(self, sight: Sight) -> AbstractContextManager[Tx]:
        """One consistent snapshot; a write in it is refused by the backend."""
        ...

    def write(self, sight: Sight) -> AbstractContextManager[Tx]:
        """Commit on exit, roll back on any exception; writers queue, none is lost."""
        ...

    def describe(self) -> Json:
        """`backend`, `where` (no password in it), `schema`, `bytes`, `search` (how good) and
        `mended`: modes that were too loose when it was opened."""
        ...

    def usage(self) -> list[Usage]:
        """What each table takes, by name; bytes are 0 where the backend cannot tell."""
        ...

    def scrub(self) -> bool:
        """Leave nothing of what was erased in the store's files; False while a reader is there."""
        ...

    def index_beside(self, wanted: bool) -> int:
        """Keep a second full-text index, up to date, or none; how many records it took."""
        ...

    def backup(self, to: Path) -> int:
        """Write one consistent copy to this file (mode 0600); its bytes."""
        ...

    def restore(self, source: Path) -> None:
        """Take the content of a whole backup, of any backend; the old is kept beside it."""
        ...

    def close(self) -> None: ...
