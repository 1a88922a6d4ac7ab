"""What records mean to a model is kept as long as they say it, in every backend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.storage.meanings import Mark, Meant
from passdown.storage.port import Store, Tx
from passdown.text.dense import packed, signs

MODEL = "openai:small"


def claims(tx: Tx, *texts: str) -> list[Record]:
    """Records with these texts, indexed."""
    made = [tx.knowledge.put(Record("claim", text, text)) for text in texts]
    tx.index.follow(made, [], 1)
    return made


def meant(record: Record, *parts: float) -> Meant:
    vector = packed(parts or (1.0, -1.0))
    return Meant(record.id, signs(vector), vector)


def known(store: Store, model: str = MODEL, parts: int = 2) -> list[str]:
    with store.read(ALL) as tx:
        return [id for id, _ in tx.index.meanings.signs(model, parts)]


@pytest.fixture
def made(store: Store) -> list[Record]:
    with store.write(ALL) as tx:
        made = claims(tx, "tea", "milk")
        tx.index.meanings.keep(MODEL, 2, [meant(one) for one in made])
    return made


def test_what_was_kept_is_read_again(store: Store, made: list[Record]) -> None:
    tea, milk = made
    with store.read(ALL) as tx:
        found = tx.index.meanings
        assert found.vectors([tea.id, "none"], MODEL, 2) == {tea.id: packed((1, -1))}
        assert dict(found.signs(MODEL, 2)) == {one.id: b"\x02" for one in (tea, milk)}
        assert found.parts(MODEL) == 2
        assert (found.vectors([tea.id], "other", 2), found.signs(MODEL, 3)) == ({}, [])
        assert (found.parts("other"), found.mark("other", 2)) == (0, Mark())


def test_what_has_no_vector_of_this_model_and_length_is_lacking(
    store: Store, made: list[Record]
) -> None:
    ids = sorted(one.id for one in made)
    with store.write(ALL) as tx:
        assert tx.index.meanings.lacking(MODEL, 2, 9) == []
        assert tx.index.meanings.lacking(MODEL, 3, 9) == ids
        assert tx.index.meanings.lacking("other", 2, 1) == ids[:1]
        (new,) = claims(tx, "new")
        tx.knowledge.put(Record("claim", "unindexed", "unindexed"))
        assert tx.index.meanings.lacking(MODEL, 2, 9) == [new.id]


def test_another_model_takes_the_place_of_the_first(store: Store, made: list[Record]) -> None:
    with store.write(ALL) as tx:
        tx.index.meanings.keep("other", 3, [meant(made[0], 1, 2, 3)])
        assert tx.index.meanings.lacking("other", 3, 9) == [made[1].id]
    assert known(store) == [made[1].id]
    assert known(store, "other", 3) == [made[0].id]


def test_the_last_one_tells_how_long_vectors_are(store: Store, made: list[Record]) -> None:
    with store.write(ALL) as tx:
        tx.index.meanings.keep(MODEL, 3, [meant(made[0], 1, 2, 3)])
        assert tx.index.meanings.parts(MODEL) == 3


def test_every_change_shows_in_the_mark(store: Store, made: list[Record]) -> None:
    marks = set()
    for _ in range(3):
        with store.write(ALL) as tx:
            tx.index.meanings.keep(MODEL, 2, [meant(made[1])])
            marks.add(tx.index.meanings.mark(MODEL, 2))
    assert len(marks) == 3
    with store.write(ALL) as tx:
        tx.knowledge.remove("claim", "milk", made[1].version)
        gone = tx.index.meanings.mark(MODEL, 2)
        (again,) = claims(tx, "water")
        tx.index.meanings.keep(MODEL, 2, [meant(again)])
        marks |= {gone, tx.index.meanings.mark(MODEL, 2)}
    assert len(marks) == 5


def test_a_record_that_says_something_else_has_no_vector(store: Store, made: list[Record]) -> None:
    with store.write(ALL) as tx:
        tx.knowledge.put(replace(made[0], text="coffee"))
    assert known(store) == [made[1].id]


def test_a_record_that_says_the_same_keeps_it(store: Store, made: list[Record]) -> None:
    with store.write(ALL) as tx:
        tx.knowledge.put(replace(made[0], life=Life.ARCHIVED, confidence=0.5))
    assert len(known(store)) == 2


def test_a_record_that_was_taken_away_has_none(store: Store, made: list[Record]) -> None:
    with store.write(ALL) as tx:
        tx.knowledge.remove("claim", "tea", made[0].version)
    assert known(store) == [made[1].id]


def test_what_is_erased_is_forgotten_at_once(store: Store, made: list[Record]) -> None:
    with store.write(ALL) as tx:
        tx.erasure.drop_record("claim", "tea")
        (row,) = [one for one in tx.erasure.page("records", limit=9)]
        tx.erasure.rewrite(row._replace(values={**row.values, "text": "[forgotten]"}))
    assert known(store) == []


def test_clearing_the_index_forgets_all(store: Store, made: list[Record]) -> None:
    with store.write(ALL) as tx:
        tx.index.clear()
    assert known(store) == []


def test_nothing_to_keep_changes_nothing(store: Store, made: list[Record]) -> None:
    with store.write(ALL) as tx:
        before = tx.index.meanings.mark(MODEL, 2)
        tx.index.meanings.keep(MODEL, 2, [])
        assert tx.index.meanings.mark(MODEL, 2) == before
