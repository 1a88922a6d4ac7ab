"""The adapter speaks the real protocols over real sockets, whatever comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from passdown.domain.errors import Invalid, Unavailable, Unreadable
from passdown.domain.settings import Setting, Settings
from passdown.engines.model import Models
from passdown.engines.port import Answer, Failure
from tests.engines.fake import Broken, Fake, Prose, Refusal, Silence, Status, fake

SCHEMA = {
    "type": "object",
    "properties": {"items": {"type": "array", "items": {"type": "string"}}},
    "required": ["items"],
    "additionalProperties": False,
}
GOOD = {"items": ["tea"]}
KEY = "key-" + "a1b2c3d4"
KEYS = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}
MODELS = {"openai": "gpt-4o-mini", "anthropic": "claude-haiku-4-5", "ollama": "qwen3:8b"}
PROVIDERS = pytest.mark.parametrize("provider", MODELS)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "OPENAI_CUSTOM_HEADERS"):
        monkeypatch.delenv(name, raising=False)


def models(at: Fake | None, provider: str = "openai", **knobs: Any) -> Models:
    urls = {}
    if at is not None:
        urls = {f"engine.{p}_url": at.url + ("" if p == "anthropic" else "/v1") for p in MODELS}
    model = f"{provider}:{MODELS[provider]}"
    values = {"engine.model": model, **urls, **{f"engine.{k}": v for k, v in knobs.items()}}
    return Models(Settings({name: Setting(value) for name, value in values.items()}), KEYS)


def ask(made: Models, prompt: str = "What is for tea?") -> Answer | Failure:
    return made.ask(prompt, schema=SCHEMA, max_tokens=500)


def failed(made: Models) -> tuple[type, str, int | None]:
    found = ask(made)
    assert isinstance(found, Failure)
    return type(found.error), found.error.what, found.micro_usd


# ---- it answers


@pytest.mark.parametrize(
    ("provider", "micro_usd"), [("openai", 210), ("anthropic", 1500), ("ollama", None)]
)
def test_an_answer_has_the_asked_shape_and_its_cost(provider: str, micro_usd: int | None) -> None:
    with fake(GOOD) as at:
        found = ask(models(at, provider))
    assert found == Answer(GOOD, MODELS[provider], 1000, 100, micro_usd)
    assert at.prompts == ["What is for tea?"]
    (request,) = at.requests
    assert request["model"] == MODELS[provider]
    assert 500 in (request.get("max_tokens"), request.get("max_completion_tokens"))


def test_asking_leaves_the_schema_as_it_was() -> None:
    before = json.dumps(SCHEMA)
    with fake(GOOD) as at:
        ask(models(at))
    assert json.dumps(SCHEMA) == before


def test_the_key_goes_where_the_protocol_wants_it() -> None:
    with fake(GOOD) as at:
        ask(models(at, "openai"))
        ask(models(at, "anthropic"))
    assert at.headers[0]["authorization"] == f"Bearer {KEY}"
    sent = at.headers[1]
    assert KEY in (sent.get("x-api-key"), sent.get("authorization", "").removeprefix("Bearer "))


@PROVIDERS
def test_nothing_else_of_the_environment_is_sent(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "meant-for-another-server"
    for name in ("ANTHROPIC", "OPENAI"):
        monkeypatch.setenv(f"{name}_CUSTOM_HEADERS", f"X-Key: {secret}")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", secret)
    monkeypatch.setenv("OPENAI_ADMIN_KEY", secret)
    with fake(GOOD) as at:
        assert isinstance(ask(models(at, provider)), Answer)
        assert isinstance(ask(Models(models(at, provider).settings, {})), Answer)
    assert len(at.headers) == 2
    assert secret not in str(at.headers)


def test_a_price_of_ones_own_is_the_one_that_counts() -> None:
    with fake(GOOD) as at:
        found = ask(models(at, price="2,10"))
    assert isinstance(found, Answer)
    assert found.micro_usd == 3000


def test_a_server_that_does_not_count_tokens_has_no_known_cost() -> None:
    with fake(GOOD) as at:
        at.tokens = (0, 0)
        found = ask(models(at))
    assert isinstance(found, Answer)
    assert found.micro_usd is None


# ---- it tries again


@PROVIDERS
@pytest.mark.parametrize("code", [429, 500])
def test_what_passes_is_tried_again(provider: str, code: int) -> None:
    with fake(Status(code), Status(code), GOOD) as at:
        found = ask(models(at, provider))
    assert isinstance(found, Answer)
    assert len(at.requests) == 3


@PROVIDERS
def test_what_does_not_pass_is_told_and_costs_nothing(provider: str) -> None:
    with fake(Status(429)) as at:
        found = failed(models(at, provider, retries=1))
    assert found == (Unavailable, "the engine answers with status 429", 0)
    assert len(at.requests) == 2


def test_what_cannot_pass_is_not_tried_again() -> None:
    with fake(Status(401)) as at:
        assert failed(models(at))[1] == "the engine refuses the key"
    assert len(at.requests) == 1
    with fake(Status(404)) as at:
        assert failed(models(at))[1] == "the engine knows no such model"


def test_a_wrong_shape_is_corrected_once() -> None:
    with fake({"items": "tea"}, GOOD) as at:
        found = ask(models(at))
    assert isinstance(found, Answer)
    assert found.value == GOOD
    assert (found.input_tokens, found.output_tokens, found.micro_usd) == (2000, 200, 420)
    assert "is not of type" in str(at.requests[1]["messages"])


@pytest.mark.parametrize("step", [{"items": 3}, {}, Prose("Tea."), Broken('{"items": [')])
def test_a_wrong_shape_twice_is_an_error_that_was_paid_for(step: Any) -> None:
    with fake(step) as at:
        found = failed(models(at))
    assert found == (Unreadable, "the engine's answer has not the asked shape", 420)
    assert len(at.requests) == 2


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_refusal_is_told(provider: str) -> None:
    with fake(Refusal()) as at:
        kind, what, cost = failed(models(at, provider))
    assert (kind, what) == (Unreadable, "the engine refused to answer")
    assert cost


@PROVIDERS
def test_silence_ends_in_time_and_may_have_cost(provider: str) -> None:
    with fake(Silence()) as at:
        found = failed(models(at, provider, timeout=0.3, retries=0))
    assert found == (Unavailable, "the engine did not answer in time", None)


def test_nobody_there_is_told_and_costs_nothing() -> None:
    with fake(GOOD) as at:
        pass
    assert failed(models(at, retries=0)) == (Unavailable, "the engine cannot be reached", 0)


def test_the_next_model_is_asked_when_the_first_cannot_be_reached() -> None:
    with fake(Status(500), GOOD) as at:
        made = models(at, retries=0, model="openai:gpt-4o,anthropic:claude-haiku-4-5")
        found = ask(made)
    assert isinstance(found, Answer)
    assert (found.model, found.micro_usd) == ("claude-haiku-4-5", 1500)


def test_when_none_can_be_reached_the_last_one_says_why() -> None:
    with fake(Status(500), Status(429)) as at:
        made = models(at, retries=0, model="openai:gpt-4o,ollama:qwen3")
        assert failed(made) == (Unavailable, "the engine answers with status 429", 0)


def test_a_key_does_not_follow_where_the_address_points() -> None:
    with fake(Status(307)) as at:
        kind, _, _ = failed(models(at, retries=0))
    assert kind is Unavailable
    assert len(at.requests) == 1


def test_what_went_wrong_is_told_without_what_was_said() -> None:
    with fake({"items": "tea"}) as at:
        found = ask(models(at), "a private matter")
    assert isinstance(found, Failure)
    assert "private" not in str(found.error.plain())


# ---- it is configured


def test_the_most_it_may_cost_is_known_before_it_is_asked() -> None:
    made = models(None)
    low, high = (made.most("x " * n, schema=SCHEMA, max_tokens=500) for n in (10, 10_000))
    assert 0 < low < high
    dear = models(None, model="openai:gpt-4o-mini,anthropic:claude-opus-4-1")
    assert dear.most("x", schema=SCHEMA, max_tokens=500) > low
    assert models(None, "ollama").most("x", schema=SCHEMA, max_tokens=500) == 0


def test_an_answer_never_costs_more_than_it_might() -> None:
    with fake({"items": "tea"}, GOOD) as at:
        made = models(at)
        prompt = "word " * 4000
        at.tokens = (4000, 500)
        found = ask(made, prompt)
    assert isinstance(found, Answer)
    assert found.micro_usd is not None
    assert found.micro_usd <= made.most(prompt, schema=SCHEMA, max_tokens=500)


BAD: list[tuple[dict[str, Any], type, str]] = [
    ({"model": "gpt-4o"}, Invalid, "no engine 'gpt-4o'"),
    ({"model": "skynet:t800"}, Invalid, "no engine"),
    ({"model": "openai:"}, Invalid, "no engine"),
    ({"model": "openai:my-own"}, Unavailable, "the price of my-own is not known"),
    ({"price": "cheap"}, Invalid, "no price"),
    ({"price": "1"}, Invalid, "no price"),
    ({"price": "-1,2"}, Invalid, "no price"),
    ({"openai_url": "file:///etc/passwd"}, Invalid, "no address"),
    ({"openai_url": "http://models.example"}, Invalid, "unencrypted"),
]


@pytest.mark.parametrize(("knobs", "kind", "said"), BAD)
def test_a_bad_setting_says_what_to_do(knobs: dict[str, Any], kind: Any, said: str) -> None:
    with pytest.raises(kind, match=said) as told:
        models(None, **knobs).check()
    assert told.value.where
    assert told.value.next


def test_a_missing_key_is_named() -> None:
    made = Models(models(None).settings, {})
    with pytest.raises(Unavailable, match="wants a key") as told:
        made.check()
    assert told.value.where == "OPENAI_API_KEY"


def test_a_server_of_ones_own_wants_no_key() -> None:
    with fake(GOOD) as at:
        made = Models(models(at).settings, {})
        made.check()
        assert isinstance(ask(made), Answer)


def test_a_key_may_be_sent_unencrypted_on_this_machine_only() -> None:
    for host in ("localhost", "127.0.0.1", "[::1]"):
        models(None, openai_url=f"http://{host}:1/v1").check()


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passdown.engines.model.find_spec", lambda name: None)
    with pytest.raises(Unavailable) as told:
        models(None).check()
    assert told.value.next == "pip install 'passdown[llm]'"
