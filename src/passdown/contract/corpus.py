"""What a loop may read: the past, indexed, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from passdown.domain.clock import At
    from passdown.domain.decided import Decided
    from passdown.domain.observation import Observation, Seen, Session
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Edge, Life, Record
    from passdown.domain.scope import Scope


Made = TypeVar("Made")


def once(corpus: Corpus, make: Callable[[Corpus], Made]) -> Made:
    """What is made of a corpus, made once for each. The corpus holds it, since what was made may
    well look into the corpus again: so both go together."""
    made: dict[Any, Any] = vars(corpus).setdefault(MADE, {})
    if make not in made:
        made[make] = make(corpus)
    found: Made = made[make]
    return found


def let_go(corpus: Corpus) -> None:
    """Drop what was made of it: a corpus that nobody needs any longer goes at once then."""
    vars(corpus).pop(MADE, None)


MADE = "made_of_it"


class Kept(Protocol):
    """What of a store most loops never want, read when it is asked for."""

    def edges(self, type: str = "") -> Sequence[Edge]:
        """Relations between records, of one type when it is named: by source, type and target."""
        ...

    def asked(self, loop: str) -> Sequence[Proposal]:
        """Every question of a loop, whatever became of it: by when it was asked, then id."""
        ...

    def cycled(self, loop: str) -> At:
        """When this loop last looked at what there is; '' when it never did."""
        ...


class Corpus(Protocol):
    """The read-only world of a loop. Every answer is in one order, whatever the input order was;
    quarantined observations and echoes are not in it."""

    @property
    def now(self) -> At:
        """The time of this cycle, the only clock a loop has."""
        ...

    @property
    def kept(self) -> Kept:
        """Relations, questions of the past, and when a loop last looked."""
        ...

    def observations(
        self, *, since: At = "", kinds: Sequence[Seen] = (), scope: Scope = ""
    ) -> Iterator[Observation]:
        """By session start, session id and place in the session."""
        ...

    def in_session(self, session: str) -> Sequence[Observation]:
        """One session's observations in order."""
        ...

    def get(self, seqs: Iterable[int]) -> list[Observation]:
        """Those of these that exist, in ascending seq."""
        ...

    def sessions(self) -> Sequence[Session]:
        """By start, then id."""
        ...

    def session(self, id: str) -> Session | None: ...

    def records(self, kind: str, *, lives: Sequence[Life] = ()) -> Sequence[Record]:
        """Active ones unless `lives` says otherwise."""
        ...

    def record(self, kind: str, key: str) -> Record | None: ...

    def decided(self) -> Sequence[Decided]:
        """Questions that were answered, and how that turned out: by when it was, then id."""
        ...

    def by_signature(self, signature: str) -> Sequence[Observation]:
        """Where this error was seen."""
        ...

    def by_entity(self, entity: str) -> Sequence[Observation]:
        """Where this entity (its normalised key) is mentioned."""
        ...

    def similar(self, text: str, k: int = 10) -> Sequence[tuple[Observation, float]]:
        """The k prompts, replies and events nearest to this text, best first."""
        ...

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Packed vectors, lexical unless a dense engine was handed in; cached by content."""
        ...
