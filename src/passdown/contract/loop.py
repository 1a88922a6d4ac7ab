"""The Loop contract: one kind of thing mined, from detector to outcome, in one frozen value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from passdown.domain.scope import GLOBAL, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from passdown.contract.card import Block, Card
    from passdown.contract.check import Check
    from passdown.contract.corpus import Corpus
    from passdown.contract.facet import Facet
    from passdown.contract.mirror import Edit, Misread, Own
    from passdown.contract.query import Act, Also, Ask, Query
    from passdown.domain.change import Change
    from passdown.domain.clock import At
    from passdown.domain.observation import Observation
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Record
    from passdown.domain.settings import Knob, Settings, Value
    from passdown.engines.port import Writer

P = TypeVar("P")

EXAMPLES = 3
"""How many of each a replay names."""
DAYS = 200
"""Days that a replay tells apart; of more it tells the months."""


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
    """What a detector saw, or a model named, that is no finding: why, what it was, how many."""

    reason: str
    title: str = ""
    n: int = 1


@dataclass(frozen=True, slots=True)
class Unread:
    """Observations that a detector left aside, or of which it misses something: why, how many."""

    reason: str
    n: int = 1


@dataclass(frozen=True, slots=True)
class Idle:
    """That a detector did not look this time, and why: it is no cycle, and the next one begins
    where the last one did."""

    reason: str


@dataclass(frozen=True, slots=True)
class Seam:
    """A further name under which an approval is told, and who it is said to be told by, for those
    who have always listened for them."""

    name: str
    actor: str


class Spell(NamedTuple):
    """One day (`2026-03-14`) or month (`2026-03`): how often it would have been right and wrong in
    it, and how often nobody can tell."""

    at: str
    right: int
    wrong: int
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Replay:
    """What would have happened on past observations had the payload been in force.

    `sentence` says it in words a reviewer trusts; the examples are seqs; `when` is the same counts
    over time, the earliest first, less what has no time.
    """

    sentence: str
    right: int = 0
    wrong: int = 0
    right_examples: tuple[int, ...] = ()
    wrong_examples: tuple[int, ...] = ()
    metrics: dict[str, float] = field(default_factory=dict)
    when: tuple[Spell, ...] = ()


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
    show that a record holds, `doubt` what is asked where that fails. `grown` is a replay brought up
    to date: as it was filed, and the sessions that something was observed in since, as they were
    and as they are; None where only a whole replay can tell. `reads` gives a payload in the loop's
    words that others word otherwise. `upkeep` is what it sets in order before each cycle and when a
    store is made: of that nobody is asked. `revert` is what is asked where an approved change did
    harm. `context` is what else the tiers are told of a question, as evidence; `guide` a file that
    says to them what such a question is.
    """

    name: str
    summary: str
    kinds: tuple[str, ...]
    payload: Any
    actions: tuple[str, ...]
    settings: tuple[Knob, ...]
    detect: Callable[[Corpus, Settings], Iterator[Finding[P] | Dropped | Unread | Idle]]
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
    defaults: Mapping[str, Value] = field(default_factory=dict)
    reword: Callable[[Finding[P], Writer], Finding[P]] | None = None
    preview: Callable[[P, Settings], Sequence[Block]] | None = None
    wire: Callable[[P], Mapping[str, Any]] | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[Ask, ...] = ()
    seam: Seam | None = None
    grown: Callable[[P, Replay, Corpus, Corpus, Settings], Replay | None] | None = None
    reads: Callable[[Any], Any] | None = None
    upkeep: Callable[[Corpus, Settings], Sequence[Change]] | None = None
    revert: Callable[[Proposal, str, Corpus, Settings], Finding[P] | None] | None = None
    context: Callable[[P, Corpus, Settings], Mapping[str, Any]] | None = None
    guide: Path | None = None
    acts: tuple[Act, ...] = ()
    also: tuple[Also, ...] = ()
    facets: tuple[Facet, ...] = ()


def added(filed: Replay, before: Replay, now: Replay) -> Replay:
    """A replay that is a sum over sessions, brought up to date: less what some of them counted for
    then, and what they count for today."""
    right, wrong = now.right - before.right, now.wrong - before.wrong
    return replace(
        filed,
        sentence=f"{filed.sentence} Since then {right:+d} for it, {wrong:+d} against it.",
        right=filed.right + right,
        wrong=filed.wrong + wrong,
        right_examples=(filed.right_examples + now.right_examples)[:EXAMPLES],
        wrong_examples=(now.wrong_examples + filed.wrong_examples)[:EXAMPLES],
        when=_moved(filed.when, before.when, now.when),
    )


def over_time(
    right: Iterable[Observation], wrong: Iterable[Observation], unknown: Iterable[Observation] = ()
) -> tuple[Spell, ...]:
    """When something would have been right, wrong, or nobody can tell: by day, of many by month."""
    kinds = (right, wrong, unknown)
    return _spells(Counter((o.at[:10], n) for n, some in enumerate(kinds) for o in some if o.at))


def _moved(
    filed: Sequence[Spell], before: Sequence[Spell], now: Sequence[Spell]
) -> tuple[Spell, ...]:
    """What was filed, less what some sessions counted for then, and what they count for today. Each
    is told by the day or by the month; by the month when one of them is."""
    size = min((len(spell.at) for spell in (*filed, *before, *now)), default=0)
    counts: Counter[tuple[str, int]] = Counter()
    for sign, spells in ((1, filed), (-1, before), (1, now)):
        for at, *numbers in spells:
            for n, many in enumerate(numbers):
                counts[at[:size], n] += sign * many
    return _spells(counts)


def _spells(counts: Counter[tuple[str, int]]) -> tuple[Spell, ...]:
    size = 10 if len({at for at, _ in counts}) <= DAYS else 7
    sums: dict[str, list[int]] = {}
    for (at, n), many in sorted(counts.items()):
        sums.setdefault(at[:size], [0, 0, 0])[n] += many
    return tuple(Spell(at, *numbers) for at, numbers in sums.items() if any(numbers))
