"""Search over what was said and done, and over what was approved at another time."""

from __future__ import annotations

import pytest

from passdown.domain.change import Put
from passdown.domain.errors import Forbidden, Invalid
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.stages.apply.execute import execute
from tests.desk import ALICE, ROBOT, Desk


def texts(at: Desk, query: str, **how) -> list[str]:
    found = at.call("search", ALICE, query=query, **{"in": "sessions", **how})
    return [row["text"] for row in found["results"]]


def test_no_agent_is_handed_what_nobody_approved(on_each: Desk):
    with pytest.raises(Forbidden, match="approved by nobody"):
        on_each.call("search", ROBOT, **{"query": "staging", "in": "sessions"})


def test_what_was_said_is_found_with_what_stands_beside_it(on_each: Desk):
    for text in ("Is the staging cache warm?", "No, clear it first.", "Thanks"):
        on_each.say(text, "s1")
    on_each.say("Tea is at four", "s2")
    found = on_each.call("search", ALICE, **{"query": "staging caches", "in": "sessions"})
    first = found["results"][0]
    assert first["text"] == "Is the staging cache warm?"
    assert (first["session"], first["before"], first["after"]) == ("s1", "", "No, clear it first.")
    assert "No, clear it first." in [row["text"] for row in found["results"]]
    assert found["sessions"] == ["s1"]
    assert "why" not in first


def test_nothing_is_found_where_nobody_spoke_of_it(on_each: Desk):
    on_each.say("Tea is at four")
    assert texts(on_each, "kubernetes") == []
    assert texts(on_each, "the") == []


def test_an_explained_turn_tells_what_each_part_gave(on_each: Desk):
    for text in ("The login test is flaky", "Then retry the login"):
        on_each.say(text, "s1")
    found = on_each.call(
        "search", ALICE, **{"query": "flaky login", "in": "sessions", "explain": True}
    )
    why = found["results"][0]["why"]
    assert {"words", "pairs", "neighbours", "session"} >= {*why}
    assert sum(why.values()) == pytest.approx(found["results"][0]["score"], abs=0.001)


def test_what_is_said_later_is_found_by_the_next_search(on_each: Desk):
    on_each.say("The cache is stale")
    assert texts(on_each, "cache") == ["The cache is stale"]
    on_each.say("Clear the cache")
    assert sorted(texts(on_each, "cache")) == ["Clear the cache", "The cache is stale"]


def test_what_is_forgotten_is_found_no_more(on_each: Desk):
    on_each.say("The zanzibar cache", "s1")
    assert len(texts(on_each, "zanzibar")) == 1
    with on_each.store.write(ALL) as tx:
        tx.observations.drop("s1")
    assert texts(on_each, "zanzibar") == []


def test_turns_of_another_repo_stay_unseen(on_each: Desk):
    on_each.say("The cache of a", "sa", scope="repo:a")
    on_each.say("The cache of b", "sb", scope="repo:b")
    assert texts(on_each, "cache", repo="a") == ["The cache of a"]
    assert texts(on_each, "cache", scope="repo:b") == ["The cache of b"]


def test_a_search_in_sessions_is_narrowed(on_each: Desk):
    on_each.say("The cache is stale", "s1")
    on_each.say("The cache is warm", "s2")
    assert texts(on_each, "cache", session="s2") == ["The cache is warm"]
    assert texts(on_each, "cache", kind="call") == []
    assert len(texts(on_each, "cache", trust=1)) == 2
    assert len(texts(on_each, "cache", limit=1)) == 1


def said_on(at: Desk, *turns: tuple[str, str]) -> None:
    """Each of these a session of its day."""
    for day, text in turns:
        when = f"{day}T10:00:00.000Z"
        said = Observation(f"s {text}", text, Seen.PROMPT, text, when, trust=Trust.HUMAN)
        with at.store.write(ALL) as tx:
            tx.observations.add(Session(said.session, "test", started_at=when), [said])


