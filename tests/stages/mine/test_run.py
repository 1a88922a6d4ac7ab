"""One cycle of one loop: found and replayed within its time, whatever the loop does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from passdown.contract.loop import Finding, Loop, Replay
from passdown.domain.errors import Limit
from passdown.domain.settings import defaults
from passdown.stages.mine.budget import Budget
from passdown.stages.mine.run import Mined, mine
from tests.desk import Desk, desk
from tests.notes import NOTES

KNOBS = defaults(NOTES.settings)


@pytest.fixture
def at() -> Iterator[Desk]:
    made = desk()
    made.say("because")
    yield made
    made.close()


def finding(name: str, confidence: float = 0.5) -> Finding[Any]:
    return Finding(name, (1,), name, name, confidence)


def loop(
    *findings: Finding[Any],
    detect: Callable[..., Iterator[Finding[Any]]] | None = None,
    replay: Callable[..., Replay] | None = None,
) -> Loop[Any]:
    return replace(
        NOTES,
        detect=detect or (lambda corpus, settings: iter(findings)),
        replay=replay or (lambda payload, corpus, settings: Replay(f"tried {payload}")),
    )


def run(at: Desk, one: Loop[Any], budget: Budget | None = None, embedder: Any = None) -> Mined:
    return mine(at.store, one, KNOBS, at.clock, budget, embedder)


def names(mined: Mined) -> list[str]:
    return [one.finding.key for one in mined.findings]


def test_every_finding_comes_with_its_replay_the_surest_first(at: Desk) -> None:
    mined = run(at, loop(finding("b", 0.4), finding("c", 0.9), finding("a", 0.4)))
    assert names(mined) == ["c", "a", "b"]
    assert [one.replay.sentence for one in mined.findings] == ["tried c", "tried a", "tried b"]
    assert (mined.loop, mined.read, mined.left_out, mined.failure) == ("notes", 1, 0, "")
    assert mined.seconds >= 0


def test_mining_writes_nothing(at: Desk) -> None:
    before = at.digest()
    run(at, NOTES)
    assert at.digest() == before


def test_the_loop_sees_the_time_of_the_cycle(at: Desk) -> None:
    told = []

    def detect(corpus: Any, settings: Any) -> Iterator[Finding[Any]]:
        told.append(corpus.now)
        return iter(())

    run(at, loop(detect=detect))
    assert told == [at.clock.now()]


def test_a_detector_that_raises_is_a_reported_failure(at: Desk) -> None:
    def detect(corpus: Any, settings: Any) -> Iterator[Finding[Any]]:
        yield finding("first")
        raise KeyError("lost")

    mined = run(at, loop(detect=detect))
    assert names(mined) == ["first"]
    assert mined.failure.startswith("detect raised KeyError: 'lost' (test_run.py:")


def test_an_error_of_ours_is_told_in_its_own_words(at: Desk) -> None:
    def detect(corpus: Any, settings: Any) -> Iterator[Finding[Any]]:
        raise Limit("too much", where="here", next="Ask for less.")

    assert run(at, loop(detect=detect)).failure == "detect: too much (here). Ask for less."


def test_a_replay_that_raises_loses_that_finding_only(at: Desk) -> None:
    def tried(payload: Any, corpus: Any, settings: Any) -> Replay:
        if payload == "bad":
            raise ValueError("no")
        return Replay("fine")

    mined = run(at, loop(finding("bad", 0.9), finding("good"), replay=tried))
    assert names(mined) == ["good"]
    assert "replay of 'bad' raised ValueError: no" in mined.failure


def test_what_the_time_does_not_suffice_for_is_counted(at: Desk) -> None:
    tick = iter(range(100))
    mined = run(at, loop(*map(finding, "abcdef")), Budget(9, tick=lambda: float(next(tick))))
    assert names(mined) == ["a", "b"]
    assert mined.left_out == 4


def test_detection_stops_when_its_time_is_over(at: Desk) -> None:
    asked: list[str] = []

    def detect(corpus: Any, settings: Any) -> Iterator[Finding[Any]]:
        for name in "abcdef":
            asked.append(name)
            yield finding(name)

    mined = run(at, loop(detect=detect), Budget(0))
    assert asked == ["a"]
    assert names(mined) == []
    assert mined.left_out == 1


def test_new_vectors_are_handed_back_to_be_kept(at: Desk) -> None:
    class Dense:
        name = "dense"

        def embed(self, texts: Sequence[str]) -> list[bytes]:
            return [b"v" for _ in texts]

    def detect(corpus: Any, settings: Any) -> Iterator[Finding[Any]]:
        corpus.embed(["because"])
        return iter(())

    mined = run(at, loop(detect=detect), embedder=Dense())
    assert mined.model == "dense"
    assert list(mined.vectors.values()) == [b"v"]
