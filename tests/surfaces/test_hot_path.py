"""What sessions start with loads little, and says the same as the full command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st

from passdown.__main__ import COMMANDS, _show, main
from passdown.app import open_app
from passdown.config.argv import Options
from passdown.domain.actor import human
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.ops.catalogue import everything
from passdown.ops.kinds import Name, Text
from passdown.ops.params import parameters
from passdown.surfaces import cli, fast
from passdown.surfaces.fast import Call, parse

PROGRAM = str(Path(sys.executable).with_name("passdown"))
HEAVY = {
    "anyio",
    "asyncio",
    "click",
    "cronsim",
    "fastapi",
    "google",
    "httpx",
    "mcp",
    "msgspec",
    "numpy",
    "psycopg",
    "pydantic",
    "re2",
    "rich",
    "scipy",
    "starlette",
    "tantivy",
    "tomllib",
    "uvicorn",
    "importlib.metadata",
}
HELP_ONLY = {"dataclasses", "enum", "json", "pathlib", "re", "sqlite3", "typing"}
LOADED = """
import sys
from passdown.__main__ import main
code = main(sys.argv[1:])
sys.stdout.flush()
print(" ".join(sys.modules), file=sys.stderr)
sys.exit(code)
"""


def loaded(*words: str, stdin: str = "") -> set[str]:
    """The modules that one command line loads in a process of its own."""
    command = [sys.executable, "-c", LOADED, *words]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a few approved claims and an index that knows them."""
    folder = tmp_path_factory.mktemp("hot") / "store"
    with open_app(store=str(folder)) as app:
        for text in ("Run tests with uv run pytest.", "Staging schläft on Fridays."):
            app.call("add", {"text": text, "confirm": True}, human("ann"))
        scoped = {"text": "Deploy web on Mondays.", "scope": "repo:web", "confirm": True}
        app.call("add", scoped, human("ann"))
        cure = {"tool": "Bash", "failed": "npm test", "worked": "pnpm test"}
        with app.store.write(ALL) as tx:
            tx.knowledge.put(Record("claim", "npm", "`pnpm test` works.", {"cure": cure}))
        app.call("index.follow", {}, human("ann"))
    return folder


@pytest.mark.parametrize("words", ["--help", "--version", "-h", "help"])
def test_help_and_version_load_next_to_nothing(words: str) -> None:
    assert not loaded(*words.split()) & (HEAVY | HELP_ONLY)


@pytest.mark.parametrize(
    "words",
    [
        "hook post-tool",
        "hook session-start",
        "hook pre-tool",
        "brief",
        "brief --repo web --task tests --budget 500 --json",
        "search pytest",
        "search pytest --limit 3 --kind claim --explain --json",
    ],
)
def test_what_sessions_start_with_loads_nothing_heavy(store: Path, words: str) -> None:
    call = {"tool_name": "Bash", "tool_input": {"command": "npm test"}}
    stdin = json.dumps({"session_id": "s", **call})
    assert not loaded(*words.split(), "--store", str(store), stdin=stdin) & HEAVY


def test_the_deny_list_would_notice() -> None:
    assert {"click", "msgspec"} <= loaded("search", "--help") & HEAVY


def test_the_table_of_parameters_is_what_the_operations_declare() -> None:
    real = everything()
    for name, kinds in fast.KINDS.items():
        declared = parameters(real[name])
        assert kinds == {p.name: p.kind for p in declared}
        assert fast.REQUIRED[name] == tuple(p.name for p in declared if p.required)
        assert not [p for p in declared if p.many]


def test_the_bounds_of_the_table_are_those_of_the_kinds() -> None:
    bounds = [get_args(kind)[1] for kind in (Text, Name)]
    assert {b.what: b.longest for b in bounds} == {
        kind: fast.LONGEST[kind] for kind in ("text", "name")
    }


