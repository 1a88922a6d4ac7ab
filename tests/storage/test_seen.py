"""Full text of what was seen follows the observations, in every backend."""

from __future__ import annotations

from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.scope import ALL, Sight
from passdown.storage.port import Store, Tx
from passdown.text.tokens import content_words

SAID = ["We deploy on Monday", "The cache is stale", "Clear the stale cache before you deploy", ""]


def heard(tx: Tx, session: str = "s", scope: str = "global", **how) -> list[int]:
    items = [
        Observation(session, f"{n}", Seen.PROMPT, text, scope=scope, **how)
        for n, text in enumerate(SAID)
    ]
    seqs = tx.observations.add(Session(session, "f"), items)
    tx.index.hear({seq: content_words(text) for seq, text in zip(seqs, SAID, strict=True)})
    return seqs


def find(tx: Tx, text: str, **how) -> list[int]:
    return tx.index.find(content_words(text), limit=how.pop("limit", 10), **how)


def test_what_was_said_is_found_by_its_words_best_first(store: Store):
    with store.write(ALL) as tx:
        monday, cache, clear, _ = heard(tx)
        assert find(tx, "stale cache")[0] == cache
        assert sorted(find(tx, "deploying")) == [monday, clear]
        assert find(tx, "clear the cache", limit=1) == [clear]
        assert find(tx, "kubernetes") == find(tx, "") == []
        assert tx.index.heard() == max(monday, cache, clear) + 1


def test_words_are_counted_by_how_many_observations_have_them(store: Store):
    with store.write(ALL) as tx:
        heard(tx)
        assert tx.index.having(["cach", "deploi", "mondai", "none"]) == {
            "cach": 2,
            "deploi": 2,
            "mondai": 1,
        }
        assert tx.index.having([]) == {}


def test_what_is_dropped_leaves_the_index(store: Store):
    with store.write(ALL) as tx:
        seqs = heard(tx)
        tx.erasure.drop(seqs[1:2])
        assert find(tx, "stale") == [seqs[2]]
        assert [one.seq for one in tx.index.around(seqs)] == [s for s in seqs if s != seqs[1]]
        tx.observations.drop("s")
        assert find(tx, "stale cache deploy") == []
        assert tx.index.having(["cach"]) == {}


def test_what_is_reworded_leaves_the_index_until_it_is_heard_again(store: Store):
    with store.write(ALL) as tx:
        seqs = heard(tx)
        page = tx.erasure.page("observations", limit=10)
        second = page[1]
        tx.erasure.rewrite(second._replace(values={**second.values, "text": "nothing"}))
        assert find(tx, "stale") == [seqs[2]]
        assert tx.index.reworded(10) == [seqs[1]]
        tx.index.hear({seqs[1]: content_words("the oven")})
        assert tx.index.reworded(10) == []
        assert find(tx, "oven") == [seqs[1]]


def test_only_what_is_unflagged_and_in_sight_is_found(store: Store):
    with store.write(ALL) as tx:
        here = heard(tx, "a", "repo:a")
        there = heard(tx, "b", "repo:b")
        tx.observations.flag(here[1], ["quarantined"])
    with store.read(Sight.at(repo="a")) as tx:
        assert find(tx, "stale") == [here[2]]
        assert [one.seq for one in tx.index.around([*here, *there])] == [here[0], *here[2:]]
    with store.read(Sight(())) as tx:
        assert find(tx, "stale") == []


def test_a_search_is_narrowed_by_kind_session_and_time(store: Store):
    with store.write(ALL) as tx:
        old = heard(tx, "old", at="2026-01-01T00:00:00.000Z")
        new = heard(tx, "new", at="2026-02-01T00:00:00.000Z")
        assert find(tx, "monday", session="new") == [new[0]]
        assert find(tx, "monday", until="2026-01-15") == [old[0]]
        assert find(tx, "monday", since="2026-01-15") == [new[0]]
        assert find(tx, "monday", kinds=["reply"]) == []
        assert len(find(tx, "monday", kinds=["prompt", "reply"])) == 2


def test_neighbours_come_with_their_session_and_who_spoke(store: Store):
    with store.write(ALL) as tx:
        seqs = heard(tx, meta={"speaker": "Ada"})
        one = tx.index.around([seqs[0], 999])[0]
        assert (one.seq, one.session, one.seen, one.actor) == (seqs[0], "s", "prompt", "Ada")
        assert one.words == tuple(content_words(SAID[0]))


def test_an_index_that_is_cleared_hears_everything_anew(store: Store):
    with store.write(ALL) as tx:
        seqs = heard(tx)
        tx.index.clear()
        assert tx.index.heard() == 0
        assert find(tx, "stale") == []
        tx.index.hear({seqs[1]: ["stale"]})
        assert find(tx, "stale") == [seqs[1]]


def test_no_word_is_an_operator(store: Store):
    with store.write(ALL) as tx:
        heard(tx)
        for word in ('"', "'", '"" OR "', "a' | 'b", "NEAR(a b)", "*", "\x01", "", "a\u00a0b"):
            assert tx.index.find([word], limit=10) == []
            assert len(tx.index.find([word, "stale"], limit=10)) == 2
