"""What a session waits for loads nothing heavy: help, a hook, a brief, a search."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = frozenset(
    {
        *("anyio", "asyncio", "click", "cronsim", "fastapi", "httpx2", "importlib.metadata"),
        *("mcp", "msgspec", "numpy", "pathspec", "psycopg", "pydantic", "re2", "rich", "scipy"),
        *("sse_starlette", "starlette", "tomllib", "uvicorn", "passdown.loops.claims"),
    }
)

QUICK = [
    ["--help"],
    ["--version"],
    ["hook", "claude_code", "SessionStart"],
    ["brief"],
    ["brief", "--repo", "shop", "--json"],
    ["search", "staging"],
    ["search", "staging", "--as-of", "7d"],
]

LOADED = """
import json, sys
from passdown.__main__ import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def loaded(arguments: list[str]) -> tuple[int, set[str]]:
    """The exit code of a command line, and the modules it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    return code, set(modules)


@pytest.mark.parametrize("arguments", QUICK, ids=" ".join)
def test_the_quick_commands_load_nothing_heavy(arguments: list[str], home: Path) -> None:
    # The second start is the one that counts: the first makes the store.
    loaded(arguments)
    code, modules = loaded(arguments)
    assert code == 0
    assert modules & HEAVY == set()


def test_what_is_heavy_would_be_noticed() -> None:
    _, modules = loaded(["status"])
    assert {"click", "msgspec"} <= modules & HEAVY
