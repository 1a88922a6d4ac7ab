"""A second index beside a store finds what the first one does, follows it, and is never trusted
further than it is in step."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from passdown.domain.errors import Unavailable
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL, Sight
from passdown.storage.index import Hit
from passdown.storage.port import Store
from passdown.storage.sql.beside import FOLDER, NOTE
from passdown.storage.sqlite import SqliteStore, open_sqlite

pytest.importorskip("tantivy")

WORDS = [f"{a}{b}" for a in ("ka", "lo", "mi", "nu", "re") for b in ("tar", "vil", "son", "der")]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(home: Path, clock) -> SqliteStore:
    return open_sqlite(home / "store.db", clock)


def told(store: Store, *texts: str, **facts) -> list[Record]:
    """Approved, noted in the ledger, and indexed."""
    with store.write(ALL) as tx:
        put = [tx.knowledge.put(Record("claim", text, text, **facts)) for text in texts]
        for record in put:
            tx.ledger.append("claim.updated", "ann", record.id, {})
        tx.index.follow(put, [], tx.ledger.head()[0])
    return put


def found(store: Store, *words: str, sight: Sight = ALL, limit: int = 10) -> list[Hit]:
    with store.read(sight) as tx:
        return tx.index.search(words, limit=limit)


@pytest.fixture
def asked(store: SqliteStore, monkeypatch) -> Callable[[], int]:
    """How often the second index found something."""
    times = []
    find = store._beside.find

    def counted(*args):
        ids = find(*args)
        times.extend([True] if ids else [])
        return ids

    monkeypatch.setattr(store._beside, "find", counted)
    return lambda: len(times)


def test_both_give_the_same_results_with_the_same_scores(store: SqliteStore, asked):
    chance = random.Random(3)
    texts = {" ".join(chance.choices(WORDS, k=chance.randint(3, 12))) for _ in range(180)}
    told(store, *sorted(texts)[:90])
    told(store, *sorted(texts)[90:], scope="repo:a")
    questions = [chance.sample(WORDS, chance.randint(1, 5)) for _ in range(60)]
    sights = (ALL, Sight.at("a"), Sight.at("b"))
    first = [found(store, *q, sight=s) for q in questions for s in sights]
    assert store.index_beside(True) == len(texts)
    assert [found(store, *q, sight=s) for q in questions for s in sights] == first
    assert asked() == len(first)


def test_it_follows_what_comes_changes_and_goes(store: SqliteStore, asked):
    one, two = told(store, "green tea", "black coffee")
    assert store.index_beside(True) == 2
    told(store, "white tea")
    with store.write(ALL) as tx:
        tx.ledger.append("claim.updated", "ann", two.id, {})
        tx.index.follow([], [two.id], tx.ledger.head()[0])
    assert [len(found(store, word)) for word in ("tea", "coffe")] == [2, 0]
    assert asked() == 0
    assert store.index_beside(True) == 1
    assert store.index_beside(True) == 0
    assert [len(found(store, word)) for word in ("tea", "coffe")] == [2, 0]
    assert asked() == 1
    assert one.id in {hit.id for hit in found(store, "green")}


def test_what_it_finds_is_served_only_where_it_may_be(store: SqliteStore):
    told(store, "green tea", scope="repo:a")
    told(store, "black tea", life=Life.ARCHIVED)
    (kept,) = told(store, "white tea")
    store.index_beside(True)
    assert [hit.id for hit in found(store, "tea", sight=Sight.at("b"))] == [kept.id]


def test_where_it_does_not_fill_the_answer_the_first_one_is_asked(store: SqliteStore, monkeypatch):
    monkeypatch.setattr("passdown.storage.sql.beside.LEAST", 1)
    told(store, *[f"tea {n}" for n in range(9)], scope="repo:a")
    (kept,) = told(store, "tea that is here and has more words than the others have")
    store.index_beside(True)
    assert [hit.id for hit in found(store, "tea", sight=Sight.at("b"), limit=1)] == [kept.id]


def test_deriving_the_first_anew_takes_the_second_away(store: SqliteStore, home: Path):
    told(store, "green tea")
    store.index_beside(True)
    with store.write(ALL) as tx:
        tx.index.clear()
    assert not (home / FOLDER).exists()
    assert store.describe()["search"] == "fts5"


def test_nothing_of_it_is_left_when_it_is_not_wanted_or_the_store_is_scrubbed(
    store: SqliteStore, home: Path
):
    told(store, "green tea")
    for end in (lambda: store.index_beside(False), store.scrub):
        assert store.index_beside(True) == 1
        assert store.describe()["search"] == "tantivy"
        end()
        assert not (home / FOLDER).exists()
        assert len(found(store, "tea")) == 1


def test_a_backup_put_back_is_not_searched_by_the_index_of_another(store: SqliteStore, home: Path):
    told(store, "green tea")
    store.backup(home / "one.backup")
    told(store, "white tea")
    store.index_beside(True)
    store.restore(home / "one.backup")
    assert not (home / FOLDER).exists()


def test_two_processes_use_one_index(store: SqliteStore, home: Path, clock):
    told(store, "green tea")
    store.index_beside(True)
    other = open_sqlite(home / "store.db", clock)
    told(other, "white tea")
    assert len(found(store, "tea")) == 2
    other.index_beside(True)
    assert len(found(store, "tea")) == 2
    other.close()


def test_while_somebody_else_writes_it_is_left_to_them(store: SqliteStore, home: Path):
    from passdown.storage.sql.beside import _index

    told(store, "green tea")
    store.index_beside(True)
    writer = _index(str(home / FOLDER)).writer(15_000_000, 1)
    told(store, "white tea")
    assert store.index_beside(True) == 0
    assert len(found(store, "tea")) == 2
    del writer


@pytest.mark.parametrize("broken", ["meta.json", NOTE])
def test_one_that_is_broken_is_not_used_and_made_anew(
    store: SqliteStore, home: Path, clock, broken: str
):
    told(store, "green tea")
    store.index_beside(True)
    (home / FOLDER / broken).write_text("{")
    store.close()
    again = open_sqlite(home / "store.db", clock)
    assert len(found(again, "tea")) == 1
    told(again, "white tea")
    again.index_beside(True)
    assert len(found(again, "tea")) == 2
    with again.read(ALL) as tx:
        assert len(again._beside.find(["tea"], tx.index.position(), 10)) == 2
    again.close()


def test_without_tantivy_it_says_what_to_install(store: SqliteStore, monkeypatch):
    told(store, "green tea")
    monkeypatch.setitem(sys.modules, "tantivy", None)
    with pytest.raises(Unavailable, match="not installed"):
        store.index_beside(True)
    assert len(found(store, "tea")) == 1
