"""`passdown serve`, `passdown mcp` and `passdown worker` as a user runs them: real processes."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from passdown.app import open_app
from passdown.domain.actor import Proof, human
from passdown.serve import listen

PROGRAM = str(Path(sys.executable).with_name("passdown"))
ADMIN = human("ann", Proof.TOKEN)
RULES = {
    "global": "Tea is at four.",
    "repo:web": "Deploy web on Mondays.",
    "repo:other": "Not for the eyes of web.",
}

LESSON = {
    "loop": "claims",
    "payload": {
        "action": "ADD",
        "text": "Lint before pushing.",
        "category": "pattern",
        "scope": "global",
        "confidence": 0.9,
    },
    "text": "They said: lint before pushing.",
}

Start = Callable[..., "Served"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with one approved rule for all and one for each of two repos."""
    home = tmp_path / "store"
    with open_app(store=str(home)) as app:
        for scope, text in RULES.items():
            app.call("add", {"text": text, "scope": scope, "confirm": True}, ADMIN)
    return home


def token(store: Path, name: str, role: str) -> str:
    with open_app(store=str(store)) as app:
        return str(app.call("token.new", {"name": name, "role": role}, ADMIN)["token"])


class Served:
    """A running `passdown serve`."""

    def __init__(self, process: subprocess.Popen[str], said: str) -> None:
        self.process = process
        self.said = said
        self.base = re.search(r"http://\S+", said)[0]  # type: ignore[index]

    def ask(self, path: str, body: Any = None, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        sent = {"content-type": "application/json"} | {k: v for k, v in headers.items() if v}
        with urllib.request.urlopen(
            urllib.request.Request(self.base + path, data, sent), timeout=20
        ) as answer:
            return json.loads(answer.read())


@pytest.fixture
def start(store: Path) -> Iterator[Start]:
    """Serve that store on a free port, or on the one that is said."""
    started: list[subprocess.Popen[str]] = []

    def new(*words: str) -> Served:
        port = [] if "--port" in words else ["--port", "0"]
        command = [PROGRAM, "serve", "--store", str(store), *port, *words]
        process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                break
        return Served(process, said)

    yield new
    for process in started:
        process.kill()
        process.communicate()


def test_it_says_where_it_listens_and_answers_there(start: Start, store: Path) -> None:
    served = start("--no-worker")
    assert "worker  off" in served.said
    assert str(store) in served.said
    assert served.ask("/healthz")["ok"] is True
    assert served.ask("/api/search?query=tea")["results"][0]["text"] == "Tea is at four."
    names = {o["name"] for o in served.ask("/capabilities")["operations"]}
    assert len(names) > 30
    assert {p.removeprefix("/api/op/") for p in served.ask("/openapi.json")["paths"]} >= names


def test_answers_on_a_kept_connection_are_not_held_back() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        assert accepted.proto == socket.IPPROTO_TCP
        accepted.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_when_told_to(number: int, start: Start) -> None:
    served = start()
    served.ask("/healthz")
    served.process.send_signal(number)
    assert served.process.wait(20) == 0
    with pytest.raises(urllib.error.URLError):
        served.ask("/healthz")


def test_its_worker_runs_every_timer(start: Start) -> None:
    served = start()
    deadline = time.monotonic() + 20
    states: dict[str, str] = {}
    while len(states) < 6 or {*states.values()} != {"done"}:
        assert time.monotonic() < deadline, states
        time.sleep(0.1)
        states = {j["key"]: j["state"] for j in served.ask("/api/op/jobs", {})["jobs"]}
    assert any(key.startswith("mine:") for key in states)


def test_a_busy_port_is_refused_with_what_to_do(start: Start, store: Path) -> None:
    port = start("--no-worker").base.rpartition(":")[2]
    command = [PROGRAM, "serve", "--store", str(store), "--port", port]
    done = subprocess.run(command, text=True, capture_output=True, timeout=30, check=False)
    assert done.returncode == 6
    assert "passdown serves on this port already" in done.stderr
    assert f"--port {int(port) + 1}" in done.stderr
    with socket.create_server(("127.0.0.1", 0)) as other:
        command[-1] = str(other.getsockname()[1])
        done = subprocess.run(command, text=True, capture_output=True, timeout=30, check=False)
    assert "another program listens on this port already" in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--host", "192.0.2.1"], 4),
        (["--host", "0.0.0.0"], 4),
        (["--name", "pass.test"], 4),
        (["--host", "::1", "--port", "99999"], 2),
        (["--port", "many"], 2),
        (["--prot", "3800"], 2),
    ],
)
def test_what_cannot_be_served_is_refused(words: list[str], code: int, store: Path) -> None:
    command = [PROGRAM, "serve", "--store", str(store), *words]
    done = subprocess.run(command, text=True, capture_output=True, timeout=30, check=False)
    assert done.returncode == code, done.stderr
    assert "error[" in done.stderr
    assert "next:" in done.stderr
    assert "Traceback" not in done.stderr


