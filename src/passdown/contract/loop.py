"""The Loop contract: one kind of thing mined, from detector to outcome, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from passdown.domain.scope import GLOBAL, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from passdown.contract.card import Card
    from passdown.contract.check import Check
    from passdown.contract.corpus import Corpus
    from passdown.contract.mirror import Edit, Misread, Own
    from passdown.contract.query import Query
    from passdown.domain.change import Change
    from passdown.domain.clock import At
    from passdown.domain.observation import Observation
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.domain.settings import Knob, Settings
    from passdown.engines.port import Writer

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Finding(Generic[P]):
    """What a detector yields: a question and the observations that support it. `key` says which
    question it is: two findings of one loop and action with one key are the same question. One
    that `joins` a record (its key) asks nothing: it is further evidence of what is known."""

    payload: P
    evidence: tuple[int, ...]
    key: str
    title: str
    confidence: float
    scope: Scope = GLOBAL
    joins: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a model named and nothing shows: why it is no finding, and what it said."""

    reason: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """What would have happened on past observations had the payload been in force.

    `sentence` says it in words a reviewer trusts; the examples are seqs.
    """

    sentence: str
    right: int = 0
    wrong: int = 0
    right_examples: tuple[int, ...] = ()
    wrong_examples: tuple[int, ...] = ()
    metrics: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an approved change did later, in [-1, 1], over n occasions."""

    score: float
    n: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Loop(Generic[P]):
    """One kind of thing mined. A loop never writes: `changes` returns what a yes implies.

    `payload` is a msgspec tagged union; the tag of its members is the action. `enrich` is what a
    model names in a session, `merge` that and what was detected as one list. `mirror` says the
    loop's own files by name; `edits` what is asked by whoever changed them: the texts of changed
    files as they were written, and as they stand. While a question whose action is one of
    `attacks` is open, the record that its `target` names is contested. `same` tells two wordings of
    one question; `join` gives a record with further evidence, None when there is none; `hesitates`
    says why a grant does not suffice and a person decides, '' when it does. `check` says what would
    show that a record holds, `doubt` what is asked where that fails.
    """

    name: str
    summary: str
    kinds: tuple[str, ...]
    payload: Any
    actions: tuple[str, ...]
    settings: tuple[Knob, ...]
    detect: Callable[[Corpus, Settings], Iterator[Finding[P]]]
    replay: Callable[[P, Corpus, Settings], Replay]
    changes: Callable[[P, Corpus, Settings], Sequence[Change]]
    card: Callable[[P, Sequence[Observation], Replay], Card]
    enrich: Callable[[Sequence[Observation], Writer], Iterator[Finding[P] | Dropped]] | None = None
    merge: (
        Callable[[Sequence[Finding[P]], Sequence[Finding[P]], Corpus], Iterator[Finding[P]]] | None
    ) = None
    outcome: Callable[[Proposal, Corpus, Settings, At], Outcome | None] | None = None
    state: Callable[[str, Sequence[int], Scope], Finding[P]] | None = None
    queries: tuple[Query, ...] = ()
    mirror: Callable[[Corpus], dict[str, str]] | None = None
    edits: (
        Callable[[Mapping[str, str], Mapping[str, str], Corpus], Iterator[Edit[P] | Misread | Own]]
        | None
    ) = None
    prompt: Path | None = None
    policy: frozenset[str] = frozenset()
    attacks: frozenset[str] = frozenset()
    same: Callable[[P, P], bool] | None = None
    join: Callable[[Record, P, Corpus], Record | None] | None = None
    hesitates: Callable[[P, Corpus, Settings], str] | None = None
    check: Callable[[Record], Check | None] | None = None
    doubt: Callable[[Record, str, Sequence[int]], Finding[P]] | None = None
