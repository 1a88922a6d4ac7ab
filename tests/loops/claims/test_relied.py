"""A fact from an output has a receipt in a tool's answer, and a later call was made with it."""

from __future__ import annotations

from passdown.loops.claims.draft import Draft
from passdown.loops.claims.relied import relied
from tests.loops.world import World


def found(world: World) -> list[Draft]:
    return list(relied(world.corpus()))


def told(*calls: tuple[str, str]) -> World:
    world = World().session()
    for command, answer in calls:
        world.runs(command, answer)
    return world


def test_a_port_that_was_printed_and_used_is_a_fact() -> None:
    serve = ("npm run dev", "VITE ready\n  Local: http://localhost:5199/")
    (one,) = found(told(serve, ("curl http://localhost:5199/health", "ok")))
    assert (one.text, one.category) == ("`npm run dev` listens on port 5199.", "fact")
    assert one.confidence == 0.6
    assert found(told(serve, ("curl http://localhost:8080/", "ok"))) == []


def test_a_port_that_the_caller_gave_is_none() -> None:
    serve = ("npm run dev -- --port 5199", "ready on localhost:5199")
    assert found(told(serve, ("curl localhost:5199", "ok"))) == []


def test_a_version_that_was_asked_for_and_used_is_a_fact() -> None:
    asked = ("go version", "go version go1.25.1 linux/amd64")
    (one,) = found(told(asked, ("docker pull golang:1.25.1", "ok")))
    assert one.text == "`go version` answers 1.25.1."
    assert found(told(asked, ("docker pull golang:1.24.0", "ok"))) == []


def test_the_only_hit_of_a_search_of_the_whole_repo_that_was_used_is_a_fact() -> None:
    search = ("find . -name flags.toml", "./config/flags.toml\n")
    (one,) = found(told(search, ("cat config/flags.toml", "beta = true")))
    assert one.text == "`flags.toml` is at `config/flags.toml`."
    assert one.check == "exists config/flags.toml"
    two = ("find . -name flags.toml", "./config/flags.toml\n./old/flags.toml")
    assert found(told(two, ("cat config/flags.toml", "beta = true"))) == []


def test_what_the_assistant_says_is_a_fact_only_with_a_receipt_and_a_use() -> None:
    world = World().session()
    world.runs("cat compose.yaml", 'ports: "6399:6379"\nenv: deploy/cache.env')
    world.replies("The cache settings live in `deploy/cache.env`.")
    assert found(world) == []
    world.runs("cat deploy/cache.env", "TTL=60")
    (one,) = found(world)
    assert one.text == "The cache settings live in `deploy/cache.env`."
    assert one.check == "exists deploy/cache.env"
    bare = World().session()
    bare.replies("The cache settings live in `deploy/cache.env`.")
    bare.runs("cat deploy/cache.env", "TTL=60")
    assert found(bare) == []


def test_a_hedge_is_no_fact_whatever_was_printed() -> None:
    world = World().session()
    world.runs("cat compose.yaml", "env: deploy/cache.env")
    world.replies("I think the cache settings live in `deploy/cache.env`.")
    world.runs("cat deploy/cache.env", "TTL=60")
    assert found(world) == []


def test_two_sessions_make_it_surer_and_each_has_its_receipts() -> None:
    world = World()
    for _ in range(2):
        world.session()
        world.runs("npm run dev", "listening on http://localhost:5199")
        world.runs("curl localhost:5199", "ok")
    (one,) = found(world)
    assert one.confidence == 0.75
    assert len(one.quotes) == 4
