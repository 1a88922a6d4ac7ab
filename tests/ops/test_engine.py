"""Which model may be asked is told without asking it."""

from __future__ import annotations

import pytest

from passdown.ops.purse import Purse
from tests.desk import Desk
from tests.engines.fake import fake


def test_with_no_engine_it_says_how_to_have_one(on_each: Desk) -> None:
    told = on_each.call("engine")
    assert (told["engine"], told["ready"], told["mines"]) == ("none", False, False)
    assert "no engine is configured" in told["why"]
    assert "engine.model" in told["next"]
    assert [b["budget"] for b in told["budgets"]] == ["session", "backfill", "day"]


def test_a_configured_engine_is_ready_and_its_day_is_counted(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake({"items": []}) as at:
        monkeypatch.setenv("PASSDOWN_ENGINE_MODEL", "openai:gpt-4o-mini")
        monkeypatch.setenv("PASSDOWN_ENGINE_OPENAI_URL", f"{at.url}/v1")
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        purse = Purse(on_each.store, on_each.app.settings, on_each.clock)
        purse.settle(purse.reserve(700), 40)
        told = on_each.call("engine")
        assert at.requests == []
    assert (told["engine"], told["ready"]) == ("openai:gpt-4o-mini", True)
    assert told["budgets"][-1] == {
        "budget": "day",
        "micro_usd": 50_000,
        "spent": 40,
        "questions": 1,
        "unknown": 0,
    }


def test_a_missing_key_is_told_and_never_shown(
    on_each: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSDOWN_ENGINE_MODEL", "anthropic:claude-haiku-4-5")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    told = on_each.call("engine")
    assert (told["ready"], told["why"]) == (False, "anthropic wants a key")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-" + "x1y2z3" * 6)
    told = on_each.call("engine")
    assert told["ready"]
    assert "x1y2z3" not in str(told)
