"""Search over what was approved, through an index that follows the ledger."""

from __future__ import annotations

import math

import pytest

from passdown.domain.change import Put
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL, Sight
from passdown.stages.apply.execute import execute
from passdown.stages.serve.follow import PAGE, behind, follow
from passdown.stages.serve.search import search
from tests.desk import Desk
from tests.notes import Add, Drop, Reword


def put(at: Desk, *records: Record) -> None:
    with at.store.write(ALL) as tx:
        execute(tx, "p", [Put(r) for r in records], "alice")
        while follow(tx):
            pass


def found(at: Desk, query: str, sight: Sight = ALL, **how) -> list[str]:
    with at.store.read(sight) as tx:
        hits = search(tx, query, limit=how.pop("limit", 10), now=at.clock.now(), **how)
    return [hit.record.text for hit in hits]


def note(text: str, **facts) -> Record:
    return Record("note", text.casefold(), text, **facts)


def test_what_shares_words_is_found_best_first(on_each: Desk):
    put(on_each, note("The login test is flaky"), note("The login page"), note("Tea is at four"))
    assert found(on_each, "flaky login test") == ["The login test is flaky", "The login page"]


def test_nothing_is_better_than_a_guess(on_each: Desk):
    put(on_each, note("The login test is flaky"))
    assert found(on_each, "kubernetes") == []
    assert found(on_each, "the of and") == []
    assert found(on_each, " \x00 ") == []


def test_only_what_is_active_and_valid_now_is_found(on_each: Desk):
    put(
        on_each,
        note("login one", life=Life.ARCHIVED),
        note("login two", life=Life.SUPERSEDED),
        note("login three", life=Life.CONTESTED),
        note("login four", valid_to=on_each.clock.now()),
        note("login five", valid_from="2027-01-01T00:00:00.000Z"),
        note("login six"),
    )
    assert found(on_each, "login") == ["login six"]


def test_what_is_out_of_sight_is_not_found(on_each: Desk):
    put(on_each, note("login a", scope="repo:a"), note("login b", scope="repo:b"), note("login"))
    assert found(on_each, "login", Sight.at("a")) == ["login a", "login"]
    assert found(on_each, "login", Sight.at()) == ["login"]


def test_kinds_narrow_and_the_limit_holds(on_each: Desk):
    put(on_each, note("login a"), note("login b"), Record("claim", "c", "login c"))
    assert found(on_each, "login", kinds=("claim",)) == ["login c"]
    assert len(found(on_each, "login", limit=2)) == 2


def test_the_nearer_surer_and_more_trusted_comes_first(on_each: Desk):
    put(
        on_each,
        note("login w", confidence=0.1),
        note("login x", trust=1),
        note("login y"),
        note("login z", scope="repo:web"),
    )
    assert [text[-1] for text in found(on_each, "login")] == ["z", "y", "x", "w"]


def test_the_index_follows_every_decision_and_its_undo(on_each: Desk):
    def texts() -> list[str]:
        return [row["text"] for row in on_each.call("search", query="tea")["results"]]

    on_each.ask(Add("pending tea"))
    assert texts() == []
    on_each.agree(Add("tea at four"))
    worded = on_each.agree(Reword("tea at four", "tea at five"))
    assert texts() == ["tea at five"]
    on_each.call("undo", id=worded)
    assert texts() == ["tea at four"]
    on_each.agree(Drop("tea at four"))
    assert texts() == []


def test_an_index_that_was_lost_is_derived_again(on_each: Desk):
    for n in range(3):
        on_each.agree(Add(f"tea {n}"))
    on_each.call("search", query="tea")
    entries = on_each.call("index.rebuild")["entries"]
    with on_each.store.read(ALL) as tx:
        assert (entries, behind(tx)) == (tx.ledger.head()[0], 0)
    assert len(on_each.call("search", query="tea")["results"]) == 3


def test_a_long_ledger_is_followed_page_by_page(at: Desk):
    with at.store.write(ALL) as tx:
        for n in range(PAGE + 1):
            tx.ledger.append("cycle.finished", "a", "b", {"n": n})
        assert [follow(tx), follow(tx), follow(tx)] == [PAGE, 1, 0]


def test_a_search_that_finds_the_index_up_to_date_writes_nothing(on_each: Desk):
    on_each.agree(Add("tea"))
    on_each.call("search", query="tea")
    before = on_each.digest()
    on_each.call("search", query="tea")
    assert on_each.digest() == before


def test_a_result_says_why_it_stands_where_it_does(at: Desk):
    put(at, note("The login test is flaky"))
    (row,) = at.call("search", query="flaky login", explain=True)["results"]
    assert len(row["why"]["words"]) == 2
    assert {"words", "full_text", "like", "scope", "confidence", "trust"} <= {*row["why"]}


def test_more_of_the_words_and_words_in_a_row_come_first(on_each: Desk):
    texts = ["cache key", "key of the cache", "cache", "cache key rotation"]
    put(on_each, *map(note, texts), *[note(f"other {n}") for n in range(30)])
    assert found(on_each, "rotate the cache key")[0] == "cache key rotation"
    assert found(on_each, "cache key")[0] == "cache key"


def test_what_shares_only_common_words_is_no_answer(on_each: Desk):
    """The threshold is one for every collection."""
    put(on_each, *[note(f"run the test of part{n}") for n in range(400)], note("canary sings"))
    assert found(on_each, "kubernetes ingress test certificate") == []
    assert found(on_each, "test kubernetes canary")[0] == "canary sings"
    assert len(found(on_each, "run the test")) == 10


def test_every_part_of_a_score_is_told(at: Desk):
    put(at, note("The login test is flaky", scope="repo:web", confidence=0.5))
    with at.store.read(ALL) as tx:
        (one,) = search(tx, "flaky login", limit=5, now=at.clock.now())
    parts = dict(one.parts)
    factors = [parts.pop(name) for name in ("scope", "confidence", "trust")]
    assert one.score == pytest.approx(sum(parts.values()) * math.prod(factors))


def test_the_order_is_one_and_the_same_in_every_backend(on_each: Desk):
    """Whatever the database thinks of a match, the last word is ours."""
    put(on_each, *[note(f"deploy {w} rule{n} canary") for n, w in enumerate("abcdefgh")],
        note("canary canary deploy"), note("deploy the canary on friday with care"))  # fmt: skip
    assert found(on_each, "friday canary deploy")[:2] == [
        "deploy the canary on friday with care",
        "canary canary deploy",
    ]
