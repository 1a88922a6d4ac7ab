"""What is only counted, in every backend: the same counts as of a look at each thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings, strategies as st

from passdown.domain.entry import Activity
from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.proposal import FORGOTTEN, Proposal, Status
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL, Sight
from passdown.storage.port import Store
from passdown.storage.sums import Answered, Met, Stated

AT = "2026-11-21T03:15:00.000Z"
HERE = Sight(("repo:a",))
NAMES = ("promotion.approved", "promotion.proposed")


def asked(id: str, **how: object) -> Proposal:
    made = Proposal(id * 32, "loop", "ADD", {}, (), "me", AT, AT, "global", f"question {id}")
    return replace(made, **how)  # type: ignore[arg-type] # whatever a test says of it


def decided(id: str, by: str = "ann", yes: bool = True, **how: object) -> Proposal:
    status = Status.EXECUTED if yes else Status.REJECTED
    return asked(id, status=status, decided_by=by, decided_at=AT, **how)


def test_entries_are_counted_by_day_and_name_and_loop(store: Store, clock: object) -> None:
    with store.write(ALL) as tx:
        tx.queue.add(asked("a"))
        tx.queue.add(asked("b", loop="other", scope="repo:b"))
        for id in "ab":
            tx.ledger.append("promotion.proposed", "me", id * 32, {})
        tx.ledger.append("promotion.approved", "me", "a" * 32, {})
        tx.ledger.append("person.came", "me", "me", {})
    clock.move(86_400)  # type: ignore[attr-defined] # the store's clock
    with store.write(ALL) as tx:
        tx.ledger.append("promotion.proposed", "me", "nobody knows this", {})
        asked_first, yes, later = ("2026-11-21", NAMES[1]), ("2026-11-21", NAMES[0]), "2026-11-22"
        found = tx.sums.events(NAMES, since="2026-11-21")
        assert found == {asked_first: 2, yes: 1}
        assert tx.sums.events(NAMES, since=later) == {}
        assert tx.sums.events(NAMES, since="", loop="other") == {asked_first: 1}
        assert tx.sums.events(NAMES[:1], since="") == {yes: 1}
        assert tx.sums.events(NAMES, since=later, loop="other") == {}
    with store.read(Sight(("global",))) as tx:
        assert tx.sums.events(NAMES, since="")[asked_first] == 1
        assert tx.sums.events(NAMES, since="", loop="other") == {}
    with store.write(ALL) as tx:
        tx.ledger.append("promotion.proposed", "me", "c" * 32, {})
        assert tx.sums.events(NAMES, since=later, loop="other") == {}
        tx.queue.add(asked("c", loop="other"))
        assert tx.sums.events(NAMES, since=later, loop="other") == {(later, NAMES[1]): 1}


def test_entries_are_counted_under_the_scope_that_an_erasure_left(store: Store) -> None:
    with store.write(ALL) as tx:
        for id, scope in (("a", "who:ann"), ("b", "who:ann"), ("c", "repo:a")):
            tx.queue.add(asked(id, scope=scope))
            for _ in range(2):
                tx.ledger.append(NAMES[1], "me", id * 32, {})
        for one in tx.erasure.page("proposals", limit=9)[::2]:
            tx.erasure.rewrite(one._replace(values={**one.values, "scope": "repo:b"}))
    for scope, n in (("who:ann", 2), ("repo:a", 0), ("repo:b", 4)):
        with store.read(Sight((scope,))) as tx:
            assert sum(tx.sums.events(NAMES, since="").values()) == n
            assert sum(tx.sums.events(NAMES, since="", loop="loop").values()) == n
    with store.write(ALL) as tx:
        for one in tx.erasure.page("proposals", limit=9):
            tx.erasure.rewrite(one._replace(values={**one.values, "scope": "repo:b"}))
        tx.ledger.append(NAMES[0], "me", "a" * 32, {})
    with store.read(Sight(("repo:b",))) as tx:
        assert tx.sums.events(NAMES, since="") == {("2026-11-21", NAMES[1]): 6,
                                                   ("2026-11-21", NAMES[0]): 1}  # fmt: skip


def test_what_was_carried_out_since_is_counted(store: Store) -> None:
    with store.write(ALL) as tx:
        tx.queue.add(decided("a"))
        tx.queue.add(decided("b", scope="repo:b"))
        tx.queue.add(decided("c", yes=False))
        assert tx.sums.approved(since=AT) == 2
        assert tx.sums.approved(since="2026-11-21T03:15:00.001Z") == 0
    with store.read(HERE) as tx:
        assert tx.sums.approved(since="") == 0


def test_records_are_counted_by_when_they_were_made_and_what_they_were_about(store: Store) -> None:
    with store.write(ALL) as tx:
        old = [
            tx.knowledge.put(Record("claim", f"k{n}", "x", created_at=AT, scope=scope))
            for n, scope in enumerate(("global", "repo:a", "repo:b"))
        ]
        tx.knowledge.put(Record("control", "c", "x", created_at=AT))
        tx.knowledge.put(Record("claim", "new", "x", created_at="2027-01-01T00:00:00.000Z"))
        tx.knowledge.put(Record("claim", "gone", "x", created_at=AT, life=Life.ARCHIVED))
        both, first = tuple(one.id for one in old[:2]), (old[0].id,)
        tx.ledger.note(Activity(AT, "served", "s", both, {}))
        tx.ledger.note(Activity(AT, "served", "s", first, {}))
        tx.ledger.note(Activity(AT, "feedback", "s", first, {"verdict": "helpful"}))
        tx.ledger.note(Activity(AT, "feedback", "s", both, {"verdict": "stale"}))
        assert tx.sums.known(until=AT, without="control") == 3
        assert tx.sums.records() == 5
        of = {"until": AT, "without": "control"}
        assert tx.sums.told("served", since=AT, **of) == 2
        assert tx.sums.told("served", since="2027", **of) == 0
        assert tx.sums.told("feedback", since="", verdict="helpful", **of) == 1
        assert tx.sums.told("feedback", since="", verdict="harmful", **of) == 0
    with store.read(HERE) as tx:
        assert tx.sums.known(until=AT, without="control") == 1
        assert tx.sums.records() == 1
        assert tx.sums.told("served", since=AT, **of) == 0, "each names what lies beyond"


SESSIONS = st.lists(
    st.tuples(
        st.sampled_from(["", "ok", "bad"]),
        st.lists(st.sampled_from("xyz"), max_size=4),
        st.booleans(),
        st.booleans(),
    ),
    max_size=7,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(every=SESSIONS)
def test_errors_that_come_again_are_counted_as_by_going_through_them(
    make: Callable[[], Store], every: list[tuple[str, list[str], bool, bool]]
) -> None:
    check_errors(make(), every)


def check_errors(store: Store, every: list[tuple[str, list[str], bool, bool]]) -> None:
    with store.write(ALL) as tx:
        for n, (outcome, errors, served, flagged) in enumerate(every):
            id = f"s{n}"
            items = [
                Observation(
                    id, f"{id}-{k}", Seen.RESULT, e, AT, signature=e,
                    flags=("echo",) if flagged and k == 0 else (),
                )
                for k, e in enumerate(errors)
            ]  # fmt: skip
            began = f"2026-01-{20 - n:02}T00:00:00.000Z"
            tx.observations.add(Session(id, "test", started_at=began, outcome=outcome), items)
            if served:
                tx.ledger.note(Activity(AT, "served", id, ("k",), {}))
        tx.ledger.note(Activity(AT, "served", "unknown", ("k",), {}))
        met, repeated = set[str](), 0
        pairs = 0
        for _, errors, served, flagged in reversed(every):
            own = set(errors[1:] if flagged else errors)
            pairs += len(own)
            repeated += len(own & met) if served else 0
            met |= own
        assert tx.sums.met() == Met(pairs, len(met))
        assert tx.sums.repeats("served") == repeated
        assert tx.sums.arm("served") == sum(served for *_, served, _ in every)
        assert tx.sums.outcomes() == Counter(outcome for outcome, *_ in every)


def test_answers_are_told_by_kind_and_confidence_less_what_was_taken_back(store: Store) -> None:
    with store.write(ALL) as tx:
        tx.queue.add(decided("1", confidence=0.9))
        tx.queue.add(decided("2", confidence=0.9))
        tx.queue.add(decided("3", confidence=0.9, yes=False, scope="repo:a"))
        tx.queue.add(decided("4", confidence=0.5, by="system:gate"))
        tx.queue.add(decided("5", confidence=0.5, by="system:gate"))
        tx.queue.add(decided("6", confidence=0.5, flags=(FORGOTTEN,)))
        tx.queue.add(decided("7", loop="other", action="DROP"))
        tx.queue.add(asked("8", confidence=0.9))
        for id in ("2", "5"):
            tx.ledger.append("promotion.undone", "ann", id * 32, {})
        every = [
            Answered("loop", "ADD", 0.5, False, (0, 1, 0, 0, 0)),
            Answered("loop", "ADD", 0.9, False, (1, 1, 0, 0, 0)),
            Answered("loop", "ADD", 0.9, True, (1, 0, 0, 0, 0)),
            Answered("other", "DROP", asked("0").confidence, True, (0, 0, 1, 0, 0)),
        ]
        assert tx.sums.answered("other") == every[3:]
        assert tx.sums.answered("loop") == every[:3]
        assert tx.sums.answered() == every
        assert tx.sums.answered("loop", [Stated("ADD", 0.9)]) == every[1:3]
        assert tx.sums.answered("other", [Stated("ADD", 0.9)]) == []
        both = [Stated("ADD", 0.5), Stated("ADD", 0.9), Stated("DROP", 0.9)]
        assert tx.sums.answered("loop", both) == every[:3]
        many = [*both, *(Stated("ADD", n / 10_000) for n in range(4_000))]
        assert tx.sums.answered("loop", many) == every[:3]
    with store.read(HERE) as tx:
        assert tx.sums.answered("loop", [Stated("ADD", 0.5)]) == []
        assert tx.sums.answered() == [every[1]._replace(fifths=(0, 1, 0, 0, 0))]
