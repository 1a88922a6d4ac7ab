"""What is taken back for good, in every backend: text gives way, decisions and the chain do not."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from passdown.domain.change import Image
from passdown.domain.entry import Activity
from passdown.domain.errors import Forbidden, Integrity, PassdownError
from passdown.domain.job import Job
from passdown.domain.observation import Observation, Pointer, Seen, Session, Source
from passdown.domain.proposal import Mark, Message, Proposal, Status, Verdict
from passdown.domain.record import Edge, Record
from passdown.domain.scope import ALL, Sight
from passdown.stages.measure.verify import verify
from passdown.storage.erasure import Piece
from passdown.storage.migrate import SCHEMA, migrations
from passdown.storage.port import Store, Tx
from passdown.storage.postgres import PostgresStore
from passdown.storage.retelling import ERASED
from passdown.storage.sqlite import SqliteStore, open_sqlite
from passdown.storage.texts import PLACES, Texts

AT = "2026-11-21T03:15:00.000Z"
ID = "a" * 32


def item(uid: str, session: str = "s", file: str = "", **rest) -> Observation:
    pointer = Pointer(file, 0, 1, "ab") if file else None
    return Observation(session, uid, Seen.PROMPT, f"text of {uid}", pointer=pointer, **rest)


def fill(tx: Tx, id: str = ID, status: Status = Status.EXECUTED) -> Record:
    """One of everything that has text."""
    tx.observations.add(Session("s", "f", repo="web"), [item("u1", file="/a"), item("u2")])
    tx.observations.put_source(Source("/a", "f", 1, 2, 3, "tail", {"last": "words"}))
    record = tx.knowledge.put(Record("claim", "k", "told once", {"why": "told once"}))
    tx.knowledge.link(Edge(record.id, "is", record.id, {"why": "so"}))
    tx.queue.add(Proposal(id, "loop", "ADD", {"text": "told once"}, (1, 2), "x", AT, AT, title="t"))
    tx.queue.say(Message(id, 0, AT, "ann", "human", Verdict.SAY, "why?", {"a": "b"}))
    tx.queue.mark(Mark(id, "seen", AT, "ann", {"n": "words"}))
    tx.ledger.keep_image(Image(id, 0, "put", "claim", "k", 1, {"text": "before"}))
    tx.ledger.append("claim.updated", "ann", record.id, {"record": {"text": "told once"}})
    tx.ledger.note(Activity(AT, "served", "s", (record.id,)))
    tx.ledger.note(Activity(AT, "served", "t", (record.id, "other")))
    tx.jobs.add(Job("j", "effect:x", f"effect:{id}:0", {"detail": "told once"}))
    tx.index.follow([record], [], 1)
    if status is not Status.PENDING:
        found = tx.queue.get(id)
        assert found is not None
        tx.queue.move(replace(found, status=status, decided_by="ann", reason="yes"), Status.PENDING)
    return record


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write(ALL) as tx:
        fill(tx)
    return store


def texts(tx: Tx, table: str) -> list[Texts]:
    return tx.erasure.page(table, limit=100)


def test_every_text_has_a_place_and_every_place_can_be_read(filled: Store):
    with filled.read(ALL) as tx:
        assert {table: len(texts(tx, table)) for table in PLACES} == {
            "observations": 2, "sessions": 1, "sources": 1, "records": 1, "versions": 1, "edges": 1,
            "images": 1, "proposals": 1, "messages": 1, "marks": 1, "bodies": 1, "jobs": 1,
        }  # fmt: skip
        assert texts(tx, "sources")[0] == Texts("sources", ("/a",), {"memory": {"last": "words"}})
        (asked,) = texts(tx, "proposals")
        assert (asked.key, asked.values["reason"], asked.values["original"]) == ((ID,), "yes", None)


RECORD = """id kind key life trust confidence valid_from valid_to made_by created_at updated_at
version"""
# What holds no text of people and agents: ids, hashes, times, numbers, addresses and identities.
NO_TEXT = {
    "sessions": "id format started_at ended_at",
    "observations": "seq session uid seen at trust ok file file_offset file_length sha256",
    "sources": "key format device inode file_offset tail read_at counts",
    **dict.fromkeys(("records", "versions"), RECORD),
    "edges": "source type target",
    "proposals": "id loop action proposed_by created_at deadline confidence fingerprint digest "
    "status decided_by decided_at failure_code version",
    "messages": "proposal n at actor tier verdict",
    "marks": "proposal n name at actor",
    "bodies": "hash",
    "images": "proposal n change kind key after_version",
    "jobs": "id name key state run_at attempts max_attempts worker lease_until created_at "
    "finished_at",
    "ledger": "seq at actor name subject body prev hash",
    "ledger_days": "loop name day scope n",
    **{"proposal_counts": "loop status scope n", "record_counts": "life kind scope n"},
    "anchor": "one seq at hash",
    "activities": "seq at name session items detail",
    "activity_items": "item activity",
    **dict.fromkeys(("facts", "counters"), "name value"),
    "actors": "name kind roles proof seen_at",
    "tokens": "hash name kind roles proof made_at revoked_at",
    "forgotten": "mark at",
    "erasing": "one",
    "migrations": "number checksum at",
    "index_head": "one position",
    "vectors": "model hash vector",
    "indexed": "num id words",
    "indexed_having": "word many",
    **{"indexed_seen": "seq words", "indexed_anew": "seq"},
    "indexed_meant": "num id model parts signs vector",
}


def test_every_column_either_has_a_place_or_is_known_to_hold_no_text():
    script = "".join(each.sql for each in migrations("sqlite"))
    made = re.findall(r"CREATE TABLE (\w+) \(\n(.*?)\n\) STRICT", script, re.DOTALL)
    columns = {t: re.findall(r"^    ([a-z_0-9]+) (?:TEXT|INT|REAL|BLOB)", c, re.M) for t, c in made}
    assert len(columns) > 20
    for table, every in columns.items():
        said = {*place.plain, *place.json} if (place := PLACES.get(table)) else set()
        told = set(NO_TEXT[table].split())
        assert not said & told, table
        assert set(every) == said | told, table


@pytest.mark.parametrize("table", PLACES)
def test_pages_go_on_where_the_last_one_ended(store: Store, table: str):
    with store.write(ALL) as tx:
        for n in range(5):
            fill_one(tx, n)
        every = texts(tx, table)
        assert len(every) >= 5
        paged: list[Texts] = []
        while page := tx.erasure.page(table, after=paged[-1].key if paged else (), limit=2):
            paged += page
        assert paged == every


def fill_one(tx: Tx, n: int) -> None:
    id = f"{n:032x}"
    tx.observations.add(Session(f"s{n}", "f"), [item("u", f"s{n}")])
    tx.observations.put_source(Source(f"/{n}", "f", 1, 2, 3, ""))
    record = tx.knowledge.put(Record("claim", str(n), str(n)))
    tx.knowledge.link(Edge(record.id, "is", "x"))
    tx.queue.add(Proposal(id, "loop", "ADD", {}, (), "x", AT, AT))
    for _ in range(2):
        tx.queue.say(Message(id, 0, AT, "ann", "human", Verdict.SAY, "why?"))
        tx.queue.mark(Mark(id, "seen", AT, "ann"))
    tx.ledger.keep_image(Image(id, 0, "put", "claim", str(n), 1, None))
    tx.ledger.append("n", "ann", id, {"n": n})
    tx.jobs.add(Job(f"j{n}", "mine", ""))


def test_a_row_says_what_it_was_made_to_say(filled: Store):
    with filled.write(ALL) as tx:
        for table in PLACES:
            if table == "bodies":
                continue
            for one in texts(tx, table):
                said = {k: "new" if isinstance(v, str) else v for k, v in one.values.items()}
                tx.erasure.rewrite(Texts(table, one.key, said))
        assert {o.text for o in tx.observations.scan()} == {"new"}
        found = tx.knowledge.get("claim", "k")
        assert found is not None
        assert (found.text, found.scope, found.version) == ("new", "new", 1)
        asked = tx.queue.get(ID)
        assert asked is not None
        assert (asked.title, asked.reason, asked.status) == ("new", "new", Status.EXECUTED)
        assert (asked.decided_by, asked.version) == ("ann", 3)
        assert tx.queue.messages(ID)[0].text == "new"


def test_json_comes_back_as_json_and_nothing_as_nothing(filled: Store):
    with filled.write(ALL) as tx:
        (asked,) = texts(tx, "proposals")
        values = {**asked.values, "payload": {"a": ["é", None]}, "evidence": [2], "flags": ["x"]}
        tx.erasure.rewrite(asked._replace(values=values))
        found = tx.queue.get(ID)
        assert found is not None
        assert (found.payload, found.evidence, found.flags) == ({"a": ["é", None]}, (2,), ("x",))
        assert found.original is None


def test_rewriting_what_is_not_there_does_nothing(filled: Store):
    with filled.write(ALL) as tx:
        (one,) = texts(tx, "records")
        before = tx.knowledge.all()
        tx.erasure.rewrite(one._replace(key=("nobody",)))
        assert tx.knowledge.all() == before


def test_only_who_sees_everything_may_erase(store: Store):
    with store.write(Sight(("global",))) as tx, pytest.raises(Forbidden, match="sees everything"):
        tx.erasure.page("records", limit=1)


def test_what_is_about_a_record_a_proposal_or_a_subject_is_found(filled: Store):
    with filled.read(ALL) as tx:
        record = tx.knowledge.all()[0]
        of_record = tx.erasure.of_record("claim", "k")
        assert [one.table for one in of_record] == ["records", "versions", "images"]
        of_proposal = tx.erasure.of_proposal(ID)
        assert [one.table for one in of_proposal] == ["proposals", "messages", "marks", "images"]
        (body,) = tx.erasure.of_subject(record.id)
        assert body.values == {"text": {"record": {"text": "told once"}}}
        assert tx.erasure.of_record("claim", "none") == tx.erasure.of_proposal("b" * 32) == []
        assert tx.erasure.of_subject("none") == []


def test_whoever_holds_a_text_as_a_whole_value_is_found(filled: Store):
    with filled.read(ALL) as tx:
        held = [one.table for one in tx.erasure.holding("told once")]
        assert held == ["records", "versions", "proposals", "bodies", "jobs"]
        assert [one.table for one in tx.erasure.holding("t")] == ["proposals"]
        assert [one.table for one in tx.erasure.holding("before")] == ["images"]
        assert (
            tx.erasure.holding("told") == tx.erasure.holding("%") == tx.erasure.holding("_") == []
        )


def test_a_text_with_every_special_sign_is_found(store: Store):
    text = '50 %_! of "it" \\ is\nét\u2028é'
    with store.write(ALL) as tx:
        tx.knowledge.put(Record("claim", "k", "x", {"why": text}))
        tx.knowledge.put(Record("claim", "l", text))
        assert len([o for o in tx.erasure.holding(text) if o.table == "records"]) == 2


def test_proposals_are_found_by_what_they_rest_on(store: Store):
    with store.write(ALL) as tx:
        for id, evidence in (("1" * 32, (1, 20)), ("2" * 32, (2, 3)), ("3" * 32, ())):
            tx.queue.add(Proposal(id, "loop", "ADD", {}, evidence, "x", AT, AT))
        assert tx.erasure.resting_on([1, 3]) == ["1" * 32, "2" * 32]
        assert tx.erasure.resting_on([20]) == ["1" * 32]
        assert tx.erasure.resting_on([4]) == tx.erasure.resting_on([]) == []


def test_observations_are_found_by_file_and_by_age_and_dropped(store: Store):
    with store.write(ALL) as tx:
        first = [item("a", file="/a", at="2026-01-01"), item("b", file="/b", at="2026-02-01")]
        tx.observations.add(Session("s", "f"), [*first, item("c", at="")])
        tx.observations.add(Session("t", "f"), [item("d", "t", file="/a", at="2026-03-01")])
        assert tx.erasure.pieces() == [
            Piece("", "s", 1), Piece("/a", "s", 1), Piece("/a", "t", 1), Piece("/b", "s", 1)
        ]  # fmt: skip
        assert tx.erasure.of_files("s", ["/a", "/b", "/none"]) == [1, 2]
        assert tx.erasure.of_files("t", ["/b"]) == []
        assert tx.erasure.older("2026-02-15", limit=9) == [1, 2]
        assert tx.erasure.older("2026-02-15", after=1, limit=9) == [2]
        assert tx.erasure.older("2027-01-01", limit=1) == [1]
        assert tx.erasure.drop([2, 4, 9]) == 2
        assert [o.seq for o in tx.observations.scan()] == [1, 3]
        tx.observations.put_source(Source("/a", "f", 1, 2, 3, ""))
        tx.observations.drop_source("/a")
        tx.observations.drop_source("/a")
        assert tx.observations.source("/a") is None


def test_a_dropped_record_leaves_nothing_behind_it(filled: Store):
    with filled.write(ALL) as tx:
        record = tx.knowledge.all()[0]
        tx.erasure.drop_record("claim", "k")
        assert tx.knowledge.get("claim", "k") is None
        assert tx.knowledge.versions("claim", "k") == []
        assert tx.ledger.images(ID) == []
        assert tx.index.search(["told"], limit=9) == []
        assert [a.items for a in tx.ledger.activities()] == [("other",)]
        assert tx.ledger.activities(item=record.id) == []
        assert tx.knowledge.put(Record("claim", "k", "anew")).version == 1


def test_what_was_served_to_a_session_and_jobs_of_a_proposal_are_dropped(filled: Store):
    with filled.write(ALL) as tx:
        record = tx.knowledge.all()[0]
        tx.erasure.drop_served("s")
        assert [a.session for a in tx.ledger.activities(item=record.id)] == ["t"]
        assert tx.erasure.drop_jobs(f"effect:{'b' * 32}:") == 0
        assert tx.erasure.drop_jobs(f"effect:{ID}:") == 1
        assert tx.jobs.all() == []


def test_a_mark_is_known_until_it_is_recalled(store: Store):
    many = [f"m{n}" for n in range(1200)]
    with store.write(ALL) as tx:
        tx.registry.forget(many)
        tx.registry.forget(["m1"])
        assert tx.registry.forgotten([*many, "other"]) == set(many)
        assert tx.registry.recall(["m1", "m2", "other"]) == 2
        assert tx.registry.forgotten(["m1", "m2", "m3"]) == {"m3"}
        assert tx.registry.forgotten([]) == set()


def test_usage_tells_every_table_that_lasts(filled: Store):
    used = {one.table: one for one in filled.usage()}
    assert used["observations"].rows == 2
    assert used["ledger"].rows == 1
    assert used["observations"].bytes > 0


def statement(store: Store, sql: str) -> None:
    """Past all of our code, as an accident would."""
    if isinstance(store, PostgresStore):
        with store._begun(writes=True) as server:
            server.rows(sql)
    elif isinstance(store, SqliteStore):
        with store._pool.lent() as connection, connection.transaction(writes=True):
            connection.rows(sql)


@pytest.mark.parametrize("backend", ["sqlite", "postgres"], indirect=True)
@pytest.mark.parametrize(
    "change",
    ["status = 'rejected'", "decided_by = 'bob'", "decided_at = 'x'", "fingerprint = 'x'"],
)
def test_a_decision_does_not_give_way_even_to_an_erasure(filled: Store, change: str):
    begin = "INSERT INTO erasing (one) VALUES (1)"
    with pytest.raises(Integrity, match="never edited"):
        statement(filled, "UPDATE proposals SET title = 'new'")
    statement(filled, begin)
    statement(filled, "UPDATE proposals SET title = 'new'")
    with pytest.raises(Integrity, match="never edited"):
        statement(filled, f"UPDATE proposals SET {change}")


def test_what_is_erased_is_in_no_file_after_a_scrub(tmp_path: Path, clock):
    store = open_sqlite(tmp_path / "s" / "store.db", clock)
    with store.write(ALL) as tx:
        for n in range(300):
            tx.observations.add(Session(f"s{n}", "f"), [item(f"zanzibar{n}", f"s{n}")])
            record = tx.knowledge.put(Record("claim", f"k{n}", f"zanzibar {n}" * 9))
            told = tx.ledger.append("claim.updated", "ann", record.id, {"text": f"zanzibar {n}"})
            tx.index.follow([record], [], n)
    with store.write(ALL) as tx:
        for n in range(300):
            tx.observations.drop(f"s{n}")
            tx.erasure.drop_record("claim", f"k{n}")
        for entry in tx.ledger.entries(limit=300):
            tx.ledger.erase(entry.body)
            tx.ledger.append(ERASED, "ann", entry.body, {"why": "asked", "detail": None})
        assert told.seq == 300
        assert verify(tx).ok
    assert store.scrub()
    for path in (tmp_path / "s").iterdir():
        assert b"zanzibar" not in path.read_bytes(), path
        assert b"anzibar" not in path.read_bytes(), path
    store.close()


def test_a_reader_keeps_a_scrub_from_cutting_the_log(tmp_path: Path, clock, monkeypatch):
    monkeypatch.setattr("passdown.storage.sql.sqlite.PATIENCE", 0.2)
    path = tmp_path / "s" / "store.db"
    store = open_sqlite(path, clock)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM facts").fetchall()
        with store.write(ALL) as tx:
            tx.registry.keep("a", "b")
        assert not store.scrub()
    assert store.scrub()
    store.close()


def test_an_older_backup_is_restored_into_every_backend(store: Store, clock, tmp_path: Path):
    from tests.storage.released import made, path_of, told

    for schema in range(1, SCHEMA + 1):
        clock.move(1)
        store.restore(path_of(schema))
        assert told(store) == told(made())
    store.backup(tmp_path / "copy")
    clock.move(1)
    store.restore(tmp_path / "copy")
    assert told(store) == told(made())


def test_a_crash_inside_an_erasure_leaves_the_decision_locked(make: Callable[..., Store]):
    class CrashError(BaseException):
        pass

    store = make()
    with store.write(ALL) as tx:
        fill(tx)
    with suppress(CrashError), store.write(ALL) as tx:
        (one,) = texts(tx, "proposals")
        tx.erasure.rewrite(one._replace(values={**one.values, "title": "new"}))
        raise CrashError
    with store.read(ALL) as tx:
        assert texts(tx, "proposals")[0].values["title"] == "t"
        found = tx.queue.get(ID)
        assert found is not None
    with store.write(ALL) as tx, pytest.raises(PassdownError):
        tx.queue.attach(replace(found, title="new"))
