"""A writer pays before it asks, asks once, and neither sends nor keeps what is secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from passdown.domain.errors import Limit, Unavailable, Unreadable
from passdown.engines.metered import Hold, Metered
from passdown.engines.port import Answer, Failure
from passdown.engines.replay import ReplayWriter, question_key
from passdown.engines.static import NoWriter

SCHEMA = {"type": "object"}


@dataclass
class Model:
    """Costs 30 at the most, and says what it is told to."""

    found: Answer | Failure
    name: str = "toy"
    asked: list[str] = field(default_factory=list)

    def check(self) -> None:
        raise Unavailable("out of order")

    def most(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> int:
        return 30

    def ask(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer | Failure:
        self.asked.append(prompt)
        return self.found


@dataclass
class Desk:
    """A purse and a tape that write down what they are told."""

    holds: int = 1000
    told: list[Any] = field(default_factory=list)
    kept: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def within(self, **facts: str) -> Desk:
        self.told.append(facts)
        return self

    def reserve(self, micro_usd: int) -> Hold:
        if micro_usd > self.holds:
            raise Limit("no more")
        self.told.append(("reserve", micro_usd))
        return Hold(micro_usd)

    def settle(self, hold: Hold, micro_usd: int | None) -> None:
        self.told.append(("settle", hold.micro_usd, micro_usd))

    def recall(self, key: str, engine: str) -> Answer | None:
        return self.kept.get((key, engine))

    def keep(self, key: str, engine: str, answer: Answer) -> None:
        self.kept[key, engine] = answer


def clean(text: str) -> str:
    return text.replace("hunter2", "[secret:1234]")


def metered(found: Answer | Failure, holds: int = 1000) -> tuple[Metered, Model, Desk]:
    model, at = Model(found), Desk(holds)
    return Metered(model, at, at, clean), model, at


def write(writer: Any, prompt: str = "hello") -> Answer:
    answer: Answer = writer.write(prompt, schema=SCHEMA, max_tokens=10)
    return answer


def test_what_it_may_cost_is_set_aside_and_what_it_cost_is_settled() -> None:
    writer, model, at = metered(Answer({"a": 1}, "m", 5, 6, 7))
    assert write(writer) == Answer({"a": 1}, "m", 5, 6, 7)
    assert at.told == [("reserve", 30), ("settle", 30, 7)]
    assert (writer.name, model.asked) == ("toy", ["hello"])


def test_what_the_budget_does_not_hold_is_not_asked() -> None:
    writer, model, _ = metered(Answer(1, "m"), holds=29)
    with pytest.raises(Limit):
        write(writer)
    assert model.asked == []


def test_a_failure_is_raised_once_it_is_settled() -> None:
    writer, _, at = metered(Failure(Unreadable("odd"), 3))
    with pytest.raises(Unreadable):
        write(writer)
    assert at.told[-1] == ("settle", 30, 3)
    assert at.kept == {}


def test_the_same_question_is_asked_once_and_costs_nothing_again() -> None:
    writer, model, at = metered(Answer({"a": 1}, "m", 5, 6, 7))
    write(writer)
    assert write(writer) == Answer({"a": 1}, "m", 0, 0, 0)
    assert len(model.asked) == 1
    assert len(at.told) == 2
    model.name = "another"
    write(writer)
    assert len(model.asked) == 2


def test_nothing_secret_is_sent_kept_or_seen() -> None:
    said = {"say": ["hunter2"], "hunter2": {"n": 1, "ok": True}}
    writer, model, at = metered(Answer(said, "m"))
    answer = write(writer, "it is hunter2")
    assert model.asked == ["it is [secret:1234]"]
    hidden = {"say": ["[secret:1234]"], "[secret:1234]": {"n": 1, "ok": True}}
    assert answer.value == hidden
    assert [kept.value for kept in at.kept.values()] == [hidden]


def test_what_was_kept_can_be_replayed() -> None:
    writer, _, at = metered(Answer({"a": 1}, "m"))
    write(writer)
    replayed = ReplayWriter({key: answer for (key, _), answer in at.kept.items()})
    replayed.check()
    assert write(replayed.within(session="s")).value == {"a": 1}
    assert question_key("hello", SCHEMA) in {key for key, _ in at.kept}


def test_it_is_held_to_the_session_and_the_run_it_is_for() -> None:
    writer, _, at = metered(Answer(1, "m"))
    assert write(writer.within(session="s", run="r")).value == 1
    assert at.told[0].items() >= {"session": "s", "run": "r"}.items()
    assert at.told[1] == {"session": "s"}


def test_what_the_engine_lacks_is_told() -> None:
    with pytest.raises(Unavailable, match="out of order"):
        metered(Answer(1, "m"))[0].check()


def test_no_engine_says_how_to_have_one() -> None:
    for ask in (NoWriter().check, lambda: write(NoWriter().within(session="s"))):
        with pytest.raises(Unavailable) as told:
            ask()
        assert told.value.where == "engine.model"
        assert "anthropic:" in told.value.next
