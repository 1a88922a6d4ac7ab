"""What several sessions tried in vain is told, unless somebody found how, or it worked."""

from __future__ import annotations

from passdown.domain.observation import Trust
from passdown.loops.claims.cure import cures
from passdown.loops.claims.dead_end import dead_ends
from passdown.loops.claims.draft import Draft
from tests.loops.world import World

UNKNOWN = "Unknown skill: commit"


def found(world: World) -> list[Draft]:
    corpus = world.corpus()
    known = {o.seq for one in cures(corpus, 6) for o in (one.call, one.result)}
    return list(dead_ends(corpus, known))


def test_a_skill_that_two_sessions_lack_is_told_once() -> None:
    world = World()
    for _ in range(2):
        world.session().runs("skill: commit", UNKNOWN, ok=False, tool="Skill")
    (one,) = found(world)
    assert one.text == 'Skill with `commit` does not work here: "Unknown skill: commit".'
    assert (one.category, one.confidence, one.scope) == ("tool-quirk", 0.75, "repo:web")
    texts = {o.seq: o.text for o in world.observations}
    assert {texts[q.seq][q.start : q.end] for q in one.quotes} == {"skill: commit", UNKNOWN}


def test_one_session_may_have_mistyped_it() -> None:
    world = World().session()
    for _ in range(3):
        world.runs("skill: commit", UNKNOWN, ok=False, tool="Skill")
    assert found(world) == []


def test_what_a_script_of_the_repo_lacks_is_no_quirk_of_what_started_it() -> None:
    world = World()
    for _ in range(3):
        world.session().runs("npm test", "> vitest run\nsh: 1: vitest: not found", ok=False)
    assert found(world) == []


def test_a_command_that_is_not_there_is_told_in_each_repo_by_itself() -> None:
    world = World()
    for repo in ("web", "api", "api", "api"):
        world.session(repo).runs("tree -L 2 src", "zsh: command not found: tree", ok=False)
    (one,) = found(world)
    assert one.text == '`tree -L … src` does not work here: "zsh: command not found".'
    assert (one.scope, one.confidence) == ("repo:api", 0.85)


def test_what_worked_in_any_session_is_none() -> None:
    world = World()
    for ok in (False, False, True):
        answer = "src" if ok else "zsh: command not found: tree"
        world.session().runs("tree src", answer, ok=ok)
    assert found(world) == []


def test_what_was_cured_is_told_as_a_cure() -> None:
    world = World()
    for _ in range(2):
        world.session().stumbles()
    assert found(world) == []


def test_a_failure_of_the_code_or_of_strangers_is_none() -> None:
    world = World()
    for _ in range(2):
        world.session().runs("make test", "3 tests failed", ok=False)
        world.runs("skill: commit", UNKNOWN, ok=False, tool="Skill", trust=Trust.WEB)
    assert found(world) == []


def test_what_one_session_cured_is_no_dead_end_of_the_others() -> None:
    world = World()
    for _ in range(3):
        world.session().runs("just fmt", "bash: just: command not found", ok=False)
    world.runs("cargo fmt", "")
    assert found(world) == []