def test_beyond_this_machine_it_serves_who_has_a_token(start: Start, store: Path) -> None:
    bot = token(store, "bot", "agent")
    served = start("--host", "0.0.0.0", "--no-worker")
    assert "Every caller needs a token" in served.said
    served.base = served.base.replace("0.0.0.0", "127.0.0.1")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        served.ask("/api/status")
    assert served.ask("/api/status", authorization=f"Bearer {bot}")["records"]
    with open_app(store=str(store)) as app:
        app.call("token.revoke", {"name": "bot"}, ADMIN)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        served.ask("/api/status", authorization=f"Bearer {bot}")


def test_a_person_with_a_token_decides_over_http_and_an_agent_does_not(
    start: Start, store: Path
) -> None:
    ann, bot = token(store, "ann", "review"), token(store, "bot", "agent")
    served = start("--no-worker")
    rule = {"text": "Always run the linter before pushing.", "scope": "global"}
    filed = served.ask("/api/op/add", rule, authorization=f"Bearer {bot}")
    approval = {"id": filed["proposal"]}
    for headers in ({"authorization": f"Bearer {bot}"}, {}):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            served.ask("/api/op/approve", approval, **headers)
    served.ask("/api/op/approve", approval, authorization=f"Bearer {ann}")
    (hit, *_) = served.ask("/api/search?query=linter")["results"]
    assert "linter" in hit["text"]


def test_no_token_is_in_the_store_or_in_what_is_said(start: Start, store: Path) -> None:
    bot = token(store, "bot", "agent")
    served = start("--no-worker")
    served.ask("/api/status", authorization=f"Bearer {bot}")
    served.process.terminate()
    out, _ = served.process.communicate(timeout=20)
    assert bot not in served.said + out
    for file in store.rglob("*"):
        if file.is_file():
            assert bot.encode() not in file.read_bytes()
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


# ---- MCP


def _texts(answer: Any) -> str:
    return " ".join(r["text"] for r in answer.structured_content["results"])


async def _look(client: Client) -> None:
    """What every client of the repo web must find, whatever lies between."""
    tools = [t.name for t in (await client.list_tools()).tools]
    assert 0 < len(tools) <= 10
    found = _texts(await client.call_tool("search", {"query": "tea Mondays eyes web"}))
    assert RULES["global"] in found
    assert RULES["repo:web"] in found
    assert RULES["repo:other"] not in found
    brief = await client.call_tool("brief", {"task": "deploy"})
    assert RULES["repo:web"] in brief.structured_content["text"]
    rows = (await client.list_resources()).resources
    assert {r.title for r in rows} == {RULES["global"], RULES["repo:web"]}
    (content,) = (await client.read_resource(rows[0].uri)).contents
    assert json.loads(getattr(content, "text", ""))["text"] == rows[0].title
    refused = await client.call_tool("approve", {"id": "0" * 32})
    assert refused.is_error
    assert refused.structured_content["code"] == "forbidden"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_agent_works_over_stdio_within_its_repo(mode: str, store: Path, tmp_path: Path) -> None:
    (tmp_path / "web" / ".git").mkdir(parents=True)
    words = ["mcp", "--store", str(store), "--agent", "claude"]
    server = StdioServerParameters(
        command=PROGRAM, args=words, cwd=tmp_path / "web", env=dict(os.environ)
    )

    async def talk() -> None:
        async with Client(server, mode=mode) as client:
            await _look(client)

    anyio.run(talk)


