"""Full text and cached vectors, in every backend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL, Sight
from passdown.storage.port import Store, Tx
from passdown.text.tokens import content_words

TEXTS = {
    "build": "the build fails when the cache is stale",
    "cache": "clear the cache before a release",
    "tests": "tests need a database",
    "path": "edit src/app_main.py, never dist/app_main.py",
    "cjk": "東京都の天気",
    "quote": "it's called \"O'Brien\" \\ and | or & not",
}


def indexed(tx: Tx, **how) -> dict[str, Record]:
    records = {k: tx.knowledge.put(Record("claim", k, t, **how)) for k, t in TEXTS.items()}
    tx.index.follow(list(records.values()), [], 7)
    return records


def search(tx: Tx, text: str, **how) -> list[str]:
    hits = tx.index.search(content_words(text), limit=how.pop("limit", 10), **how)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    return [record.key for hit in hits for record in tx.knowledge.by_ids([hit.id])]


def test_any_word_finds_and_more_and_rarer_words_rank_higher(store: Store):
    with store.write(ALL) as tx:
        indexed(tx)
        assert search(tx, "stale cache") == ["build", "cache"]
        assert search(tx, "clear cache") == ["cache", "build"]
        assert search(tx, "cache", limit=1) == ["cache"]
        assert search(tx, "databases") == ["tests"]
        assert search(tx, "kubernetes") == []


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_found_by_its_own_words(store: Store, key: str):
    with store.write(ALL) as tx:
        indexed(tx)
        assert search(tx, TEXTS[key])[0] == key


@pytest.mark.parametrize(
    "word",
    ['"', "'", "\\", "''", '"" OR "', "a' | 'b", "NEAR(a b)", "*", "a:*", "words:a", "!", "\0", " ",
     "", "\ud800", "x" * 5000, "a\u00a0b", "\U0001f600"],
)  # fmt: skip
def test_no_word_is_an_operator_or_an_error(store: Store, word: str):
    with store.write(ALL) as tx:
        indexed(tx)
        assert tx.index.search([word], limit=10) == []
        assert len(tx.index.search([word, "cach"], limit=10)) == 2


def test_nothing_asked_finds_nothing(store: Store):
    with store.write(ALL) as tx:
        indexed(tx)
        assert tx.index.search([], limit=10) == []


def test_only_active_records_in_sight_and_of_the_kinds_are_found(store: Store):
    with store.write(ALL) as tx:
        here = tx.knowledge.put(Record("claim", "1", "cache", scope="repo:a"))
        there = tx.knowledge.put(Record("claim", "2", "cache", scope="repo:b"))
        other = tx.knowledge.put(Record("phrase", "3", "cache"))
        old = tx.knowledge.put(Record("claim", "4", "cache"))
        tx.index.follow([here, there, other, old], [], 1)
        tx.knowledge.put(replace(old, life=Life.ARCHIVED))
        assert sorted(search(tx, "cache")) == ["1", "2", "3"]
        assert sorted(search(tx, "cache", kinds=["claim"])) == ["1", "2"]
        assert search(tx, "cache", kinds=["phrase"]) == ["3"]
    with store.read(Sight.at(repo="a")) as tx:
        assert sorted(search(tx, "cache")) == ["1", "3"]
    with store.read(Sight(())) as tx:
        assert search(tx, "cache") == []


def test_following_replaces_forgets_and_remembers_where_it_stands(store: Store):
    with store.write(ALL) as tx:
        records = indexed(tx)
        assert tx.index.position() == 7
        new = tx.knowledge.put(replace(records["build"], text="the oven is hot"))
        tx.index.follow([new], [records["cache"].id, "unknown"], 9)
        assert tx.index.position() == 9
        assert search(tx, "cache") == []
        assert search(tx, "oven") == ["build"]
        tx.index.keep_vectors({"h": b"v"}, "m")
        tx.index.clear()
        assert tx.index.position() == 0
        assert search(tx, "oven") == []
        assert tx.index.vectors(["h"], "m") == {}
        tx.index.follow([new], [], 9)
        assert search(tx, "oven") == ["build"]


def test_a_record_that_was_removed_is_not_found_before_the_index_follows(store: Store):
    with store.write(ALL) as tx:
        records = indexed(tx)
        tx.knowledge.remove("claim", "tests", records["tests"].version)
        assert search(tx, "database") == []


def test_a_vector_is_replaced_by_a_newer_one_of_the_same_model(store: Store):
    with store.write(ALL) as tx:
        tx.index.keep_vectors({"h": b"old", "i": b""}, "m")
        tx.index.keep_vectors({"h": b"new"}, "m")
        assert tx.index.vectors(["h", "i"], "m") == {"h": b"new", "i": b""}
        many = {f"{n}": bytes([n % 256]) for n in range(1200)}
        tx.index.keep_vectors(many, "n")
        assert tx.index.vectors(list(many), "n") == many


def test_words_are_counted_as_records_come_change_and_go(store: Store):
    with store.write(ALL) as tx:
        records = indexed(tx)
        assert tx.index.counts(["cach", "releas", "none", "cach"]) == ({"cach": 2, "releas": 1}, 6)
        new = tx.knowledge.put(replace(records["cache"], text="clear the oven"))
        tx.index.follow([new], [records["build"].id], 9)
        assert tx.index.counts(["cach", "oven", "releas", "clear"]) == ({"oven": 1, "clear": 1}, 5)
        tx.index.clear()
        assert tx.index.counts(["oven"]) == ({}, 0)


def test_a_word_is_counted_however_it_is_written(store: Store):
    odd = ["a\\b", 'say"so"', "o'brien", "\u00e9t\u00e9", "\u6771\u4eac", "x:y"]
    with store.write(ALL) as tx:
        for n, word in enumerate(odd):
            text = f"{word} {' '.join(odd[:n])}"
            tx.index.follow([tx.knowledge.put(Record("claim", str(n), text))], [], n)
        for word in {w for text in odd for w in content_words(text)}:
            having, many = tx.index.counts([word])
            assert having[word] == sum(word in content_words(" ".join(odd[: n + 1])) for n in
                                       range(len(odd)))  # fmt: skip
            assert many == len(odd)


def test_what_is_erased_leaves_no_word_behind(store: Store):
    with store.write(ALL) as tx:
        indexed(tx)
        tx.erasure.drop_record("claim", "tests")
        assert tx.index.counts(["databas"]) == ({}, 5)


def test_two_frequent_words_find_what_has_both(store: Store):
    texts = [f"alpha n{n}" for n in range(30)] + [f"beta m{n}" for n in range(30)]
    with store.write(ALL) as tx:
        put = [tx.knowledge.put(Record("claim", t, t)) for t in [*texts, "alpha beta"]]
        tx.index.follow(put, [], 1)
        assert search(tx, "beta alpha", limit=1) == ["alpha beta"]


def test_every_backend_gives_the_same_scores(store: Store):
    with store.write(ALL) as tx:
        indexed(tx)
        hits = tx.index.search(["cach", "releas", "stale"], limit=10)
        found = [(round(hit.score, 6), " ".join(hit.words)) for hit in hits]
        assert found == [(3.707634, "clear cach releas"), (3.533839, "build fail cach stale")]
