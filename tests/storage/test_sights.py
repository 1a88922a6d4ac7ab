"""What a sight does not reach is in no answer, no count and no error, in every backend."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from passdown.domain.change import Image
from passdown.domain.entry import Activity
from passdown.domain.errors import Conflict, NotFound
from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.proposal import Mark, Message, Proposal, Status, Verdict
from passdown.domain.record import Edge, Life, Record
from passdown.domain.scope import ALL, Scope, Sight
from passdown.storage.port import Store, Tx

AT = "2026-11-21T03:15:00.000Z"
SCOPES = ("global", "repo:a", "repo:b", "agent:x")
SIGHTS = [Sight(chosen) for size in range(len(SCOPES) + 1) for chosen in combinations(SCOPES, size)]


def proposal_id(scope: Scope) -> str:
    return f"{SCOPES.index(scope) + 1:x}" * 32


def fill(tx: Tx, scope: Scope) -> None:
    """One of everything in this scope, its texts naming the scope."""
    repo = scope.removeprefix("repo:") if scope.startswith("repo:") else ""
    session = Session(f"in {scope}", "f", repo=repo)
    item = Observation(session.id, "u", Seen.PROMPT, scope, scope=scope, signature="E")
    echo = replace(item, uid=f"only in {scope}", flags=("echo",))
    tx.observations.add(session, [item, echo])
    record = tx.knowledge.put(Record("claim", scope, f"words of {scope}", scope=scope))
    tx.knowledge.link(Edge(record.id, "is", "x", {"of": scope}, scope))
    tx.index.follow([record], [], 1)
    id = proposal_id(scope)
    tx.queue.add(
        Proposal(id, "loop", "ADD", {}, (), scope, AT, AT, scope, scope, fingerprint="same")
    )
    tx.queue.say(Message(id, 0, AT, scope, "human", Verdict.SAY, scope))
    tx.queue.mark(Mark(id, "undone", AT, scope))
    tx.ledger.keep_image(Image(id, 1, "put", "claim", "shared", 2, {"of": scope}))
    tx.ledger.append("promotion.proposed", scope, id, {"of": scope})
    tx.ledger.append("claim.updated", scope, record.id, {"of": scope})
    tx.ledger.note(Activity(AT, "served", "unknown session", (record.id,), {"of": scope}))


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write(ALL) as tx:
        for scope in SCOPES:
            fill(tx, scope)
    return store


SCOPED = {
    "sessions": lambda tx: tx.observations.sessions(),
    "scan": lambda tx: tx.observations.scan(),
    "flagged": lambda tx: tx.observations.scan(flagged=True),
    "get": lambda tx: tx.observations.get(range(20)),
    "signature": lambda tx: tx.observations.by_signature("E"),
    "records": lambda tx: tx.knowledge.all(),
    "by_ids": lambda tx: tx.knowledge.by_ids(Record("claim", s, "").id for s in SCOPES),
    "edges": lambda tx: tx.knowledge.edges(),
    "edges of x": lambda tx: tx.knowledge.edges("x"),
    "queue": lambda tx: tx.queue.all(),
    "due": lambda tx: tx.queue.due(AT),
}
SAID = {
    "entries": lambda tx: [e.actor for e in tx.ledger.entries()],
    "proposed": lambda tx: [e.actor for e in tx.ledger.entries(name="promotion.proposed")],
    "activities": lambda tx: [a.detail["of"] for a in tx.ledger.activities()],
    "messages": lambda tx: [m.text for s in SCOPES for m in tx.queue.messages(proposal_id(s))],
    "marks": lambda tx: [m.actor for s in SCOPES for m in tx.queue.marks(proposal_id(s))],
    "images": lambda tx: [
        (i.before or {})["of"] for s in SCOPES for i in tx.ledger.images(proposal_id(s))
    ],
    "versions": lambda tx: [r.scope for s in SCOPES for r in tx.knowledge.versions("claim", s)],
    "homes": lambda tx: [
        s for id in [tx.observations.homes([f"only in {s}"]) for s in SCOPES] for s in SCOPES
        if f"in {s}" in id.values()
    ],
    "found": lambda tx: [
        r.scope for s in SCOPES for r in tx.knowledge.find(Record("claim", s, "").id[:8])
    ],
    "searched": lambda tx: [
        r.scope
        for hit in tx.index.search(["word"], limit=9)
        for r in tx.knowledge.by_ids([hit.id])
    ],
    "touched": lambda tx: [
        s for p in tx.ledger.touched_after("claim", "shared", 1) for s in SCOPES
        if p == proposal_id(s)
    ],
}  # fmt: skip


@pytest.mark.parametrize("read", SCOPED.values(), ids=SCOPED)
def test_each_sight_sees_exactly_its_part_of_all(filled: Store, read):
    with filled.read(ALL) as tx:
        every = read(tx)
    assert {value.scope for value in every} >= {"global", "repo:a", "repo:b"}
    for sight in SIGHTS:
        with filled.read(sight) as tx:
            assert read(tx) == [value for value in every if sight.sees(value.scope)]


@pytest.mark.parametrize("read", SAID.values(), ids=SAID)
def test_what_was_said_of_a_thing_is_seen_where_the_thing_is(filled: Store, read):
    with filled.read(ALL) as tx:
        every = read(tx)
    assert set(every) == set(SCOPES)
    for sight in SIGHTS:
        with filled.read(sight) as tx:
            assert Counter(read(tx)) == Counter(filter(sight.sees, every))


@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: "+".join(sight.scopes) or "none")
def test_counts_count_only_what_is_seen(filled: Store, sight: Sight):
    seen = len([scope for scope in SCOPES if sight.sees(scope)])
    with filled.read(sight) as tx:
        counts = tx.observations.counts()
        assert (counts["observations"], counts["flagged"]) == (2 * seen, seen)
        assert counts["sessions"] == len(tx.observations.sessions())
        assert sum(tx.knowledge.counts().values()) == seen
        assert sum(tx.queue.counts().values()) == seen


@pytest.mark.parametrize("scope", SCOPES)
def test_a_single_thing_beyond_the_sight_is_not_there(filled: Store, scope: Scope):
    with filled.read(Sight(tuple(s for s in SCOPES if s != scope))) as tx:
        assert tx.knowledge.get("claim", scope) is None
        assert tx.queue.get(proposal_id(scope)) is None
        assert tx.queue.get(proposal_id(scope)[:8]) is None
        assert tx.queue.all(after=proposal_id(scope)) == []
        found = tx.queue.by_fingerprint("same")
        assert found is not None
        assert found.scope != scope
    with filled.read(Sight((scope,))) as tx:
        assert tx.knowledge.get("claim", scope) is not None
        found = tx.queue.by_fingerprint("same")
        assert found is not None
        assert found.scope == scope


def test_a_session_beyond_the_sight_is_not_there(filled: Store):
    with filled.read(Sight(("global",))) as tx:
        assert tx.observations.session("in repo:a") is None
        assert tx.observations.session("in global") is not None


def test_what_is_beyond_the_sight_cannot_be_decided_flagged_or_dropped(filled: Store):
    id = proposal_id("repo:b")
    with filled.read(ALL) as tx:
        asked = tx.queue.get(id)
        assert asked is not None
        seq = next(o.seq for o in tx.observations.scan() if o.scope == "repo:b")
    with filled.write(Sight.at(repo="a")) as tx:
        with pytest.raises(NotFound):
            tx.queue.move(replace(asked, status=Status.EXECUTED), Status.PENDING)
        with pytest.raises(NotFound):
            tx.queue.attach(asked)
        with pytest.raises(NotFound):
            tx.queue.say(Message(id, 0, AT, "me", "human", Verdict.SAY, ""))
        with pytest.raises(NotFound):
            tx.observations.flag(seq, [])
        assert tx.observations.drop("in repo:b") == 0
    with filled.read(ALL) as tx:
        assert tx.queue.get(id) == asked
        assert tx.observations.session("in repo:b") is not None


def test_an_error_about_a_hidden_record_says_no_more_than_was_asked(filled: Store):
    with filled.write(Sight(("global",))) as tx:
        with pytest.raises(Conflict) as refused:
            tx.knowledge.put(Record("claim", "repo:b", "mine"))
        assert "words" not in str(refused.value.plain())


def test_a_record_that_changed_its_scope_shows_only_the_versions_in_sight(store: Store):
    with store.write(ALL) as tx:
        first = tx.knowledge.put(Record("claim", "k", "private", scope="repo:a"))
        second = tx.knowledge.put(replace(first, text="for all", scope="global"))
        tx.knowledge.put(replace(second, life=Life.ARCHIVED))
    with store.read(Sight(("global",))) as tx:
        assert [r.version for r in tx.knowledge.versions("claim", "k")] == [2, 3]


def test_a_session_beyond_the_sight_hides_what_was_served_to_it(store: Store):
    with store.write(ALL) as tx:
        tx.observations.add(Session("s", "f", repo="b"), [])
        tx.ledger.note(Activity(AT, "served", "s"))
        tx.ledger.append("session.read", "me", "s", {})
    with store.read(Sight.at(repo="a")) as tx:
        assert tx.ledger.activities() == []
        assert tx.ledger.entries() == []
    with store.read(Sight.at(repo="b")) as tx:
        assert len(tx.ledger.activities()) == len(tx.ledger.entries()) == 1
