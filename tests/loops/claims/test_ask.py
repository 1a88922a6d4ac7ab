"""Drafts as questions: joined, against what is told, or new."""

from __future__ import annotations

from dataclasses import replace

from passdown.domain.change import Put, Retire
from passdown.domain.record import Life, Record
from passdown.loops.claims import LOOP
from passdown.loops.claims.changes import MOST_QUOTES, claim_key, join
from passdown.loops.claims.detect import detect
from passdown.loops.claims.payload import Add, Supersede
from tests.loops.claims.turned import turned
from tests.loops.world import World

KNOBS = turned("facts")
RULE = "Always run `make check` before you push."
AGAIN = "please always run `make check` before pushing"


def claim(text: str, *sessions: str, confidence: float = 0.8) -> Record:
    body = {"category": "fact", "sessions": list(sessions), "quotes": []}
    key = claim_key(text, "repo:web")
    return Record(
        "claim", key, text, body, "repo:web", confidence=confidence, version=1, updated_at="x"
    )


def test_evidence_of_another_session_joins_the_claim() -> None:
    world = World().session()
    world.says(AGAIN)
    world.records = [claim(RULE, "s0")]
    (found,) = detect(world.corpus(), KNOBS)
    assert found.joins == claim(RULE).key
    more = join(world.records[0], found.payload, world.corpus())
    assert more is not None
    assert more.body["sessions"] == ["s0", "s1"]
    assert more.confidence == 0.85


def test_evidence_that_is_known_asks_and_joins_nothing() -> None:
    world = World().session()
    world.says(AGAIN)
    world.records = [claim(RULE, "s1")]
    assert list(detect(world.corpus(), KNOBS)) == []


def test_a_session_that_came_out_of_a_known_one_joins_nothing() -> None:
    world = World().session(id="s0").session(id="s1")
    world.sessions[1] = replace(world.sessions[1], parent="s0")
    world.says(AGAIN)
    world.records = [claim(RULE, "s0")]
    assert list(detect(world.corpus(), KNOBS)) == []


def test_no_number_of_sessions_makes_a_claim_certain() -> None:
    world = World()
    for _ in range(9):
        world.session().says(AGAIN)
    world.records = [claim(RULE, "s0", confidence=0.6)]
    (found,) = detect(world.corpus(), KNOBS)
    more = join(world.records[0], found.payload, world.corpus())
    assert more is not None
    assert more.confidence == 0.9
    sure = claim(RULE, "s0", confidence=0.95)
    kept = join(sure, found.payload, world.corpus())
    assert kept is not None
    assert kept.confidence == 0.95


def test_a_claim_keeps_so_many_receipts_and_no_more() -> None:
    world = World()
    for _ in range(20):
        world.session().says(AGAIN)
    record = claim(RULE, "s0")
    old = [{"seq": 900 + n, "start": 0, "end": 1} for n in range(MOST_QUOTES - 3)]
    record.body["quotes"] = old
    world.records = [record]
    (found,) = detect(world.corpus(), KNOBS)
    more = join(record, found.payload, world.corpus())
    assert more is not None
    assert len(more.body["quotes"]) == MOST_QUOTES
    assert more.body["quotes"][: len(old)] == old
    assert len(more.body["sessions"]) == 21


def test_a_cure_that_recurs_is_as_sure_as_if_it_had_waited() -> None:
    world = World()
    for _ in range(2):
        world.session().stumbles()
    (asked,) = detect(world.corpus(), KNOBS)
    world.records = [claim(asked.title, "s0", confidence=0.6)]
    (found,) = detect(world.corpus(), KNOBS)
    more = join(world.records[0], found.payload, world.corpus())
    assert more is not None
    assert more.confidence == 0.75


def test_a_statement_that_others_deny_says_so() -> None:
    world = World().session()
    world.says("We use port 8080 for the API.")
    world.session().says("We use port 8443 for the API.")
    one, other = detect(world.corpus(), KNOBS)
    assert isinstance(one.payload, Add)
    assert one.payload.against == (other.title,)


def test_of_two_claims_in_strife_the_later_asks_to_replace_the_other() -> None:
    world = World().session()
    first = world.says("We use port 8080 for the API.")
    later = world.session().says("We use port 8443 for the API.")
    for one in list(detect(world.corpus(), KNOBS)):
        (put,) = LOOP.changes(one.payload, world.corpus(), KNOBS)
        assert isinstance(put, Put)
        world.records.append(put.record)
    now = world.corpus().now
    world.records = [replace(r, updated_at=now, version=1) for r in world.records]
    (found,) = detect(world.corpus(), KNOBS)
    assert isinstance(found.payload, Supersede)
    assert "8443" in found.title
    assert found.evidence == (later.seq,)
    assert found.payload.target == claim_key(first.text, "repo:web")
    put, gone = LOOP.changes(found.payload, world.corpus(), KNOBS)
    assert isinstance(put, Put)
    assert isinstance(gone, Retire)
    assert (gone.life, gone.until) == (Life.SUPERSEDED, later.at)
