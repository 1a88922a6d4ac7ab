"""Search by meaning: a model of the user's choice adds to it, costs what it may, and is missed
loudly and harmlessly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.actor import human
from passdown.domain.change import Put
from passdown.domain.clock import new_id
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL, Sight
from passdown.ops.meaning import REST, TROUBLE
from passdown.stages.apply.execute import execute
from tests.desk import Desk, desk
from tests.engines.vectors import FakeVectors, fake_vectors
from tests.postgres import PostgresServer

SPEC = "ollama:nomic-embed-text"
OTHERS = [f"remark {n} on matter {n * 7} of {n * 13}" for n in range(60)]
CAR = "wash the car on friday"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextmanager
def embedded(
    monkeypatch: pytest.MonkeyPatch, spec: str = SPEC, **how: Any
) -> Iterator[FakeVectors]:
    """Settings that name a model, and its server."""
    with fake_vectors(**how) as at:
        knobs = {"embedder": spec, "ollama_url": at.url, "openai_url": at.url}
        for name, value in knobs.items():
            monkeypatch.setenv(f"PASSDOWN_ENGINE_{name.upper()}", value)
        yield at


def put(at: Desk, *records: Record) -> None:
    with at.store.write(ALL) as tx:
        execute(tx, new_id(), [Put(r) for r in records], "alice")


def note(text: str, **facts: Any) -> Record:
    return Record("note", text, text, **facts)


def fill(at: Desk, *texts: str) -> dict[str, Any]:
    put(at, *map(note, texts))
    found: dict[str, Any] = at.call("index.follow")
    return found


def search(at: Desk, query: str, **how: Any) -> list[str]:
    return [row["text"] for row in at.call("search", query=query, **how)["results"]]


def fresh(at: Desk) -> Desk:
    """The same store in a new process, which read the settings anew."""
    at.app._settings = None
    at.app._kept.clear()
    return at


# ---- it finds more


def test_what_says_it_in_other_words_is_found(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(on_each, *map(note, [*OTHERS, CAR]))
    assert search(on_each, "automobile vehicle") == []
    with embedded(monkeypatch) as server:
        at = fresh(on_each)
        assert at.call("index.follow")["meant"] == 61
        found = at.call("search", query="automobile vehicle", explain=True)
        assert server.texts[-1] == "automobile vehicle"
    (row,) = found["results"]
    assert row["text"] == CAR
    assert row["why"]["words"] == []
    assert 0 < row["why"]["meaning"] <= 1
    assert "note" not in found


def test_what_nothing_is_about_is_still_answered_with_nothing(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch):
        fill(on_each, *OTHERS, CAR)
        asked = ("kubernetes", "quantum flux", "zebra crossing ahead", "the of and", " ")
        assert [search(on_each, query) for query in asked] == [[]] * 5


def test_of_what_words_find_the_nearer_comes_first(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch):
        fill(on_each, *OTHERS, "friday zebra banana", CAR)
        assert search(on_each, "friday automobile car")[0] == CAR
        rows = on_each.call("search", query="friday vehicle", explain=True)["results"]
    assert rows[0]["text"] == CAR
    assert rows[0]["why"]["meaning"] > rows[1]["why"]["meaning"]


def test_sight_life_time_kind_and_trust_hold_for_meaning_too(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch):
        put(
            on_each,
            *map(note, OTHERS),
            note("a wash car", scope="repo:a", trust=3),
            note("b wash car", scope="repo:b", trust=1),
            note("c wash car", life=Life.ARCHIVED),
            note("d wash car", valid_to="2020-01-01T00:00:00.000Z"),
            note("e wash car", valid_from="2030-01-01T00:00:00.000Z"),
        )
        on_each.call("index.follow")
        query = "automobile vehicle"
        assert set(search(on_each, query)) == {"a wash car", "b wash car"}
        assert search(on_each, query, repo="b") == ["b wash car"]
        assert search(on_each, query, trust=2) == ["a wash car"]
        assert search(on_each, query, scope="repo:b") == ["b wash car"]
        assert search(on_each, query, kind="note", limit=1) == ["a wash car"]
        blind = on_each.app.call("search", {"query": query}, human("bo"), sight=Sight.at("c"))
        assert blind["results"] == []


def test_every_backend_answers_the_same(
    tmp_path: Path, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = {"postgres": postgres_server.fresh()}
    said = []
    with embedded(monkeypatch):
        for backend in ("memory", "sqlite", "postgres"):
            (tmp_path / backend / "store").mkdir(parents=True)
            at = desk(backend, tmp_path / backend, dsn.get(backend, ""))
            fill(at, *OTHERS, CAR, "the service restarts on friday")
            asked = ("bounce the daemon", "automobile", "friday car", "matter 7")
            rows = [at.call("search", query=q, explain=True)["results"] for q in asked]
            said.append([[(row["text"], row["why"]) for row in each] for each in rows])
            at.close()
    assert said[0] == said[1] == said[2]
    assert [each[0][0] for each in said[0]][:2] == ["the service restarts on friday", CAR]


# ---- it follows


def test_only_what_is_new_is_asked_about(on_each: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(monkeypatch) as server:
        assert fill(on_each, *OTHERS)["meant"] == 60
        assert fill(on_each)["meant"] == 0
        assert fill(on_each, "new")["meant"] == 1
    assert len(server.texts) == 61
    assert all(len(request["input"]) <= 64 for request in server.requests)


def test_what_is_sent_is_redacted(on_each: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
    with embedded(monkeypatch) as server:
        fill(on_each, f"the token is {secret[:40]}")
        on_each.call("search", query=f"token {secret[:40]}")
    assert len(server.texts) == 2
    assert not any(secret[:40] in text for text in server.texts)


def test_another_model_makes_all_vectors_anew(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch):
        fill(on_each, *OTHERS, CAR)
    with embedded(monkeypatch, "ollama:other", salt="other") as server:
        at = fresh(on_each)
        told = at.call("search", query="automobile friday")
        assert told["note"].startswith("Searched by words only: 0 of 61 records")
        assert at.call("index.follow")["meant"] == 61
        assert search(at, "automobile") == [CAR]
        assert {request["model"] for request in server.requests} == {"other"}


def test_vectors_of_another_length_are_told_and_made_anew(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch) as server:
        fill(on_each, *OTHERS, CAR)
        server.parts = 1024
        told = on_each.call("search", query="automobile friday")
        assert told["note"].startswith("Searched by words only: 0 of 61 records")
        assert [row["text"] for row in told["results"]] == [CAR]
        assert fill(on_each, "new")["meant"] == 62
        assert search(on_each, "automobile") == [CAR]


def test_a_rebuilt_index_makes_all_vectors_anew(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch):
        fill(on_each, *OTHERS)
        assert on_each.call("index.rebuild")["meant"] == 60


def test_what_is_forgotten_has_no_vector(on_each: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(monkeypatch):
        fill(on_each, *OTHERS, CAR)
        assert search(on_each, "automobile") == [CAR]
        with on_each.store.write(ALL) as tx:
            tx.erasure.drop_record("note", CAR)
            left = tx.index.meanings.signs(SPEC, 512)
        assert len(left) == 60
        assert search(on_each, "automobile") == []


def test_what_was_reworded_meanwhile_is_asked_about_again(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch) as server:
        put(on_each, note("tea"))
        real = server.answer

        def reworded(request: dict[str, Any]) -> dict[str, Any]:
            if len(server.requests) == 1:
                with on_each.store.write(ALL) as tx:
                    (old,) = tx.knowledge.all("note")
                    execute(tx, "q", [Put(replace(old, text="milk"))], "alice")
            return real(request)

        monkeypatch.setattr(server, "answer", reworded)
        assert on_each.call("index.follow")["meant"] == 1
        assert server.texts == ["tea", "milk"]


# ---- it is missed


def test_without_it_nobody_is_asked_and_nothing_is_said(on_each: Desk) -> None:
    fill(on_each, CAR)
    found = on_each.call("search", query="car")
    assert (list(found), found["results"][0]["text"]) == (["query", "results"], CAR)
    assert set(on_each.call("index.follow")) == {"entries", "heard", "beside"}
    assert standing(on_each) == (True, "search is by words: engine.embedder is not set", "")


def standing(at: Desk) -> tuple[bool, str, str]:
    checks = at.call("doctor")["checks"]
    (one,) = [check for check in checks if check["check"] == "meaning"]
    return one["ok"], one["found"], one["next"]


def test_while_it_is_away_words_are_searched_and_it_is_said(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch) as server:
        fill(on_each, *OTHERS, CAR)
        assert standing(on_each) == (True, f"{SPEC} knows every record", "")
        server.status = 503
        found = on_each.call("search", query="wash friday")
        assert [row["text"] for row in found["results"]] == [CAR]
        assert found["note"].startswith("Searched by words only: the embedder answers with status")
        many = len(server.requests)
        assert "note" in on_each.call("search", query="wash friday")
        assert len(server.requests) == many
        server.status = 200
        on_each.clock.advance(seconds=REST + 1)
        assert "note" not in on_each.call("search", query="wash friday")


def test_what_could_not_be_asked_about_is_told_and_made_up_for(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded(monkeypatch, status=503) as server:
        told = fill(on_each, CAR, *OTHERS)
        assert (told["entries"], told["meant"]) == (61, 0)
        assert "status 503" in told["note"]
        ok, found, _ = standing(on_each)
        assert not ok
        assert "status 503" in found
        server.status = 200
        assert on_each.call("index.follow") == {"entries": 0, "heard": 0, "beside": 0, "meant": 61}
        assert standing(on_each)[0]
    with on_each.store.read(ALL) as tx:
        assert tx.registry.value(TROUBLE) == ""


def test_records_without_a_vector_are_told(on_each: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(monkeypatch):
        fill(on_each, *OTHERS)
        put(on_each, note(CAR))
        found = on_each.call("search", query="wash friday")
        assert [row["text"] for row in found["results"]] == [CAR]
        assert found["note"].startswith("Searched in part by words only: 60 of 61 records")
        assert standing(on_each)[1:] == (
            f"{SPEC}: 1 records lack a vector",
            "passdown index follow",
        )


# ---- it costs


def test_a_day_s_money_bounds_it(on_each: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSDOWN_ENGINE_EMBEDDER_PRICE", "100")
    monkeypatch.setenv("PASSDOWN_ENGINE_DAY_MICRO_USD", "70000")
    with embedded(monkeypatch) as server:
        told = fill(on_each, CAR)
        assert (told["meant"], "note" in told) == (1, False)
        told = fill(on_each, *OTHERS)
        assert "the day's budget for the engine does not hold this" in told["note"]
        many = len(server.requests)
        assert search(on_each, "wash friday") == [CAR]
        assert len(server.requests) == many + 1
    (day,) = [b for b in on_each.call("engine")["budgets"] if b["budget"] == "day"]
    assert (day["spent"], day["questions"]) == (700, 2)


def test_where_no_price_is_known_requests_are_counted(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSDOWN_ENGINE_EMBEDDER_CALLS", "2")
    with embedded(monkeypatch) as server:
        fill(on_each, CAR)
        assert search(on_each, "automobile friday") == [CAR]
        found = on_each.call("search", query="wash friday")
        assert "asked 2 times today, and its price is not known" in found["note"]
        assert [row["text"] for row in found["results"]] == [CAR]
        (day,) = [b for b in on_each.call("engine")["budgets"] if b["budget"] == "day"]
        assert (day["spent"], day["questions"], day["unknown"]) == (0, 2, 2)
        on_each.clock.advance(days=1)
        assert "note" not in on_each.call("search", query="wash friday")
    assert len(server.requests) == 3


def test_a_bad_setting_is_told_and_words_are_searched(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSDOWN_ENGINE_EMBEDDER", "anthropic:claude-haiku-4-5")
    told = fill(on_each, CAR)
    assert "no embedder 'anthropic:claude-haiku-4-5'" in told["note"]
    found = on_each.call("search", query="wash friday")
    assert [row["text"] for row in found["results"]] == [CAR]
    assert "no embedder" in found["note"]
    assert not standing(on_each)[0]
