"""An error a session ended with is open until a later session gets rid of it."""

from __future__ import annotations

from passdown.loops.claims.draft import Draft
from passdown.loops.claims.uncured import uncured
from tests.loops.world import World

FAILS = "test_pay FAILED\nValueError: no currency for the archive"


def found(world: World) -> list[Draft]:
    return list(uncured(world.corpus()))


def test_a_check_that_ends_with_an_error_is_a_question_with_the_error_in_its_words() -> None:
    world = World().session()
    answer = world.runs("make test", FAILS, ok=False)
    (one,) = found(world)
    assert one.text == 'Why does `make test` fail with "ValueError: no currency for the archive"?'
    assert (one.category, one.confidence) == ("question", 0.5)
    last = one.quotes[-1]
    assert answer.text[last.start : last.end] == "ValueError: no currency for the archive"


def test_it_is_surer_when_two_sessions_end_with_it() -> None:
    world = World()
    for _ in range(2):
        world.session().runs("make test", FAILS, ok=False)
    (one,) = found(world)
    assert one.confidence == 0.75


def test_it_is_closed_where_it_works_later_in_that_repo() -> None:
    world = World().session()
    world.runs("make test", FAILS, ok=False)
    world.session("api").runs("make test", "ok")
    assert len(found(world)) == 1
    world.session().runs("make test", "ok")
    assert found(world) == []


def test_it_is_none_when_it_worked_before_the_end() -> None:
    world = World().session()
    world.runs("make test", FAILS, ok=False)
    world.runs("make test", "ok")
    assert found(world) == []


def test_a_call_made_wrongly_or_refused_is_no_question() -> None:
    world = World().session()
    world.runs("make test", "bash: make: command not found", ok=False)
    world.runs("make build", "Exit code 1", ok=False)
    world.runs("git push", "error: failed to push some refs", ok=False)
    assert found(world) == []


def test_an_error_long_before_the_end_is_not_what_it_ended_with() -> None:
    world = World().session()
    world.runs("make test", FAILS, ok=False)
    for n in range(6):
        world.runs(f"make v{n}", "ok")
    assert found(world) == []
