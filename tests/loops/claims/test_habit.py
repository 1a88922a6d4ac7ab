"""What sessions of one repo do in the same order: how often, how surely, and never by chance."""

from __future__ import annotations

import time
from itertools import permutations

import pytest

from passdown.loops.claims.draft import Draft
from passdown.loops.claims.habit import habits, sequences
from tests.loops.world import World

RELEASE = ("make lint", "make test", "git commit -qam x", "git push")


def did(*sessions: tuple[str, ...], repo: str = "web") -> World:
    world = World()
    for commands in sessions:
        world.session(repo)
        for line in commands:
            world.runs(line, "ok")
    return world


def found(world: World) -> list[Draft]:
    return list(habits(world.corpus()))


def test_what_three_sessions_do_in_one_order_is_asked_by_its_commands() -> None:
    (one,) = found(did(RELEASE, RELEASE, RELEASE))
    assert one.text == (
        "Sessions here run `make lint`, then `make test`, then `git commit`, then `git push`."
    )
    assert (one.category, one.scope, one.confidence) == ("pattern", "repo:web", 0.75)
    assert one.check == "contains Makefile lint:"


@pytest.mark.parametrize(("sessions", "sure"), [(2, 0.6), (3, 0.75), (5, 0.8), (8, 0.85)])
def test_each_further_session_makes_it_surer(sessions: int, sure: float) -> None:
    (one,) = found(did(*[RELEASE] * sessions))
    assert one.confidence == sure


def test_one_session_shows_it_when_it_commits_that_way_twice() -> None:
    assert found(did(RELEASE)) == []
    (one,) = found(did(RELEASE + RELEASE))
    assert one.confidence == 0.5


def test_the_receipts_are_the_calls_of_every_session() -> None:
    world = did(RELEASE, RELEASE)
    (one,) = found(world)
    texts = {o.seq: o.text for o in world.observations}
    assert [texts[q.seq][q.start : q.end] for q in one.quotes] == [*RELEASE, *RELEASE]
    assert {o.session for o in one.seen} == {"s1", "s2"}


def test_a_shorter_one_that_is_seen_no_more_often_is_not_asked_beside_it() -> None:
    assert [len(d.text.split(", then ")) for d in found(did(RELEASE, RELEASE))] == [4]


def test_what_is_done_in_any_order_is_no_habit() -> None:
    world = did(*[("make a", "make b", "git push")] * 2, *[("make b", "make a", "git push")] * 2)
    assert all("`make a`, then `make b`" not in one.text for one in found(world))
    assert all("`make b`, then `make a`" not in one.text for one in found(world))


def test_commits_and_pushes_alone_say_nothing_of_a_repo() -> None:
    assert found(did(*[("git commit -m x", "git push")] * 4)) == []


@pytest.mark.parametrize(
    "commands",
    [
        ("npm run build", "npm run dev"),
        ("npm install", "npm run build"),
        ("npm create vite@latest .", "npm run build"),
        ("bd mol wisp", "bd dep remove x-1 x-2"),
    ],
)
def test_what_is_set_up_only_looked_at_or_taken_back_is_no_habit(commands: tuple[str, ...]) -> None:
    assert found(did(*[commands] * 5)) == []


def test_what_sessions_do_that_end_badly_is_no_habit() -> None:
    world = World()
    for _ in range(3):
        world.session()
        world.runs("make lint", "ok")
        world.runs("make test", "ok")
        world.runs("make build", "Error 1", ok=False)
    assert found(world) == []


def test_what_failed_is_no_part_of_it() -> None:
    world = World()
    for _ in range(3):
        world.session()
        world.runs("make lint", "Error 1", ok=False)
        world.runs("make test", "ok")
        world.runs("git push")
    assert [d.text for d in found(world)] == ["Sessions here run `make test`, then `git push`."]


def test_the_habits_of_two_repos_are_two() -> None:
    world = did(RELEASE, RELEASE)
    world.session("api")
    for line in RELEASE:
        world.runs(line, "ok")
    assert [d.scope for d in found(world)] == ["repo:web"]


def test_sessions_that_are_of_no_repo_have_no_habits() -> None:
    assert found(did(RELEASE, RELEASE, repo="")) == []


def test_verbs_that_meet_by_chance_are_no_habit() -> None:
    every = [(*order, "git push") for order in permutations(("make a", "make b", "make c"))]
    assert all(d.text.count("make") == 1 for d in found(did(*every)))


def test_what_leads_to_its_end_only_now_and_then_is_no_habit() -> None:
    often = [("make lint", "git push")] * 2
    assert found(did(*often)) != []
    assert found(did(*often, *[("git push",)] * 3)) == []


def test_only_what_stands_within_a_window_is_one_sequence() -> None:
    verbs = ["a", *"bcdefg", "z"]
    assert ("a", "z") not in sequences(verbs)
    assert sequences(["a", "b", "a", "b"])["a", "b"] == ((0, 1), (0, 3), (2, 3))


def test_ten_thousand_calls_are_looked_at_in_a_moment() -> None:
    world = World().session()
    for n in range(10_000):
        world.runs(f"make v{n % 97}", "ok")
    world.runs("git push")
    corpus = world.corpus()
    began = time.process_time()
    list(habits(corpus))
    assert time.process_time() - began < 5


def test_the_order_in_which_things_were_stored_does_not_matter() -> None:
    world = did(RELEASE, ("make lint", "make test", "git push"), RELEASE)
    order = list(reversed(range(len(world.observations))))
    assert found(world) == list(habits(world.corpus(order)))


def test_tasks_in_two_cases_are_told_by_their_names() -> None:
    build = ("./gradlew detektMain", "./gradlew assembleDebug")
    (one,) = found(did(build, build, build))
    assert one.text == "Sessions here run `./gradlew detektMain`, then `./gradlew assembleDebug`."


def test_a_release_is_a_habit_though_it_is_version_control_alone() -> None:
    release = ("git tag v1", "git push --tags")
    (one,) = found(did(release, release, release))
    assert one.text == "Sessions here run `git tag`, then `git push`."
    assert found(did(*[("git commit -qam x", "git push")] * 3)) == []


def test_what_more_sessions_show_goes_before_what_is_longer() -> None:
    short, long = ("make lint", "make test"), ("make fmt", "make gen", "make lint", "make test")
    texts = [one.text for one in found(did(short, long, long))]
    assert texts[0] == "Sessions here run `make lint`, then `make test`."


def test_a_check_after_a_commit_begins_the_next_round() -> None:
    round_ = ("git commit -qam x", "make lint", "make test")
    assert all("git commit`, then `make" not in one.text for one in found(did(*[round_ * 2] * 3)))
