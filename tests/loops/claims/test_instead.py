"""A correction of a tool's use names what to use; what not to is what was just called."""

from __future__ import annotations

import pytest

from passdown.loops.claims.instead import instead
from tests.loops.world import World


def after(command: str, said: str) -> list[str]:
    world = World().session()
    world.runs(command, "ok")
    world.says(said)
    return [one.text for one in instead(world.corpus())]


@pytest.mark.parametrize(
    "said",
    [
        "No, use pnpm install instead.",
        "Run it with pnpm install instead of npm install",
        "stop, you should use pnpm install instead of that",
    ],
)
def test_a_correction_of_the_last_call_is_a_quirk(said: str) -> None:
    assert after("npm install", said) == ["Use `pnpm install` instead of `npm install`."]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("npm install", "Use the other one instead."),
        ("npm install", "Use pnpm install for now."),
        ("npm install && npm test", "use pnpm instead"),
        ("npm install", "use pnpm install, not yarn install"),
        ("ls", "use pnpm install instead"),
        ("npm install", "Use pnpm install, not npm install."),
    ],
)
def test_what_corrects_no_call_is_none(command: str, said: str) -> None:
    assert after(command, said) == []


def test_it_is_surer_with_each_session_and_quotes_both() -> None:
    world = World()
    for _ in range(2):
        world.session().runs("npm install", "ok")
        world.says("No, use pnpm install instead.")
    (one,) = instead(world.corpus())
    assert (one.category, one.confidence) == ("tool-quirk", 0.8)
    texts = {o.seq: o.text for o in world.observations}
    assert [texts[q.seq][q.start : q.end] for q in one.quotes[:2]] == [
        "No, use pnpm install instead.",
        "npm install",
    ]
