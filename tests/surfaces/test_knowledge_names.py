"""What users of a knowledge base call by other names, and what agents are given of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from passdown.app import App
from passdown.domain.actor import Actor, Proof, agent, human
from passdown.ops.operation import Effect
from passdown.surfaces import mcp
from passdown.surfaces.mcp.tools import tool_name
from tests.loops.themes.test_invariants import opened
from tests.surfaces.scene import Scene
from tests.surfaces.test_parity import VIA, directly

ROBOT, PERSON = agent("agent:robot"), human("mira", Proof.TOKEN)
SURFACES = {"directly": directly, **VIA}
PAIR = ["billing_api", "ledger_db"]
READS = {
    "kb.detect_themes": ("themes.detect", {}),
    "kb.list_pending": ("pending", {}),
    "kb.search": ("search", {"query": "ledger_db"}),
    "kb.context": ("brief", {}),
    "kb.synthesize": ("synthesize", {"question": "What of ledger_db?"}),
}
ASKS = {"kb.propose_theme": ("themes.propose", {"cluster": PAIR})}
DECIDES = {"kb.approve": "approve", "kb.reject": "reject"}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with opened(tmp_path) as app:
        yield Scene(app, tmp_path, {})


def ask(scene: Scene, surface: str, actor: Actor, name: str, given: dict[str, Any]) -> Any:
    said, answer = SURFACES[surface](scene, actor, name, given)
    assert said == "ok", answer
    return answer


def tools(app: App, *, full: bool) -> set[str]:
    """The names of the tools an agent is shown."""

    async def listed() -> Any:
        server = mcp.build(app, mcp.Seat(ROBOT), full=full)
        async with Client(server, raise_exceptions=True) as client:
            return await client.list_tools()

    return {one.name for one in anyio.run(listed).tools}


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("alias", READS)
def test_what_reads_answers_to_its_other_name_on_every_surface(
    scene: Scene, alias: str, surface: str
) -> None:
    name, given = READS[alias]
    assert ask(scene, surface, ROBOT, alias, given) == ask(scene, "directly", ROBOT, name, given)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_theme_is_proposed_by_its_other_name_on_every_surface(scene: Scene, surface: str) -> None:
    (filed,) = ask(scene, surface, ROBOT, "kb.propose_theme", {"cluster": PAIR})["proposals"]
    assert filed["fate"] == "filed"
    (again,) = ask(scene, surface, ROBOT, "themes.propose", {"cluster": PAIR})["proposals"]
    assert (again["fate"], again["proposal"]) == ("known", filed["proposal"])


@pytest.mark.parametrize("surface", [name for name in SURFACES if name != "mcp"])
@pytest.mark.parametrize("alias", DECIDES)
def test_a_person_decides_by_the_other_name_on_every_surface_for_people(
    scene: Scene, alias: str, surface: str
) -> None:
    (filed,) = ask(scene, surface, ROBOT, "kb.propose_theme", {"cluster": PAIR})["proposals"]
    scene.app.clock.advance(seconds=1)
    given = {"id": filed["proposal"], "reason": "seen"}
    answer = ask(scene, surface, PERSON, alias, given)
    assert answer["state"] == {"kb.approve": "executed", "kb.reject": "rejected"}[alias]


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("alias", DECIDES)
def test_no_agent_decides_by_another_name(scene: Scene, alias: str, surface: str) -> None:
    (filed,) = ask(scene, "directly", ROBOT, "kb.propose_theme", {"cluster": PAIR})["proposals"]
    given = {"id": filed["proposal"], "reason": "seen"}
    said, answer = SURFACES[surface](scene, ROBOT, alias, given)
    assert (said, answer["code"]) == ("error", "forbidden")


@pytest.mark.parametrize("surface", SURFACES)
def test_every_operation_is_told_with_effect_parameters_and_surfaces(
    scene: Scene, surface: str
) -> None:
    told = {
        one["name"]: one for one in ask(scene, surface, ROBOT, "capabilities", {})["operations"]
    }
    assert told.keys() == scene.app.operations.keys()
    for name, op in scene.app.operations.items():
        one = told[name]
        assert (one["effect"], one["aliases"]) == (op.effect.value, list(op.aliases))
        assert one["params"]["type"] == "object"
        assert one["surfaces"][:3] == ["cli", "http", "jsonl"]
    everybody, some = tools(scene.app, full=False), tools(scene.app, full=True)
    of = {name: [s for s in one["surfaces"] if s.startswith("mcp")] for name, one in told.items()}
    assert {tool_name(name) for name, those in of.items() if those == ["mcp"]} == everybody
    assert {tool_name(name) for name, those in of.items() if those} == some


def test_ten_tools_are_the_default_and_the_full_profile_has_all_that_reads_or_asks(
    scene: Scene,
) -> None:
    default, full = tools(scene.app, full=False), tools(scene.app, full=True)
    assert len(default) <= 10
    assert default < full
    assert {"themes_detect", "themes_propose"} <= full - default
    every = scene.app.operations.values()
    assert {tool_name(op.name) for op in every if op.effect is Effect.READ or op.asks} <= full
    for op in every:
        if op.effect in (Effect.DECIDE, Effect.ADMIN):
            assert tool_name(op.name) not in full
