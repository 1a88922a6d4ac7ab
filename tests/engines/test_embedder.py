"""The adapter speaks the protocol of embeddings over real sockets, whatever comes back."""

from __future__ import annotations

import math
from typing import Any

import pytest

from passdown.domain.errors import Invalid, Unavailable, Unreadable
from passdown.domain.settings import Setting, Settings
from passdown.engines.embedder import Embeddings
from passdown.engines.embedding import NoMeaning
from passdown.engines.port import Embedded, Failure
from passdown.text.dense import packed, unpacked
from tests.engines.vectors import FakeVectors, fake_vectors, vector

KEY = "key-" + "a1b2c3d4"
TEXTS = ["tea is at four", "the car", ""]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def embedder(
    at: FakeVectors | None, spec: str = "openai:text-embedding-3-small", **knobs: Any
) -> Embeddings:
    urls = {f"engine.{p}_url": at.url for p in ("openai", "ollama")} if at else {}
    values = {"engine.embedder": spec, **urls, **{f"engine.{k}": v for k, v in knobs.items()}}
    found = Settings({name: Setting(value) for name, value in values.items()})
    return Embeddings(found, {"OPENAI_API_KEY": KEY})


def asked(made: Embeddings, texts: list[str] = TEXTS, seconds: float = 5) -> Embedded:
    found = made.ask(texts, seconds)
    assert isinstance(found, Embedded), found
    return found


def failed(made: Embeddings, seconds: float = 5) -> tuple[type, str, int | None]:
    found = made.ask(TEXTS, seconds)
    assert isinstance(found, Failure)
    return type(found.error), found.error.what, found.micro_usd


# ---- it answers


@pytest.mark.parametrize("base64", [True, False])
def test_each_text_has_its_vector_of_length_one_in_order(base64: bool) -> None:
    with fake_vectors(parts=8, base64=base64) as at:
        found = asked(embedder(at))
    for raw, text in zip(found.vectors, TEXTS, strict=True):
        assert unpacked(raw) == pytest.approx(unpacked(packed(vector(text, 8))), abs=1e-6)
    assert math.isclose(sum(part * part for part in unpacked(found.vectors[0])), 1, abs_tol=1e-6)
    (request,) = at.requests
    assert at.paths == ["/v1/embeddings"]
    assert request["model"] == "text-embedding-3-small"
    assert request["input"] == TEXTS
    assert "dimensions" not in request


def test_both_ways_of_writing_say_the_same() -> None:
    with fake_vectors(base64=True) as one, fake_vectors(base64=False) as other:
        pairs = zip(asked(embedder(one)).vectors, asked(embedder(other)).vectors, strict=True)
        assert all(unpacked(a) == pytest.approx(unpacked(b), abs=1e-6) for a, b in pairs)


def test_shorter_vectors_can_be_asked_for_and_are_another_model() -> None:
    with fake_vectors() as at:
        made = embedder(at, embedder_parts=16)
        assert len(asked(made).vectors[0]) == 64
    assert made.name == "openai:text-embedding-3-small@16"


