"""Same call, same answer, on every surface that carries it, and every error told by all."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from starlette.testclient import TestClient

from passdown.__main__ import _show
from passdown.app import App
from passdown.domain.actor import Actor, agent, system
from passdown.domain.errors import ERRORS, PassdownError
from passdown.ops.operation import Effect
from passdown.ops.params import parameters
from passdown.surfaces import cli, http, jsonl, mcp
from passdown.surfaces.exits import tell
from passdown.surfaces.mcp.tools import tool_name
from passdown.testing import VirtualClock
from tests.desk import desk, places
from tests.notes import NOTES
from tests.surfaces.scene import ALICE, Scene, params, prepare
from tests.surfaces.toys import toy

ROBOT = agent("agent:robot")
OPERATIONS = desk().app.operations

Answer = tuple[str, Any]
"""`ok` and the plain result, or `error` and the plain error."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A prepared SQLite store, to be copied: so all copies hold the same ids."""
    home = tmp_path_factory.mktemp("template")
    made = desk("sqlite", home)
    names = prepare(made, home)
    made.close()
    return home, names


@pytest.fixture(params=["memory", "sqlite"])
def scenes(request, tmp_path: Path) -> Iterator[Callable[[], Scene]]:
    """One prepared store after the other, all alike."""
    opened: list[Any] = []

    def memory() -> Scene:
        made, home = desk(), tmp_path / f"m{len(opened)}"
        names = prepare(made, home)
        return Scene(made.app, home, names)

    def sqlite() -> Scene:
        source, names = request.getfixturevalue("template")
        home = tmp_path / f"s{len(opened)}"
        shutil.copytree(source, home)
        clock = VirtualClock()
        clock.advance(seconds=1)
        at = places(str(home / "store" / "store.db"), home / "store")
        return Scene(App(at, clock=clock, loops={"notes": NOTES}), home, names)

    def scene() -> Scene:
        made = memory() if request.param == "memory" else sqlite()
        opened.append(made.app)
        return made

    yield scene
    for app in opened:
        app.close()


# ---- the surfaces


def directly(scene: Scene, actor: Actor, name: str, given: dict[str, Any]) -> Answer:
    try:
        return "ok", scene.app.call(name, given, actor)
    except PassdownError as error:
        return "error", error.plain()


def via_cli(scene: Scene, actor: Actor, name: str, given: dict[str, Any]) -> Answer:
    out, err = io.StringIO(), io.StringIO()
    scene.app.identify = lambda: actor
    words = list(_words(scene.app.operation(name), name, given))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.call(scene.app, words, (), _show)
        except PassdownError as error:
            tell(error, as_json=True)
            return "error", json.loads(err.getvalue())["error"]
    return "ok", json.loads(out.getvalue())


def _words(op: Any, name: str, given: dict[str, Any]) -> Iterator[str]:
    yield from name.split(".")
    yield "--json"
    for p in parameters(op):
        if p.name not in given:
            continue
        value = given[p.name]
        values = value if p.many else [value]
        texts = [json.dumps(v) if p.kind == "payload" else str(v) for v in values]
        option = f"--{p.name.replace('_', '-')}"
        if p.kind == "flag":
            yield from [option] if value else []
        else:
            bare = p.required or p.name == op.cli.bare
            yield from texts if bare else [w for t in texts for w in (option, t)]


def via_http(scene: Scene, actor: Actor, name: str, given: dict[str, Any]) -> Answer:
    return _answered(_client(scene, actor).post(f"/api/op/{name}", json=given))


def _client(scene: Scene, actor: Actor) -> TestClient:
    scene.app.authenticate = lambda token: actor
    sent = {"authorization": "Bearer t"}
    return TestClient(http.build(scene.app), base_url="http://localhost", headers=sent)


def _answered(answer: Any) -> Answer:
    body = answer.json()
    if answer.status_code in (200, 202):
        return "ok", body
    return "error", {k: body[k] for k in ("code", "what", "where", "next")}


def via_jsonl(scene: Scene, actor: Actor, name: str, given: dict[str, Any]) -> Answer:
    said: list[str] = []
    request = json.dumps({"id": 1, "op": name, "params": given}).encode()
    jsonl.serve(scene.app, io.BytesIO(request), said.append, actor)
    answer = json.loads(said[-1])
    return ("ok", answer["result"]) if answer["ok"] else ("error", answer["error"])


def via_mcp(scene: Scene, actor: Actor, name: str, given: dict[str, Any]) -> Answer:
    async def ask() -> Any:
        server = mcp.build(scene.app, mcp.Seat(actor), full=True)
        async with Client(server, raise_exceptions=True) as client:
            return await client.call_tool(tool_name(name), given)

    answer = anyio.run(ask)
    said = json.loads(answer.content[0].text)
    wrapped = said if isinstance(said, dict) else {"result": said}
    assert answer.structured_content == wrapped
    return ("error" if answer.is_error else "ok"), said


VIA = {"cli": via_cli, "http": via_http, "jsonl": via_jsonl, "mcp": via_mcp}


def carried(surface: str) -> list[str]:
    """The operations a surface carries: all, but no deciding one for agents."""
    return [n for n, op in OPERATIONS.items() if surface != "mcp" or _for_agents(op)]


def _for_agents(op: Any) -> bool:
    return op.effect is Effect.READ or (op.agents and op.effect is Effect.WRITE)


