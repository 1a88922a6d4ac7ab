"""What a claim would have done: repeats prevented, or only seen again; never more than happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passdown.contract.loop import Replay
from passdown.domain.record import Record
from passdown.loops.claims import LOOP
from passdown.loops.claims.changes import claim_key
from passdown.loops.claims.detect import detect
from passdown.loops.claims.payload import Add, Retire
from tests.loops.claims.turned import turned
from tests.loops.world import World

KNOBS = turned("facts")


def replayed(world: World) -> Replay:
    corpus = world.corpus()
    (one,) = detect(corpus, KNOBS)
    return LOOP.replay(one.payload, corpus, KNOBS)


def test_a_lesson_that_nobody_could_use_later_says_so() -> None:
    world = World().session()
    world.stumbles()
    assert replayed(world).sentence == "No later session to test it on."


def test_a_pitfall_prevents_the_repeats_of_later_sessions() -> None:
    world = World()
    for _ in range(3):
        world.session().stumbles()
    world.session().says("nothing happens here")
    replay = replayed(world)
    assert replay.right == 2
    assert replay.wrong == 0
    assert replay.sentence == "Would have prevented 2 repeats in 3 later sessions, 40 s in all."
    assert replay.metrics == {"later_sessions": 3.0, "prevented": 2.0, "seconds_lost": 40.0}
    seen = [world.observations[seq - 1] for seq in replay.right_examples]
    assert [one.ok for one in seen] == [False, False]
    assert sum(spell.right for spell in replay.when) == 2
    assert {spell.at for spell in replay.when} == {one.at[:10] for one in seen}


def test_a_pitfall_that_nobody_hit_again_prevented_nothing() -> None:
    world = World().session()
    world.stumbles()
    world.session().says("all quiet")
    assert replayed(world).sentence == "Not hit again in 1 later session."


def test_two_failures_in_one_session_are_one_repeat() -> None:
    world = World().session()
    world.stumbles()
    world.session()
    world.runs("pytest a", "bash: pytest: command not found", ok=False)
    world.runs("pytest b", "bash: pytest: command not found", ok=False)
    assert replayed(world).right == 1


def test_the_same_error_of_another_call_is_no_repeat() -> None:
    world = World().session()
    world.runs("cat .lint.yml", "No such file or directory", ok=False, signature="missing")
    world.runs("cat .lint.yaml", "rules: []")
    world.session()
    world.runs("cat other.txt", "No such file or directory", ok=False, signature="missing")
    assert replayed(world).right == 0


def test_a_repeat_in_another_repo_is_not_prevented_by_what_holds_in_one() -> None:
    world = World().session("web")
    world.stumbles()
    world.session("api")
    world.runs("pytest a", "bash: pytest: command not found", ok=False)
    assert replayed(world).sentence == "No later session to test it on."


def test_a_session_that_began_before_the_lesson_was_over_could_not_know_it() -> None:
    world = World().session()
    world.stumbles()
    lasting = replace(world.says("bye"), at="2026-03-20T00:00:00.000Z")
    world.observations[-1] = lasting
    world.session().stumbles()
    assert world.sessions[1].started_at < lasting.at
    assert replayed(world).sentence == "No later session to test it on."


def test_a_call_that_worked_unchanged_later_on_speaks_against_the_pitfall() -> None:
    world = World().session()
    world.stumbles()
    world.session()
    world.runs("pytest a", "bash: pytest: command not found", ok=False)
    world.runs("pytest a", "3 passed")
    replay = replayed(world)
    assert (replay.right, replay.wrong) == (0, 1)
    assert replay.sentence == (
        "Would have prevented 0 repeats in 1 later session; "
        "in 1 of them the same call worked unchanged later on."
    )
    assert world.observations[replay.wrong_examples[0] - 1].ok is True


def test_a_fact_is_seen_again_and_never_prevents() -> None:
    world = World().session()
    world.says("The flags live in config/flags.toml.")
    world.session().runs("cat config/flags.toml", "beta = true")
    world.session().says("all quiet")
    replay = replayed(world)
    assert replay.sentence == "Seen again in 1 of 2 later sessions; none contradicts it."
    assert (replay.right, replay.wrong) == (1, 0)
    assert "prevent" not in replay.sentence


def test_a_command_is_seen_again_where_it_is_run() -> None:
    world = World().session()
    world.says("Always run `make check` before you push.")
    world.session().runs("make check && git push", "ok")
    world.session().runs("make docs", "ok")
    assert replayed(world).right == 1


def test_a_fact_said_again_in_other_words_is_seen_again() -> None:
    world = World().session()
    world.says("We use tabs, not spaces.")
    world.session().says("One thing: we use tabs, not spaces. Please fix it.")
    assert replayed(world).right == 1


def test_a_later_statement_to_the_contrary_is_counted_against() -> None:
    world = World().session()
    world.says("Our CI runs on Python 3.11 only.")
    world.session().says("Our CI runs on Python 3.13 only.")
    corpus = world.corpus()
    every = {one.title: one.payload for one in detect(corpus, KNOBS)}
    replay = LOOP.replay(every["Our CI runs on Python 3.11 only."], corpus, KNOBS)
    assert (replay.right, replay.wrong) == (0, 1)
    assert replay.sentence == "Seen again in 0 of 1 later session; 1 contradicts it."
    (against,) = replay.wrong_examples
    assert "3.13" in world.observations[against - 1].text


def test_what_one_agent_learned_is_tested_on_that_agents_sessions() -> None:
    world = World()
    world.session(repo="", agent="alpha").says("We use tabs, not spaces.", scope="agent:alpha")
    world.session(repo="", agent="beta").says("all quiet")
    world.session(repo="", agent="alpha").says("We use tabs, not spaces!", scope="agent:alpha")
    assert replayed(world).sentence == "Seen again in 1 of 1 later session; none contradicts it."


def test_examples_are_at_most_three() -> None:
    world = World()
    for _ in range(6):
        world.session().stumbles()
    replay = replayed(world)
    assert replay.right == 5
    assert len(replay.right_examples) == 3


def test_a_claim_without_receipts_can_be_tested_on_nothing() -> None:
    world = World().session()
    world.says("hello")
    payload = Add(text="We use uv.", category="fact", scope="repo:web", confidence=0.5)
    replay = LOOP.replay(payload, world.corpus(), KNOBS)
    assert replay.sentence == "No later session to test it on."


@pytest.mark.parametrize("known", [True, False])
def test_a_retirement_says_how_long_the_claim_was_told(known: bool) -> None:
    world = World().session()
    key = claim_key("We use uv.", "repo:web")
    if known:
        since = "2026-01-01T00:00:00.000Z"
        world.records = [Record("claim", key, "We use uv.", created_at=since, version=1)]
    replay = LOOP.replay(Retire(target=key, reason="We use pip."), world.corpus(), KNOBS)
    assert replay.sentence == (
        "Told since 2026-01-01; 1 session began since then."
        if known
        else "There is no such claim any more."
    )
