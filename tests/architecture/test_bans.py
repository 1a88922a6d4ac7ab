"""The linter's bans hold where they should and only there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = "src/passdown/"

ASYNC = "import asyncio\n\nprint(asyncio)\n"
ENVIRONMENT = "import os\n\nprint(os.environ)\n"
RELATIVE = "from . import scope\n\nprint(scope)\n"
MANY_METHODS = "class Everything:\n" + "".join(
    f"    def m{n}(self) -> None: ...\n" for n in range(16)
)

BANNED = [
    (SRC + "stages/gate/decide.py", ASYNC, "TID251"),
    (SRC + "ops/review.py", ASYNC, "TID251"),
    (SRC + "app.py", ASYNC, "TID251"),
    (SRC + "stages/gate/decide.py", ENVIRONMENT, "TID251"),
    (SRC + "domain/scope.py", RELATIVE, "TID252"),
    (SRC + "storage/sql.py", MANY_METHODS, "PLR0904"),
    (SRC + "app.py", "def f(x):\n" + "    if x: return 1\n" * 12, "C901"),
]
ALLOWED = [
    (SRC + "surfaces/http.py", ASYNC),
    (SRC + "surfaces/http/routes.py", ASYNC),
    (SRC + "engines/http.py", ASYNC),
    (SRC + "serve.py", ASYNC),
    (SRC + "config/__init__.py", ENVIRONMENT),
]


@pytest.mark.parametrize(("file", "text", "rule"), BANNED)
def test_what_is_banned_is_reported(file: str, text: str, rule: str) -> None:
    assert rule in _codes(file, text)


@pytest.mark.parametrize(("file", "text"), ALLOWED)
def test_what_is_allowed_there_is_not_reported(file: str, text: str) -> None:
    assert "TID251" not in _codes(file, text)


def _codes(file: str, text: str) -> set[str]:
    program = Path(sys.executable).with_name("ruff")
    command = [str(program), "check", "--no-cache", "--output-format=json"]
    done = subprocess.run(
        [*command, "--stdin-filename", file, "-"],
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return {found["code"] for found in json.loads(done.stdout)}
