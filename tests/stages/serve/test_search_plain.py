"""A search takes short cuts; the plain way, which takes none, finds the same to the last digit."""

from __future__ import annotations

import re
from itertools import islice
from math import prod, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, settings, strategies as st

from passdown.domain.change import Put
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL, Sight
from passdown.stages.apply.execute import execute
from passdown.stages.serve.follow import follow
from passdown.stages.serve.search import LIKE, NAMES, TIMES, TYPICAL, WIDER, Found, _times, search
from passdown.storage.memory import open_memory
from passdown.storage.scoring import K1, TYPICAL as LONG, B, _weight, scored
from passdown.storage.sqlite import open_sqlite
from passdown.testing import VirtualClock
from passdown.text.rank import Common, Doc, Ranked, question, rank
from passdown.text.tokens import content_words, normalise
from passdown.text.worth import answers, worth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.storage.port import Store, Tx

NOW = "2026-11-21T00:00:00.000Z"
WORDS = [
    "cache",
    "login",
    "test",
    "flaky",
    "build",
    "stale",
    "tea",
    "page",
    "road",
    "trip",
    "roadtrip",
]
SIGHTS = [ALL, Sight.at("a"), Sight.at()]
said = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
records = st.builds(
    Record,
    st.sampled_from(["claim", "note"]),
    st.uuids().map(str),
    said,
    scope=st.sampled_from(["global", "repo:a", "repo:b"]),
    life=st.sampled_from([Life.ACTIVE, Life.ACTIVE, Life.ACTIVE, Life.ARCHIVED]),
    trust=st.integers(0, 5),
    confidence=st.floats(0, 1),
    valid_to=st.sampled_from(["", "", "2020-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z"]),
)
stores = st.lists(records, max_size=40, unique_by=lambda record: record.key)

Row = tuple[float, str, str]


def plainly_scored(
    rows: Sequence[tuple[str, str]], having: Mapping[str, int], many: int
) -> list[Row]:
    """Record by record, word by word, and all of them put in order."""
    found = []
    for id, words in rows:
        has = 0.0
        for word in sorted(having):
            if word in words.split():
                has += _weight(having[word], many)
        long = 1 + K1 * (1 - B + B * (words.count(" ") + 1) / LONG)
        found.append((-has * (K1 + 1) / long, id, words))
    return sorted(found)


def plainly_hit(tx: Tx, every: Sequence[Record], query: str, most: int) -> Iterator[Row]:
    """Those that have any of the words and may be seen."""
    having, many = tx.index.counts(question(query).words)
    rows = [(record.id, " ".join(content_words(record.text))) for record in every]
    serving = {record.id for record in tx.knowledge.all()}
    hits = (row for row in plainly_scored(rows, having, many) if row[0] < 0 and row[1] in serving)
    return islice(hits, most)


def plainly_found(tx: Tx, every: Sequence[Record], query: str, limit: int) -> list[Found]:
    """The words first, then the records, then the likeness of each."""
    asked, there = question(query), {record.id: record for record in every}
    having, many = tx.index.counts(asked.words)
    told = worth(dict.fromkeys(asked.words), having, many)
    hits = [
        (there[id], words.split())
        for _, id, words in plainly_hit(tx, every, query, limit * WIDER)
        if answers(words.split(), told) and (there[id].valid_to or NOW + "Z") > NOW
    ]
    ranked = rank(asked, [Doc(words) for _, words in hits], Common(having, many, TYPICAL))
    best = ranked[0].score if ranked else 1.0
    found = [judged(query, *hits[one.at], one, best) for one in ranked]
    return sorted(found, key=lambda one: (-one.score, one.record.id))[:limit]


def judged(query: str, record: Record, words: list[str], one: Ranked, best: float) -> Found:
    """One of them with all that speaks for it."""
    parts = {NAMES.get(name, name): part / best for name, part in one.parts.items()}
    parts["like"] = LIKE * plainly_like(query, record.text)
    times = dict(zip(TIMES, _times(record), strict=True))
    shared = tuple(w for w in dict.fromkeys(question(query).words) if w in words)
    return Found(record, sum(parts.values()) * prod(times.values()), shared, parts | times)


def plainly_like(query: str, text: str) -> float:
    """Words and trigrams that both have, each once, for those of the one and all of the other."""
    asked, there = pieces(query), pieces(text)
    both = len(set(asked) & set(there))
    return both / sqrt(len(set(asked)) * len(there)) if both else 0.0


def pieces(text: str) -> list[str]:
    """Every word in its frame, and every trigram of that; a single letter is both at once."""
    words = re.findall(r"\w+", text.lower() if text.isascii() else normalise(text))
    framed = [f" {word} " for word in words]
    return framed + [word[n : n + 3] for word in framed for n in range(len(word) - 2)]


def agree(store: Store, every: Sequence[Record], query: str, limit: int, sight: Sight) -> None:
    with store.write(ALL) as tx:
        execute(tx, "p", [Put(record) for record in every], "alice")
        while follow(tx):
            pass
        stored = tx.knowledge.all(lives=tuple(Life))
    with store.read(sight) as tx:
        assert search(tx, query, limit=limit, now=NOW) == plainly_found(tx, stored, query, limit)


@given(stores, said, st.integers(1, 6), st.sampled_from(SIGHTS))
def test_what_is_found_is_what_the_plain_way_finds(each, query, limit, sight):
    agree(open_memory(VirtualClock()), each, query, limit, sight)


@settings(max_examples=25)
@given(stores, said, st.integers(1, 6), st.sampled_from(SIGHTS))
def test_so_it_is_in_a_database(each, query, limit, sight):
    with TemporaryDirectory() as folder:
        store = open_sqlite(Path(folder, "store.db"), VirtualClock())
        try:
            agree(store, each, query, limit, sight)
        finally:
            store.close()


@given(
    st.lists(st.tuples(st.uuids().map(str), said), max_size=30, unique_by=lambda row: row[0]),
    st.dictionaries(st.sampled_from(WORDS), st.integers(1, 40)),
)
def test_scores_are_those_of_adding_word_by_word(rows, having):
    assert list(scored(rows, having, 50)) == plainly_scored(rows, having, 50)
