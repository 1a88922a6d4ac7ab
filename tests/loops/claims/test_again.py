"""Replay of a pattern and of a question: done or asked again, or else, three examples each way."""

from __future__ import annotations

from passdown.contract.loop import Replay
from passdown.domain.settings import Setting, Settings
from passdown.loops.claims import LOOP
from passdown.loops.claims.detect import detect
from tests.loops.claims.turned import turned
from tests.loops.world import World

ON = Settings(
    {
        **turned("facts").values,
        "claims.patterns": Setting(True),
        "claims.questions": Setting(True),
    }
)
WAY = ("make lint", "make test", "git push")
ASKED = "Which time zone do the billing exports use?"


def did(*sessions: tuple[str, ...]) -> World:
    world = World()
    for commands in sessions:
        world.session()
        for line in commands:
            world.runs(line, "ok")
    return world


def replayed(world: World, category: str) -> Replay:
    corpus = world.corpus()
    (one,) = [f for f in detect(corpus, ON) if getattr(f.payload, "category", "") == category]
    return LOOP.replay(one.payload, corpus, ON)


def test_a_pattern_counts_later_sessions_that_did_it_and_that_came_to_its_end_without() -> None:
    world = did(WAY, WAY, WAY, ("make test", "git push"), ("make docs",))
    replay = replayed(world, "pattern")
    assert replay.sentence == (
        "Done in this order in 2 of 4 later sessions; 1 ran `git push` without it."
    )
    assert (replay.right, replay.wrong) == (2, 1)
    texts = [world.observations[seq - 1].text for seq in replay.right_examples]
    assert texts == ["git push", "git push"]
    assert [world.observations[seq - 1].session for seq in replay.wrong_examples] == ["s4"]


def test_at_most_three_examples_are_shown_each_way() -> None:
    replay = replayed(did(*[WAY] * 7, *[("git push",)] * 5), "pattern")
    assert (replay.right, replay.wrong) == (6, 5)
    assert len(replay.right_examples) == len(replay.wrong_examples) == 3


def test_a_pattern_that_nobody_could_follow_later_says_so() -> None:
    world = did(WAY + WAY)
    assert replayed(world, "pattern").sentence == "No later session to test it on."


def asking(world: World) -> World:
    world.session().says(ASKED)
    world.replies("I could not find that out.")
    return world


def test_a_question_counts_sessions_that_ask_again() -> None:
    world = asking(asking(World()))
    world.session().says("Fix the import.")
    replay = replayed(world, "question")
    assert replay.sentence == "Asked again in 1 of 2 later sessions; answered in none."
    assert [world.observations[seq - 1].text for seq in replay.right_examples] == [ASKED]


def test_a_question_counts_the_answer_of_another_repo_for_nothing_and_its_own_against_it() -> None:
    world = asking(World())
    corpus = world.corpus()
    (one,) = detect(corpus, ON)
    world.session("api").says("The billing exports use the time zone of Oslo.")
    world.session().says("The billing exports use the time zone of Oslo.")
    replay = LOOP.replay(one.payload, world.corpus(), ON)
    assert replay.sentence == "Asked again in 0 of 1 later session; answered in 1."
    assert [world.observations[seq - 1].session for seq in replay.wrong_examples] == ["s3"]


def failing(world: World) -> None:
    world.session().runs("make test", "ValueError: no currency for the archive", ok=False)


def test_an_open_error_is_asked_again_where_it_comes_again_and_answered_where_it_works() -> None:
    world = World()
    failing(world)
    failing(world)
    (one,) = detect(world.corpus(), ON)
    assert LOOP.replay(one.payload, world.corpus(), ON).sentence == (
        "Asked again in 1 of 1 later session; answered in none."
    )
    world.session().runs("make test", "ok")
    assert LOOP.replay(one.payload, world.corpus(), ON).sentence == (
        "Asked again in 1 of 2 later sessions; answered in 1."
    )