def actor_for(name: str) -> Actor:
    """An agent where agents may call; else a person whom a token proves to be one, and the cockpit
    itself for what it alone notes."""
    if name == "sign.note":
        return system("web")
    return ROBOT if _for_agents(OPERATIONS[name]) else ALICE


# ---- alike


def alike(answer: Answer, scene: Scene) -> Answer:
    """The answer without what no two runs share: new ids, tokens, places and sizes."""
    seen: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"<{len(seen)}>")

    text = json.dumps(answer[1]).replace(str(scene.app.home), "<store>")
    text = text.replace(str(scene.home), "<home>")
    text = re.sub(r"[0-9a-f]{32,64}|pd_[\w-]{20,}", named, text)
    for id in seen:
        text = text.replace(id[:12], "<short>")
    return answer[0], re.sub(
        r'"(bytes|seconds|duration_ms|duration_delta_ms|elapsed_secs)": -?[\d.]+', r'"\1": 0', text
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_same_call_has_the_same_answer(
    name: str, scenes: Callable[[], Scene], subtests: pytest.Subtests
) -> None:
    actor = actor_for(name)
    first = scenes()
    wanted = alike(directly(first, actor, name, params(name, first)), first)
    assert wanted[0] == "ok", wanted
    for surface in VIA:
        if name in carried(surface):
            with subtests.test(surface):
                scene = scenes()
                answer = VIA[surface](scene, actor, name, params(name, scene))
                assert alike(answer, scene) == wanted


@pytest.mark.parametrize(
    ("name", "route"),
    [(n, r) for n, op in OPERATIONS.items() for r in op.http],
    ids=lambda value: getattr(value, "path", value),
)
def test_a_declared_address_has_the_same_answer(
    name: str, route: Any, scenes: Callable[[], Scene]
) -> None:
    first, scene, actor = scenes(), scenes(), actor_for(name)
    wanted = directly(first, actor, name, params(name, first) | _placed(route, first))
    given = params(name, scene) | _placed(route, scene)
    path = route.path.format(**given)
    rest = {k: v for k, v in given.items() if f"{{{k}}}" not in route.path}
    client = _client(scene, actor)
    if route.method == "GET":
        answer = client.get(path, params=rest)
    elif route.headers:
        typed = {"content-type": "application/json", **rest[route.headers]}
        answer = client.post(path, content=rest[route.body], headers=typed)
    else:
        answer = client.request(route.method, path, json=rest[route.body] if route.body else rest)
    assert alike(_answered(answer), scene) == alike(wanted, first)


def _placed(route: Any, scene: Scene) -> dict[str, Any]:
    """The loop, where an address names one: the only thing the plain call need not say."""
    return {"loop": "notes"} if "{loop}" in route.path else {}


@pytest.mark.parametrize("surface", VIA)
@pytest.mark.parametrize("error", ERRORS, ids=lambda e: e.code)
def test_every_error_is_told_whole_on_every_surface(error: Any, surface: str) -> None:
    scene = Scene(toy(), Path(), {})
    answer = VIA[surface](scene, ROBOT, "fail", {"code": error.code})
    said = {"code": error.code, "what": f"this is {error.code}", "where": "here", "next": "do that"}
    assert answer == ("error", said)


BAD = [
    ("get", {"id": "ffffffffffff"}, "not_found"),
    ("get", {"id": "../../etc/passwd"}, "invalid"),
    ("get", {"id": "x" * 300}, "invalid"),
    ("get", {}, "invalid"),
    ("search", {"query": "tea", "limit": "many"}, "invalid"),
    ("propose", {"loop": "nope", "payload": {}, "text": ""}, "invalid"),
    ("propose", {"loop": "notes", "payload": {"action": "BURN"}, "text": ""}, "invalid"),
]


@pytest.mark.parametrize("surface", VIA)
@pytest.mark.parametrize(("name", "given", "code"), BAD)
def test_a_bad_call_is_refused_alike(
    name: str, given: dict[str, Any], code: str, surface: str, scenes: Callable[[], Scene]
) -> None:
    scene = scenes()
    kind, said = VIA[surface](scene, ROBOT, name, given)
    assert (kind, said["code"]) == ("error", code)
    assert said["what"]


@pytest.mark.parametrize("surface", VIA)
@pytest.mark.parametrize(
    "name", [n for n, op in OPERATIONS.items() if op.effect in (Effect.DECIDE, Effect.ADMIN)]
)
def test_an_agent_decides_nothing_anywhere(
    name: str, surface: str, scenes: Callable[[], Scene]
) -> None:
    scene = scenes()
    kind, said = VIA[surface](scene, ROBOT, name, params(name, scene))
    assert (kind, said["code"]) == ("error", "forbidden")


def test_how_many_answers_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    counts = {surface: len(carried(surface)) for surface in VIA}
    routes = sum(len(op.http) for op in OPERATIONS.values())
    shown = ", ".join(f"{surface} {n}" for surface, n in counts.items())
    with capsys.disabled():
        total = sum(counts.values()) + routes
        print(f"\nparity: {len(OPERATIONS)} operations: {shown}, {routes} addresses: {total} pairs")
    assert counts["cli"] == counts["http"] == counts["jsonl"] == len(OPERATIONS)
    assert 0 < counts["mcp"] < len(OPERATIONS)
