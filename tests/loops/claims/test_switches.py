"""What is asked by default, and what turns each category on."""

from __future__ import annotations

import pytest

from passdown.domain.settings import Setting, Settings
from passdown.loops.claims.detect import detect
from tests.loops.claims.turned import turned
from tests.loops.world import World

CATEGORIES = {"facts": "fact", "pitfalls": "pitfall", "quirks": "tool-quirk"}
EVERY = ("facts", "patterns", "pitfalls", "plain", "questions", "quirks", "outputs")


def taught() -> World:
    """Two sessions with a cure, a quirk and what people said, and with a habit."""
    world = World()
    for repo in ("web", "api"):
        world.session(repo)
        world.runs("git log --no-stat", "fatal: unrecognized argument: --no-stat", ok=False)
        world.runs("git log", "commit 8312232")
    world.stumbles()
    world.says("We use pnpm, not npm, in `web`.")
    world.says("Never push to main.")
    world.says("Our CI runs on Python 3.11 only.")
    for _ in range(5):
        world.session("api").runs("make lint", "ok")
        world.runs("make test", "ok")
    return world


def asked_with(**knobs: bool) -> set[str]:
    """The categories that are asked with these knobs of claims, the others off."""
    off = {f"claims.{name}": Setting(knobs.get(name, False)) for name in EVERY}
    every = detect(taught().corpus(), Settings({**turned().values, **off}))
    return {getattr(one.payload, "category", "") for one in every}


@pytest.mark.parametrize("knob", CATEGORIES)
def test_a_category_is_asked_only_where_its_setting_says_so(knob: str) -> None:
    on = dict.fromkeys(CATEGORIES, True)
    assert asked_with(**on) == {*CATEGORIES.values()}
    assert asked_with(**{**on, knob: False}) == {*CATEGORIES.values()} - {CATEGORIES[knob]}


def test_by_default_what_calls_taught_is_asked_and_nothing_else() -> None:
    asked = list(detect(taught().corpus(), turned()))
    assert {getattr(one.payload, "category", "") for one in asked} == {"pitfall", "tool-quirk"}
    assert all(getattr(one.payload, "cure", None) for one in asked)
    assert asked_with(pitfalls=True, quirks=True) == {"pitfall", "tool-quirk"}
    assert asked_with(patterns=True) == {"pattern"}
