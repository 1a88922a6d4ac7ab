"""What a yes implies: one record, and the one it replaces retired, against the world as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from passdown.domain.change import Change, Link, Put, Retire
from passdown.domain.errors import Conflict, Invalid, NotFound
from passdown.domain.observation import Trust
from passdown.domain.record import Life, Record
from passdown.loops.claims import LOOP, payload as asked
from passdown.loops.claims.changes import claim_key
from tests.loops.claims.turned import turned
from tests.loops.world import World

KNOBS = turned("facts")
OLD = "We use npm for everything."
NEW: dict[str, Any] = {
    "text": "We use pnpm, not npm.",
    "category": "fact",
    "scope": "repo:web",
    "confidence": 0.8,
}


def old(life: Life = Life.ACTIVE, version: int = 3) -> Record:
    key = claim_key(OLD, "repo:web")
    return Record("claim", key, OLD, scope="repo:web", life=life, version=version)


def done(payload: asked.Payload, world: World) -> list[Change]:
    return list(LOOP.changes(payload, world.corpus(), KNOBS))


def test_a_new_claim_is_one_record_with_what_it_stands_on() -> None:
    world = World().session()
    said = world.says("We use pnpm, not npm.")
    world.session().says("we use pnpm, not npm!")
    payload = asked.Add(
        **NEW,
        quotes=(asked.Quote(said.seq, 0, 21), asked.Quote(2, 0, 21)),
        entities=("pnpm", "npm"),
        check="test -f pnpm-lock.yaml",
        cure=asked.Cure("Bash", "npm ci", "pnpm install", "npm: command not found"),
        valid_from=said.at,
    )
    put, *names = done(payload, world)
    assert [one.record.text for one in names if isinstance(one, Put)] == ["pnpm", "npm"]
    assert isinstance(put, Put)
    record = put.record
    assert (record.kind, record.text, record.scope) == ("claim", payload.text, "repo:web")
    assert record.key == claim_key(payload.text, "repo:web")
    assert (record.confidence, record.trust, record.version) == (0.8, Trust.HUMAN, 0)
    assert record.valid_from == said.at
    assert record.body == {
        "category": "fact",
        "quotes": [{"seq": 1, "start": 0, "end": 21}, {"seq": 2, "start": 0, "end": 21}],
        "sessions": ["s1", "s2"],
        "entities": ["pnpm", "npm"],
        "check": "test -f pnpm-lock.yaml",
        "signature": "npm: command not found",
        "cure": {"tool": "Bash", "failed": "npm ci", "worked": "pnpm install"},
    }


def test_a_name_gets_a_record_with_the_first_claim_that_holds_it_and_tells_nobody_anything() -> (
    None
):
    world = World().session()
    world.says("Run `uv run pytest`.")
    text = "Run `uv run pytest` in `tests/api.py`."
    payload = asked.Add(**{**NEW, "text": text}, entities=("uv run", "tests/api.py"))
    _, *names = done(payload, world)
    records = [one.record for one in names if isinstance(one, Put)]
    assert [(r.kind, r.text, r.scope) for r in records] == [
        ("entity", "uv run", "repo:web"),
        ("entity", "tests/api.py", "repo:web"),
    ]
    assert {r.life for r in records} == {Life.ARCHIVED}
    assert records[1].body == {"name": "tests/api.py", "kind": "path", "aliases": []}
    assert all(one.shared for one in names if isinstance(one, Put))
    world.records.extend(replace(one, version=3) for one in records)
    _, *again = done(payload, world)
    assert again == [Put(one, shared=True) for one in world.records]


def test_a_claim_is_trusted_no_more_than_the_least_of_its_evidence() -> None:
    world = World().session()
    world.says("We use pnpm, not npm.")
    world.replies("Noted.")
    quotes = (asked.Quote(1, 0, 5), asked.Quote(2, 0, 5))
    (put,) = done(asked.Add(**NEW, quotes=quotes), world)
    assert isinstance(put, Put)
    assert put.record.trust == Trust.ASSISTANT


def test_a_claim_whose_evidence_is_gone_is_trusted_little() -> None:
    (put,) = done(asked.Add(**NEW, quotes=(asked.Quote(9, 0, 5),)), World().session())
    assert isinstance(put, Put)
    assert put.record.trust == Trust.AGENT


def test_a_claim_that_is_there_already_keeps_what_it_stood_on() -> None:
    world = World().session()
    world.says("We use pnpm, not npm.")
    before = {"quotes": [{"seq": 70, "start": 0, "end": 9}], "sessions": ["s0"]}
    key = claim_key(NEW["text"], "repo:web")
    world.records = [Record("claim", key, NEW["text"], before, "repo:web", version=4)]
    (put,) = done(asked.Add(**NEW, quotes=(asked.Quote(1, 0, 5),)), world)
    assert isinstance(put, Put)
    assert put.record.version == 4
    assert put.record.body["sessions"] == ["s0", "s1"]
    assert [q["seq"] for q in put.record.body["quotes"]] == [70, 1]


def test_the_same_words_in_another_scope_are_another_record() -> None:
    assert claim_key("We use uv.", "repo:web") != claim_key("We use uv.", "repo:api")
    assert claim_key("We  use UV.", "repo:web") == claim_key("we use uv.", "repo:web")
    assert len(claim_key("We use uv.", "global")) == 12


def test_replacing_retires_the_old_claim_at_the_version_it_has_now() -> None:
    world = World().session()
    world.records = [old(version=7)]
    put, retire = done(asked.Supersede(**NEW, target=old().key), world)
    assert isinstance(put, Put)
    assert retire == Retire("claim", old().key, 7, Life.SUPERSEDED, put.record.id)


def test_both_hold_when_the_scopes_differ() -> None:
    world = World().session()
    world.records = [old()]
    put, link = done(asked.KeepBoth(**NEW, target=old().key), world)
    assert isinstance(put, Put)
    assert isinstance(link, Link)
    assert (link.edge.source, link.edge.target) == (put.record.id, old().id)


def test_an_answer_closes_its_question_and_points_at_it() -> None:
    world = World().session()
    world.records = [old()]
    put, retire, link = done(asked.Answer(**NEW, target=old().key), world)
    assert isinstance(put, Put)
    assert retire == Retire("claim", old().key, 3, Life.ARCHIVED, put.record.id)
    assert isinstance(link, Link)
    assert (link.edge.source, link.edge.type, link.edge.target) == (
        put.record.id,
        "answers",
        old().id,
    )


def test_retiring_changes_nothing_else() -> None:
    world = World().session()
    world.records = [old()]
    payload = asked.Retire(target=old().key, reason="no longer true")
    assert done(payload, world) == [Retire("claim", old().key, 3)]


TARGETED = [
    asked.Supersede(**NEW, target=old().key),
    asked.KeepBoth(**NEW, target=old().key),
    asked.Answer(**NEW, target=old().key),
    asked.Retire(target=old().key, reason="gone"),
]


@pytest.mark.parametrize("payload", TARGETED, ids=lambda p: type(p).__name__)
def test_a_target_that_is_not_there_is_not_found(payload: asked.Payload) -> None:
    with pytest.raises(NotFound, match=old().id):
        done(payload, World().session())


@pytest.mark.parametrize("life", [Life.ARCHIVED, Life.SUPERSEDED])
@pytest.mark.parametrize("payload", TARGETED, ids=lambda p: type(p).__name__)
def test_a_target_that_was_retired_meanwhile_is_a_conflict(
    payload: asked.Payload, life: Life
) -> None:
    world = World().session()
    world.records = [old(life)]
    with pytest.raises(Conflict, match=life.value):
        done(payload, world)


def test_a_claim_cannot_take_its_own_place() -> None:
    world = World().session()
    world.records = [old()]
    with pytest.raises(Invalid, match="its own place"):
        done(asked.Supersede(**{**NEW, "text": OLD}, target=old().key), world)