def test_the_key_goes_with_it_and_to_a_server_of_ones_own_none() -> None:
    with fake_vectors() as at:
        asked(embedder(at))
        asked(embedder(at, "ollama:nomic-embed-text"))
    assert at.headers[0]["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in at.headers[1]


# ---- what it costs


def test_a_listed_price_is_counted_and_bounds_it() -> None:
    with fake_vectors() as at:
        made = embedder(at)
        assert made.most(["word " * 100_000]) == pytest.approx(2000, rel=0.5)
        assert asked(made, ["word " * 100_000]).micro_usd == 2000
    assert (made.most(["tea"]) or 0) >= 1


def test_a_price_of_ones_own_comes_first() -> None:
    with fake_vectors() as at:
        made = embedder(at, "ollama:nomic-embed-text", embedder_price=10.0)
        assert asked(made, ["a b"]).micro_usd == 20
        assert asked(embedder(at, "openai:unknown", embedder_price=0.0)).micro_usd == 0


@pytest.mark.parametrize("spec", ["ollama:nomic-embed-text", "openai:unknown"])
def test_an_unknown_price_stays_unknown(spec: str) -> None:
    with fake_vectors() as at:
        made = embedder(at, spec)
        assert made.most(TEXTS) is None
        assert asked(made).micro_usd is None


def test_a_server_that_does_not_count_leaves_the_cost_unknown() -> None:
    with fake_vectors(counts=False) as at:
        assert asked(embedder(at)).micro_usd is None


# ---- it does not answer


@pytest.mark.parametrize(
    ("status", "what", "cost"),
    [
        (401, "the embedder refuses the key", 0),
        (403, "the embedder refuses the key", 0),
        (404, "the embedder knows no such model", 0),
        (429, "the embedder wants to be asked less often", 0),
        (302, "the embedder answers with status 302", 0),
        (500, "the embedder answers with status 500", 0),
        (504, "the embedder answers with status 504", None),
    ],
)
def test_a_status_is_told_and_costs_what_it_may(status: int, what: str, cost: int | None) -> None:
    with fake_vectors(status=status) as at:
        assert failed(embedder(at)) == (Unavailable, what, cost)
    assert len(at.requests) == 1


def test_one_that_is_not_there_costs_nothing() -> None:
    with fake_vectors() as at:
        made = embedder(at)
    assert failed(made) == (Unavailable, "the embedder cannot be reached", 0)


def test_one_that_is_slow_is_not_waited_for() -> None:
    with fake_vectors(slow=5.0) as at:
        told = failed(embedder(at), seconds=0.1)
    assert told == (Unavailable, "the embedder did not answer in time", None)


def _row(n: Any, said: Any) -> dict[str, Any]:
    return {"index": n, "embedding": said}


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"\xff\xfe",
        [],
        {},
        {"data": None},
        {"data": [_row(0, [1.0])]},
        {"data": [_row(0, [1.0]), _row(1, [1.0]), _row(1, [1.0])]},
        {"data": [_row(0, [1.0]), _row(1, [1.0]), _row(2, [1.0, 2.0])]},
        {"data": [_row(0, [1.0]), _row(1, [0.0]), _row(2, [1.0])]},
        {"data": [_row(0, [1.0]), _row(1, []), _row(2, [1.0])]},
        {"data": [_row(0, [1.0]), _row(1, ["x"]), _row(2, [1.0])]},
        {"data": [_row(0, [1.0]), _row(1, None), _row(2, [1.0])]},
        {"data": [_row(0, "AAAA"), _row(1, "AAAA"), _row(2, "AAAA")]},
        {"data": [_row(0, "!!"), _row(1, "!!"), _row(2, "!!")]},
        {"data": [_row(0, [1e400]), _row(1, [1.0]), _row(2, [1.0])]},
    ],
)
def test_what_is_not_one_vector_a_text_is_refused(body: Any) -> None:
    with fake_vectors(body=body) as at:
        told = failed(embedder(at))
    assert told == (Unreadable, "the embedder's answer is not one vector a text", None)


def test_no_error_tells_a_key_or_a_text() -> None:
    with fake_vectors(status=500, body={"error": f"{KEY} {TEXTS[0]}"}) as at:
        found = embedder(at).ask(TEXTS, 5)
    assert isinstance(found, Failure)
    assert KEY not in str(found.error)
    assert TEXTS[0] not in str(found.error)


# ---- how it is configured


@pytest.mark.parametrize("spec", ["anthropic:claude-haiku-4-5", "openai", "openai:", "x:y", ":"])
def test_what_makes_no_vectors_is_refused_with_an_example(spec: str) -> None:
    with pytest.raises(Invalid) as told:
        embedder(None, spec).check()
    assert told.value.where == "engine.embedder"


def test_a_missing_key_is_told() -> None:
    made = Embeddings(embedder(None).settings, {})
    with pytest.raises(Unavailable, match="openai wants a key"):
        made.check()


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passdown.engines.embedder.find_spec", lambda _: None)
    with pytest.raises(Unavailable) as told:
        embedder(None).most(TEXTS)
    assert "passdown[llm]" in told.value.next


def test_with_none_configured_it_says_how_to_have_one() -> None:
    for ask in (NoMeaning().check, lambda: NoMeaning().embed([""], seconds=1)):
        with pytest.raises(Unavailable, match="no embedder is configured"):
            ask()