@pytest.mark.parametrize(
    ("words", "full"), [([], False), (["--profile", "full"], True), (["--tools", "all"], True)]
)
def test_more_tools_are_given_when_asked_for(words: list[str], full: bool, store: Path) -> None:
    server = StdioServerParameters(
        command=PROGRAM,
        args=["mcp", "--store", str(store), "--repo", "", *words],
        env=dict(os.environ),
    )

    async def talk() -> None:
        async with Client(server) as client:
            assert (len((await client.list_tools()).tools) > 10) is full
            rows = (await client.list_resources()).resources
            assert [r.title for r in rows] == [RULES["global"]]

    anyio.run(talk)


@pytest.mark.parametrize("command", ["serve", "worker", "mcp", "up"])
def test_a_command_says_what_it_takes(command: str) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command_line = [PROGRAM, command, *words]
        return subprocess.run(command_line, text=True, capture_output=True, timeout=30, check=False)

    helped, wrong = run("--help"), run("--nonsense")
    assert (helped.returncode, wrong.returncode) == (0, 2)
    assert f"usage: passdown {command}" in helped.stdout
    assert "--store" in helped.stdout
    assert f"example:\n  passdown {command}" in helped.stdout
    assert f"passdown {command} --help" in wrong.stderr


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_agent_works_over_http_within_the_repo_its_address_names(
    mode: str, start: Start
) -> None:
    served = start("--no-worker")

    async def talk() -> None:
        async with Client(f"{served.base}/mcp?repo=web", mode=mode) as client:
            await _look(client)
        async with Client(f"{served.base}/mcp", mode=mode) as client:
            found = _texts(await client.call_tool("search", {"query": "tea Mondays eyes"}))
            assert found == RULES["global"]

    anyio.run(talk)


def test_a_server_bound_to_a_repo_shows_no_other_whatever_the_address_says(start: Start) -> None:
    served = start("--no-worker", "--repo", "web", "--profile", "full")

    async def talk() -> None:
        async with Client(f"{served.base}/mcp?repo=other") as client:
            found = _texts(await client.call_tool("search", {"query": "tea Mondays eyes"}))
            assert RULES["repo:other"] not in found
            assert len((await client.list_tools()).tools) > 10

    anyio.run(talk)


def test_over_http_an_agent_acts_as_who_its_token_says(start: Start, store: Path) -> None:
    ann = token(store, "ann", "admin")
    served = start("--no-worker", "--name", "pass.test")

    async def talk() -> Any:
        headers = {"authorization": f"Bearer {ann}"}
        async with create_mcp_http_client(headers=headers) as http:
            transport = streamable_http_client(f"{served.base}/mcp", http_client=http)
            async with Client(transport) as client:
                refused = await client.call_tool("token_new", {"name": "x"})
                assert refused.structured_content["code"] == "forbidden"
                return await client.call_tool("propose", LESSON)

    with pytest.raises(urllib.error.HTTPError, match="401"):
        served.ask("/mcp", {})
    answer = anyio.run(talk)
    assert not answer.is_error, answer.structured_content
    shown = served.ask(
        "/api/op/show",
        {"id": answer.structured_content["proposal"]},
        authorization=f"Bearer {ann}",
    )
    assert "agent:ann" in json.dumps(shown)


def test_a_foreign_page_does_not_reach_the_tools(start: Start) -> None:
    served = start("--no-worker")
    for headers in ({"origin": "http://evil.test"}, {"host": "evil.test"}):
        with pytest.raises(urllib.error.HTTPError, match=r"403|421"):
            served.ask("/mcp", {}, **headers)


# ---- worker


def test_one_pass_of_the_worker_does_what_is_due_and_ends(store: Path) -> None:
    command = [PROGRAM, "worker", "--once", "--json", "--store", str(store)]
    done = subprocess.run(command, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["failed"] == 0
    assert json.loads(done.stdout)["ran"] >= 6
    again = subprocess.run(command, text=True, capture_output=True, timeout=60, check=False)
    assert json.loads(again.stdout)["ran"] < json.loads(done.stdout)["ran"]


def test_a_worker_ends_when_told_to(store: Path) -> None:
    command = [PROGRAM, "worker", "--store", str(store)]
    with subprocess.Popen(command, text=True, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert "worker" in process.stderr.readline()
        process.terminate()
        assert process.wait(20) == 0