@pytest.mark.parametrize(
    ("words", "params", "as_json"),
    [
        ("brief", {}, False),
        ("brief --json", {}, True),
        ("brief --repo web --task fix", {"repo": "web", "task": "fix"}, False),
        ("brief --budget=500 --repo=web", {"budget": 500, "repo": "web"}, False),
        ("search x --explain --limit 3", {"query": "x", "explain": True, "limit": 3}, False),
        ("search --kind claim x --json", {"query": "x", "kind": "claim"}, True),
        ("search x --repo a --repo b", {"query": "x", "repo": "b"}, False),
    ],
)
def test_a_plain_call_is_read(words: str, params: dict[str, Any], as_json: bool) -> None:
    name, *_ = words.split()
    assert parse(words.split()) == Call(name, params, as_json)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["pending"],
        ["search"],
        ["search", "a", "b"],
        ["search", "-"],
        ["search", "--", "x"],
        ["search", "x", "--help"],
        ["search", "x", "-h"],
        ["search", "x", "--lim", "3"],
        ["search", "x", "--limit"],
        ["search", "x", "--limit", "many"],
        ["search", "x", "--limit", "-1"],
        ["search", "x", "--limit", "9" * 10],
        ["search", "x", "--limit", "٣"],
        ["search", "x", "--explain=yes"],
        ["search", "x", "--kind", "n" * 201],
        ["search", "q" * 65_537],
        ["brief", "web"],
        ["brief", "--repo", "--task"],
    ],
)
def test_what_is_unusual_is_left_to_the_full_command_line(words: list[str]) -> None:
    assert parse(words) is None


@given(st.lists(st.sampled_from([*"ab-", "--repo", "--limit", "--limit=2", "3", "--json", "--"])))
def test_any_words_are_read_as_the_full_command_line_reads_them(words: list[str]) -> None:
    call = parse(["search", *words])
    if call is None:
        return
    op = everything()["search"]
    context = cli._parse(cli.command(op), "passdown search", words)
    assert context is not None
    assert call == Call("search", cli._given(context, op), context.params["as_json"])


@pytest.mark.parametrize(
    "words",
    [
        "brief",
        "brief --json",
        "brief --repo web",
        "brief --repo web --task deploy --json",
        "search fridays",
        "search fridays --json",
        "search pytest --limit 1 --explain --json",
        "search nothing-like-it",
        "search nothing-like-it --json",
    ],
)
def test_both_ways_print_the_same_bytes(
    store: Path, capfdbinary: pytest.CaptureFixture[bytes], words: str
) -> None:
    assert main([*words.split(), "--store", str(store)]) == 0
    sys.stdout.flush()
    quick = capfdbinary.readouterr()
    assert cli.run(words.split(), Options(str(store)), tuple(COMMANDS), _show) == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr() == quick
    assert b"\x1b" not in quick.out
    if "--json" in words:
        json.loads(quick.out)


def test_a_search_that_is_to_explain_itself_shows_why(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "pytest", "--explain", "--store", str(store)]) == 0
    assert '{"words":["pytest"]' in capsys.readouterr().out
    assert main(["search", "pytest", "--store", str(store)]) == 0
    assert "words" not in capsys.readouterr().out


def test_a_broken_store_is_told_on_the_quick_way_too(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"no database" * 1000)
    command = [PROGRAM, "brief", "--store", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 9
    assert done.stderr.startswith("error[store]: ")


def test_the_quick_way_reads_the_store_of_the_folder_it_runs_in(tmp_path: Path) -> None:
    (tmp_path / ".passdown").mkdir(mode=0o700)
    inner = tmp_path / "src" / "deep"
    inner.mkdir(parents=True)
    done = subprocess.run(
        [PROGRAM, "search", "x", "--json"], cwd=inner, capture_output=True, check=True
    )
    assert json.loads(done.stdout)["results"] == []
    assert (tmp_path / ".passdown" / "store.db").exists()


def test_starting_does_not_depend_on_who_asked(store: Path) -> None:
    environment = {**os.environ, "CLAUDECODE": "1"}
    done = subprocess.run(
        [PROGRAM, "search", "fridays", "--store", str(store)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Fridays" in done.stdout
