"""A replay of what was observed since, beside a whole one: the same figures, the same verdict."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings, strategies as st

from passdown.contract.loop import DAYS, Replay, Spell, added, over_time
from passdown.domain.clock import from_seconds, to_seconds
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.scope import ALL, Sight
from passdown.loops.claims import LOOP
from passdown.loops.claims.payload import Add, Quote
from passdown.stages.mine.corpus import live
from passdown.stages.mine.since import Tail, since
from passdown.storage.memory import open_memory
from passdown.storage.port import Store
from passdown.testing import VirtualClock
from tests.loops.claims.turned import turned

KNOBS = turned("facts")
BEGAN = to_seconds("2026-03-02T09:00:00.000Z")
RULE = "Our CI runs `make lint` on Python 3.11 only."
SAID = (
    RULE,
    "Our CI runs `make lint` on Python 3.13 only.",
    "The deploy key lives in the vault.",
    "what does make lint do?",
)
STEPS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(SAID)), max_size=9)


class Past:
    """Sessions a day apart that may all go on for ever; what is said is said a minute later."""

    def __init__(self) -> None:
        self.store: Store = open_memory(VirtualClock())
        self._minutes = itertools.count(1)

    def says(self, session: int, text: str) -> int:
        """A person says something in one of them; its seq."""
        at = from_seconds(BEGAN + 86_400 * session + 60 * next(self._minutes))
        name = f"s{session}"
        began = from_seconds(BEGAN + 86_400 * session)
        facts = Session(name, "told", repo="web", started_at=began, ended_at=at)
        uid = f"{name}-{at}"
        item = Observation(name, uid, Seen.PROMPT, text, at, trust=Trust.HUMAN, scope="repo:web")
        with self.store.write(ALL) as tx:
            (seq,) = tx.observations.add(facts, [item])
        return seq

    def replay(self, payload: Add) -> Replay:
        """The whole of it."""
        with self.store.read(ALL) as tx:
            return LOOP.replay(payload, live(tx), KNOBS)

    def grown(self, payload: Add, filed: Replay, last: int, first: int = 0) -> Replay | None:
        """What it was, and what was observed since; where a `first` is told, by what was read for
        a question that was asked then."""
        assert LOOP.grown is not None
        with self.store.read(ALL) as tx:
            tail = Tail(tx, first) if first else None
            found = since(tx, last, [quote.seq for quote in payload.quotes], tail)
            return LOOP.grown(payload, filed, found.before, found.now, KNOBS)


def stated(seq: int) -> Add:
    return Add(
        text=RULE,
        category="fact",
        scope="repo:web",
        confidence=0.9,
        quotes=(Quote(seq, 0, len(RULE)),),
        entities=("make lint", "vault"),
    )


@settings(max_examples=150, deadline=None)
@given(STEPS, STEPS)
def test_what_was_observed_since_gives_the_figures_of_a_whole_replay(then, later) -> None:
    past = Past()
    payload = stated(past.says(0, RULE))
    seqs = [past.says(session, text) for session, text in then]
    last = max([payload.quotes[0].seq, *seqs])
    filed = past.replay(payload)
    for session, text in later:
        past.says(session, text)
    found, whole = past.grown(payload, filed, last), past.replay(payload)
    assert found is not None
    assert found == past.grown(payload, filed, last, payload.quotes[0].seq)
    assert found.wrong == whole.wrong
    if "named" in filed.metrics:
        same = filed.metrics["named"] == whole.metrics.get("named")
        assert found.right == whole.right or not same


@pytest.mark.parametrize(("text", "right", "wrong"), [(SAID[0], 1, 0), (SAID[1], 0, 1)])
def test_a_later_session_speaks_for_it_or_against_it(text: str, right: int, wrong: int) -> None:
    past = Past()
    payload = stated(last := past.says(0, RULE))
    filed = past.replay(payload)
    past.says(3, text)
    found = past.grown(payload, filed, last)
    assert found is not None
    assert (found.right, found.wrong) == (right, wrong)
    assert found.sentence.endswith(f"Since then +{right} for it, +{wrong} against it.")


def test_a_session_that_turns_is_counted_once_on_its_new_side() -> None:
    past = Past()
    payload = stated(past.says(0, RULE))
    last = past.says(2, RULE)
    filed = past.replay(payload)
    past.says(2, SAID[1])
    found = past.grown(payload, filed, last)
    assert found is not None
    assert ((filed.right, filed.wrong), (found.right, found.wrong)) == ((1, 0), (0, 1))


def test_only_sessions_that_went_on_are_looked_at() -> None:
    past = Past()
    first = past.says(0, RULE)
    last = [past.says(session, SAID[2]) for session in range(1, 9)][-1]
    past.says(3, SAID[3])
    with past.store.read(ALL) as tx:
        found = since(tx, last, [first])
        assert [one.id for one in found.now.sessions()] == ["s3"]
        assert [len(found.before.in_session("s3")), len(found.now.in_session("s3"))] == [1, 2]
        assert len(found.now.in_session("s8")) == 1


def test_what_was_read_serves_later_questions_until_something_comes() -> None:
    past = Past()
    first, second = past.says(0, RULE), past.says(1, RULE)
    past.says(2, RULE)
    with past.store.read(ALL) as tx:
        tail = Tail(tx, second)
        assert [tail.serves(tx, last) for last in (first, second, second + 1)] == [
            False,
            True,
            True,
        ]
        assert (tail.size, [*tail.after(second)]) == (1, ["s2"])
    with past.store.read(Sight(("repo:other",))) as tx:
        assert not tail.serves(tx, second)
    past.says(3, RULE)
    with past.store.read(ALL) as tx:
        assert not tail.serves(tx, second)


def test_more_than_is_ever_looked_at_takes_a_whole_replay() -> None:
    past = Past()
    payload = stated(last := past.says(0, RULE))
    assert past.grown(payload, Replay("Often.", right=20), last) is None


def test_what_counts_twice_is_taken_off_once() -> None:
    filed = Replay("Told.", right=4, wrong=1, right_examples=(1, 2, 3), wrong_examples=(4,))
    before, now = Replay("", right=2, wrong=0), Replay("", right=1, wrong=2, wrong_examples=(8, 9))
    found = added(filed, before, now)
    assert (found.right, found.wrong, found.wrong_examples) == (3, 3, (8, 9, 4))


def test_what_counts_over_time_is_brought_up_to_date_too() -> None:
    filed = Replay("", right=3, when=(Spell("2026-01-01", 2, 0), Spell("2026-01-02", 1, 0)))
    before = Replay("", right=1, when=(Spell("2026-01-02", 1, 0),))
    now = Replay("", wrong=1, when=(Spell("2026-01-05", 0, 1),))
    found = added(filed, before, now).when
    assert found == (Spell("2026-01-01", 2, 0), Spell("2026-01-05", 0, 1))
    by_month = Replay("", right=9, when=(Spell("2026-01", 9, 0),))
    assert added(by_month, before, now).when == (Spell("2026-01", 8, 1),)


def test_many_days_are_told_by_the_month_and_what_has_no_time_not_at_all() -> None:
    def said(at: str) -> Observation:
        return Observation("s", at, Seen.PROMPT, "x", at)

    days = [from_seconds(BEGAN + 86_400 * n) for n in range(DAYS + 1)]
    told = over_time(map(said, ["", *days]), [said(days[0])])
    assert told[0] == Spell("2026-03", 30, 1)
    assert sum(spell.right for spell in told) == DAYS + 1
    assert len(over_time(map(said, days[:DAYS]), ())) == DAYS