def test_what_was_said_at_a_time_is_found_among_many_of_other_times(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("passdown.stages.serve.sessions.POOL", 2)
    said_on(on_each, *((f"2024-02-{n:02}", f"deploy of web {n}") for n in range(10, 20)))
    said_on(on_each, ("2023-10-13", "the deploy waits, for once, until the canary sings again"))
    on_each.say("Tea is at four")
    assert "canary" in texts(on_each, "deploy of 2023-10-13")[0]
    assert "canary" in texts(on_each, "deploy of 13 October 2023")[0]
    assert "canary" not in " ".join(texts(on_each, "deploy of 2024-02-12"))
    asked, one = "deploy of 2023-10-13", "s deploy of web 10"
    assert texts(on_each, asked, session=one) == ["deploy of web 10"]
    assert "canary" in texts(on_each, asked, as_of="2024-01-01")[0]
    assert texts(on_each, asked, as_of="2023-09-01") == []


def test_how_many_is_answered_by_a_turn_with_a_number(on_each: Desk):
    on_each.say("The staging cache is large", "s1")
    on_each.say("The staging cache has 12 shards", "s2")
    assert "12" in texts(on_each, "How many has the staging cache?")[0]


def test_an_index_that_is_rebuilt_finds_the_same(on_each: Desk):
    on_each.say("The cache is stale")
    on_each.say("Clear the cache")
    before = texts(on_each, "stale cache")
    assert on_each.call("index.rebuild")["heard"] == 2
    assert texts(on_each, "stale cache") == before


def test_there_is_nothing_to_search_elsewhere(at: Desk):
    with pytest.raises(Invalid, match="nothing to search in"):
        at.call("search", ALICE, **{"query": "tea", "in": "attic"})
    with pytest.raises(Invalid, match="only records"):
        texts(at, "tea", category="fact")
    with pytest.raises(Invalid, match="of no session"):
        at.call("search", ALICE, query="tea", session="s")


# ---- what was approved


def keep(at: Desk, *records: Record) -> None:
    with at.store.write(ALL) as tx:
        execute(tx, "p", [Put(r) for r in records], "alice")


def found(at: Desk, query: str, **how) -> list[str]:
    return [row["text"] for row in at.call("search", ALICE, query=query, **how)["results"]]


def test_what_another_replaced_is_found_as_of_its_time_only(on_each: Desk):
    old = Record(
        "note", "1", "Deploy on Monday", life=Life.SUPERSEDED,
        valid_from="2025-01-01T00:00:00.000Z", valid_to="2025-02-01T00:00:00.000Z",
    )  # fmt: skip
    new = Record("note", "2", "Deploy on Friday", valid_from="2025-02-01T00:00:00.000Z")
    keep(on_each, old, new)
    assert found(on_each, "deploy") == ["Deploy on Friday"]
    assert found(on_each, "deploy", as_of="2025-01-15") == ["Deploy on Monday"]
    assert found(on_each, "deploy", as_of="2025-02-15") == ["Deploy on Friday"]
    assert found(on_each, "deploy", as_of="2024-12-31") == []


def test_records_are_narrowed_by_category_scope_entity_and_trust(on_each: Desk):
    keep(
        on_each,
        Record("note", "1", "Run `make test` first", {"category": "pattern"}, trust=5),
        Record("note", "2", "Never run tests twice", {"category": "pitfall"}, trust=2),
        Record("note", "3", "Tests run in CI", scope="repo:web", trust=3),
    )
    assert found(on_each, "run tests", category="pitfall") == ["Never run tests twice"]
    assert found(on_each, "run tests", scope="repo:web") == ["Tests run in CI"]
    assert found(on_each, "run tests", trust=5) == ["Run `make test` first"]
    assert found(on_each, "run tests", entity="make test") == ["Run `make test` first"]
    assert found(on_each, "run tests", entity="docker") == []


def test_an_explained_record_tells_what_each_part_gave(on_each: Desk):
    keep(on_each, Record("note", "1", "Tea is good"))
    row = on_each.call("search", ALICE, query="good tea", explain=True)["results"][0]
    assert row["why"]["words"] == ["good", "tea"]
    assert {"full_text", "scope", "confidence", "trust", "like"} <= {*row["why"]}


def test_a_question_that_shares_only_common_words_finds_nothing(on_each: Desk):
    for n in range(300):
        on_each.say(f"run the tests of part{n}", f"s{n}")
    on_each.say("The canary sings at dawn", "s0")
    assert texts(on_each, "kubernetes ingress tests certificate") == []
    assert texts(on_each, "does a canary sing in kubernetes")[0] == "The canary sings at dawn"


def test_a_kind_that_there_is_none_of_is_told_and_not_searched_for(on_each: Desk):
    on_each.say("The cache is stale")
    for where, some in (("sessions", "prompt"), ("records", "note")):
        with pytest.raises(Invalid, match="no kind 'nope'") as refused:
            on_each.call("search", ALICE, **{"query": "cache", "in": where, "kind": "nope"})
        assert some in refused.value.next
    assert texts(on_each, "cache", kind="prompt") == ["The cache is stale"]
