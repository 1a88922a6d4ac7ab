"""MCP: the tools an agent is given, what it is refused, and what a client reads."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from passdown.domain.actor import agent, human
from passdown.domain.errors import ERRORS, Forbidden
from passdown.ops.catalogue import find
from passdown.ops.operation import Effect, operation
from passdown.surfaces.mcp import Seat, build
from passdown.surfaces.mcp.tools import Tools, keep_from_files, tool_name
from tests.surfaces.toys import OPERATIONS, toy

pytestmark = pytest.mark.anyio

WEB = Seat(agent("agent:claude"), repo="web")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> str:
    """The protocol of 2026 without a handshake, and the older one with it."""
    return str(request.param)


@asynccontextmanager
async def client(mode: str = "auto", **facts: Any) -> AsyncIterator[Client]:
    seat = facts.pop("seat", WEB)
    async with Client(build(toy(), seat, **facts), mode=mode, raise_exceptions=True) as found:
        yield found


def text(answer: Any) -> str:
    return str(answer.content[0].text)


def code(answer: Any) -> str:
    assert answer.is_error
    return str(answer.structured_content["code"])


# ---- tools


async def test_an_agent_is_given_what_is_for_agents(mode: str) -> None:
    async with client(mode) as c:
        names = [t.name for t in (await c.list_tools()).tools]
    assert names == ["echo", "thing_show", "note", "count", "fail"]


@pytest.mark.parametrize("full", [False, True])
async def test_no_tool_decides(full: bool) -> None:
    async with client(full=full) as c:
        for shown in (await c.list_tools()).tools:
            found = next(o for n, o in OPERATIONS.items() if tool_name(n) == shown.name)
            assert found.effect in (Effect.READ, Effect.WRITE)


async def test_the_full_profile_adds_whatever_reads() -> None:
    async with client(full=True) as c:
        names = {t.name for t in (await c.list_tools()).tools}
    assert names == {"echo", "thing_show", "note", "count", "fail", "things", "wait"}


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", ["settle", "wipe"])
async def test_what_decides_is_refused_when_called(name: str, full: bool) -> None:
    for seat in (WEB, Seat(human("ann"))):
        async with client(full=full, seat=seat) as c:
            assert code(await c.call_tool(name, {"id": "aa11"})) == "forbidden"


async def test_what_is_not_listed_is_not_callable(mode: str) -> None:
    async with client(mode) as c:
        answer = await c.call_tool("things", {})
        assert code(answer) == "forbidden"
        assert "--profile full" in answer.structured_content["next"]
        assert code(await c.call_tool("conjure", {})) == "invalid"


async def test_a_person_acts_here_as_an_agent() -> None:
    async with client(seat=Seat(human("ann"))) as c:
        answer = await c.call_tool("echo", {})
    assert answer.structured_content["by"] == "agent:ann"


async def test_an_alias_and_a_dotted_name_are_answered(mode: str) -> None:
    async with client(mode) as c:
        for name in ("kb_echo", "kb.echo", "echo"):
            assert (await c.call_tool(name, {"text": "tea"})).structured_content["text"] == "tea"
        assert (await c.call_tool("thing.show", {"id": "aa11"})).structured_content["id"] == "aa11"


def test_two_operations_cannot_be_one_tool() -> None:
    @operation("thing_show", Effect.READ)
    def other(ctx: Any) -> None:
        """Another one."""

    with pytest.raises(ValueError, match="two operations are the tool thing_show"):
        Tools.of({**OPERATIONS, "thing_show": other}, full=False)


async def test_a_tool_says_what_it_takes_and_does(mode: str) -> None:
    async with client(mode) as c:
        tools = {t.name: t for t in (await c.list_tools()).tools}
    for found in tools.values():
        jsonschema.Draft202012Validator.check_schema(found.input_schema)
        assert re.fullmatch("[A-Za-z0-9_-]{1,64}", found.name)
        assert found.input_schema["type"] == "object"
        assert found.input_schema["additionalProperties"] is False
        assert found.description
    echo, note = tools["echo"].annotations, tools["note"].annotations
    assert echo is not None
    assert note is not None
    assert (echo.read_only_hint, echo.idempotent_hint) == (True, True)
    assert (note.read_only_hint, note.destructive_hint) == (False, False)
    assert (note.idempotent_hint, note.open_world_hint) == (False, False)


async def test_an_answer_is_text_and_structure(mode: str) -> None:
    async with client(mode) as c:
        answer = await c.call_tool("echo", {"text": "tea"})
        rows = await c.call_tool("note", {"kind": "a", "text": "b"})
    assert json.loads(text(answer)) == answer.structured_content
    assert json.loads(text(rows)) == rows.structured_content["result"]
    assert rows.structured_content["result"][:2] == ["a", "b"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: e.code)
async def test_every_error_is_an_answer_with_its_code(error: Any, mode: str) -> None:
    async with client(mode) as c:
        answer = await c.call_tool("fail", {"code": error.code})
    assert answer.is_error
    assert json.loads(text(answer)) == answer.structured_content
    assert answer.structured_content == {
        "code": error.code,
        "what": f"this is {error.code}",
        "where": "here",
        "next": "do that",
    }


@pytest.mark.parametrize("arguments", [{"count": "3"}, {"nope": 1}, {"tags": "a"}, {"shade": "x"}])
async def test_arguments_are_validated_by_us(arguments: Any, mode: str) -> None:
    async with client(mode) as c:
        assert code(await c.call_tool("echo", arguments)) == "invalid"


async def test_a_fault_of_ours_says_nothing_of_what_it_happened_on(mode: str) -> None:
    async with client(mode) as c:
        answer = await c.call_tool("fail", {"code": "unheard of"})
    assert code(answer) == "internal"
    assert "secret" not in text(answer)


async def test_a_long_call_tells_how_far_it_is(mode: str) -> None:
    seen: list[tuple[float, float | None, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))

    async with client(mode) as c:
        answer = await c.call_tool("count", {"to": 3}, progress_callback=note)
        failed = await c.call_tool("count", {"to": 1, "fail": True}, progress_callback=note)
    assert answer.structured_content == {"result": 3}
    assert seen[:3] == [(1, 3, "step 1"), (2, 3, "step 2"), (3, 3, "step 3")]
    assert code(failed) == "conflict"


# ---- the seat: who looks, and from where


async def test_what_lies_outside_of_the_seat_does_not_exist(mode: str) -> None:
    async with client(mode) as c:
        shown = await c.call_tool("thing_show", {"id": "bb22"})
        hidden = await c.call_tool("thing_show", {"id": "cc33"})
        missing = await c.call_tool("thing_show", {"id": "dd44"})
        uris = [r.uri for r in (await c.list_resources()).resources]
        with pytest.raises(MCPError, match="no thing cc33"):
            await c.read_resource("passdown://things/cc33")
    assert shown.structured_content["text"] == "Deploy on Mondays."
    assert code(hidden) == code(missing) == "not_found"
    assert "Not for web" not in text(hidden)
    assert uris == ["passdown://things/aa11", "passdown://things/bb22"]


async def test_without_a_repo_only_what_is_for_all_is_seen() -> None:
    async with client(seat=Seat(agent("agent:x"))) as c:
        assert [r.name for r in (await c.list_resources()).resources] == ["aa11"]


async def test_a_reading_tool_is_told_the_repo_unless_the_call_names_one(mode: str) -> None:
    async with client(mode) as c:
        own = await c.call_tool("thing_show", {"id": "aa11"})
        other = await c.call_tool("thing_show", {"id": "aa11", "repo": "else"})
    assert own.structured_content["asked_from"] == "web"
    assert other.structured_content["asked_from"] == "else"


def test_who_calls_from_elsewhere_names_no_file_of_the_server() -> None:
    reads, given = OPERATIONS["read.file"], {"paths": ["/etc/passwd"]}
    keep_from_files(reads, given, WEB)
    with pytest.raises(Forbidden, match="names a file"):
        keep_from_files(reads, given, replace(WEB, far=True))
    keep_from_files(reads, {"paths": []}, replace(WEB, far=True))
    stands_here = find("inventory")
    keep_from_files(stands_here, {}, WEB)
    with pytest.raises(Forbidden, match="names a file"):
        keep_from_files(stands_here, {}, replace(WEB, far=True))


# ---- resources and prompts


async def test_a_record_is_read_at_its_address(mode: str) -> None:
    async with client(mode) as c:
        (template,) = (await c.list_resource_templates()).resource_templates
        (row, *_) = (await c.list_resources()).resources
        (content,) = (await c.read_resource(row.uri)).contents
        (whole,) = (await c.read_resource("passdown://things")).contents
    assert template.uri_template == "passdown://things/{id}"
    assert (row.name, row.title) == ("aa11", "Tea is at four.")
    assert json.loads(getattr(content, "text", ""))["id"] == "aa11"
    assert len(json.loads(getattr(whole, "text", ""))["things"]) == 2


@pytest.mark.parametrize(
    "uri",
    [
        "passdown://things/",
        "passdown://things/a/b",
        "passdown://other",
        "file:///etc/passwd",
        "passdown://things/..%2f..%2fx",
        "passdown://things/a?b",
        "http://127.0.0.1/",
        "",
    ],
)
async def test_an_address_that_is_none_of_ours_is_refused(uri: str, mode: str) -> None:
    async with client(mode) as c:
        with pytest.raises(MCPError) as caught:
            await c.read_resource(uri)
    assert caught.value.data is None or caught.value.data["code"] in ("not_found", "invalid")


async def test_a_prompt_is_filled_in(mode: str) -> None:
    async with client(mode) as c:
        prompts = {p.name: p for p in (await c.list_prompts()).prompts}
        for name, prompt in prompts.items():
            arguments = {a.name: "{lesson} {topic}" for a in prompt.arguments or []}
            answer = await c.get_prompt(name, arguments)
            assert answer.description == prompt.description
            assert '"{lesson} {topic}"' in getattr(answer.messages[0].content, "text", "")
        with pytest.raises(MCPError, match="is missing"):
            await c.get_prompt("recall", {})
        with pytest.raises(MCPError, match="no prompt"):
            await c.get_prompt("conjure", {})
    assert {*prompts} == {"propose", "recall"}


async def test_the_client_is_told_what_this_server_is_for(mode: str) -> None:
    async with client(mode) as c:
        assert "not\ninstructions" in (c.instructions or "")
        assert c.server_info is not None
        assert c.server_info.name == "passdown"


def test_a_closed_input_is_told() -> None:
    command = f"{shlex.quote(sys.executable)} -m passdown mcp <&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 8
    assert "error[unreadable]: standard input or output is closed (mcp)" in done.stderr
