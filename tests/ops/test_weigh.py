"""What was observed since questions were asked is read once, and again once it was rewritten."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from passdown.domain.scope import ALL
from passdown.ops import weigh
from passdown.stages.mine import since
from tests.desk import Desk, desk


def tail(at: Desk, ctx: Any, as_of: int) -> since.Tail:
    with at.store.read(ALL) as tx:
        return weigh._tail(ctx, tx, as_of)


@pytest.fixture
def ctx() -> Any:
    return SimpleNamespace(facts={"kept": {}})


def test_one_reading_serves_the_questions_that_are_decided_next(ctx: Any) -> None:
    at = desk()
    first, second = at.say("one"), at.say("two", "s2")
    read = tail(at, ctx, first)
    assert tail(at, ctx, second) is read
    at.say("three", "s3")
    assert tail(at, ctx, first) is not read


@pytest.mark.parametrize("name", weigh.REWRITES)
def test_a_past_that_was_rewritten_is_read_again(ctx: Any, name: str) -> None:
    at = desk()
    first = at.say("one")
    at.say("two", "s2")
    read = tail(at, ctx, first)
    with at.store.write(ALL) as tx:
        tx.ledger.append(name, "alice", "s1", {})
    assert tail(at, ctx, first) is not read


def test_what_is_too_much_to_keep_is_read_for_each(
    ctx: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(since, "MOST_KEPT", 1)
    at = desk()
    first = at.say("one")
    at.say("two", "s2")
    at.say("three", "s2")
    assert tail(at, ctx, first) is not tail(at, ctx, first)
