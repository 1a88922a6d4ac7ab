"""Every rule about the source holds, and every rule would notice if it did not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from passdown._manifest import ALIASES, OPERATIONS
from tests.architecture import rules

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "passdown"

Rule = Callable[[Path], list[str]]


class Planted(NamedTuple):
    """A file that breaks a rule, and what the rule must say about it."""

    rule: Rule
    file: str
    text: str
    said: str


def named_by_generators(root: Path) -> list[str]:
    return rules.operations_named_by_generators(root, {*OPERATIONS, *ALIASES, "sow"})


DOC = '"""A place."""\n'
LONG_FUNCTION = DOC + "def f():\n" + "    f()\n" * 25

PLANTED = [
    Planted(rules.long_files, "a/b.py", "\n" * 401, "a/b.py:401 lines"),
    Planted(rules.long_files, "a/b.sql", "\n" * 401, "a/b.sql:401 lines"),
    Planted(rules.long_functions, "a.py", LONG_FUNCTION, "a.py:2 f: 26 lines"),
    Planted(rules.unplaced_files, "a.py", "x = 1\n", "a.py:1 no docstring"),
    Planted(rules.loops_named_elsewhere, "ops/a.py", "x = 'weeds'\n", "ops/a.py:1 names weeds"),
    Planted(
        rules.loops_named_elsewhere, "config/a.py", "x = ['weeds']\n", "config/a.py:1 names weeds"
    ),
    Planted(
        rules.loops_named_elsewhere,
        "app.py",
        "from passdown.loops.weeds import LOOP\n",
        "app.py:1 imports passdown.loops.weeds.LOOP",
    ),
    Planted(
        rules.loops_named_elsewhere,
        "storage/a.sql",
        "SELECT * FROM t WHERE loop = 'weeds';\n",
        "storage/a.sql:1 names weeds",
    ),
    Planted(named_by_generators, "surfaces/cli.py", "x = 'sow'\n", "surfaces/cli.py:1 names sow"),
    Planted(
        named_by_generators, "surfaces/http.py", "f(op='sow')\n", "surfaces/http.py:1 names sow"
    ),
    Planted(named_by_generators, "surfaces/mcp.py", "x = {'sow'}\n", "surfaces/mcp.py:1 names sow"),
    Planted(
        named_by_generators, "surfaces/http/a.py", "x = 'sow'\n", "surfaces/http/a.py:1 names sow"
    ),
    Planted(
        named_by_generators,
        "surfaces/jsonl.py",
        "if x == 'sow': 1\n",
        "surfaces/jsonl.py:1 names sow",
    ),
    Planted(
        rules.environment_readers,
        "stages/a.py",
        "import os\nos.environ['X']\n",
        "stages/a.py:2 reads the environment",
    ),
    Planted(
        rules.environment_readers,
        "a.py",
        "from os import getenv\n",
        "a.py:1 reads the environment",
    ),
    Planted(
        rules.backends_named_elsewhere, "ops/a.py", "x = 'sqlite:'\n", "ops/a.py:1 names sqlite:"
    ),
    Planted(
        rules.backends_named_elsewhere,
        "stages/a.py",
        "import sqlite3\n",
        "stages/a.py:1 names sqlite3",
    ),
    Planted(rules.misshapen_loops, "loops/weeds/view.py", DOC, "loops/weeds:1 has no payload.py"),
    Planted(rules.misshapen_loops, "loops/weeds/view.py", DOC, "loops/weeds:1 has no README.md"),
    Planted(
        rules.errors_declared_elsewhere,
        "ops/a.py",
        "class Odd(PassdownError): ...\n",
        "ops/a.py:1 Odd is an error of its own",
    ),
    Planted(rules.vague_names, "text/utils.py", DOC, "text/utils.py:1 is a vague name"),
    Planted(rules.vague_names, "helpers/a.py", DOC, "helpers:1 is a vague name"),
    Planted(
        rules.vague_names, "a.py", "class JobManager: ...\n", "a.py:1 JobManager is a vague name"
    ),
    Planted(rules.changelog_comments, "a.py", "x = 1  # since v1.2\n", "a.py:1 # since v1.2"),
    Planted(rules.changelog_comments, "a.py", "# see #12\n", "a.py:1 # see #12"),
    Planted(rules.bare_suppressions, "a.py", "x = 1  # noqa\n", "a.py:1 x = 1  # noqa"),
    Planted(
        rules.bare_suppressions,
        "a.py",
        "x = 1  # type: ignore\n",
        "a.py:1 x = 1  # type: ignore",
    ),
    Planted(rules.unfinished, "a.py", "x = 1  # TODO more\n", "a.py:1 x = 1  # TODO more"),
    Planted(
        rules.unfinished,
        "a.py",
        "def f():\n    raise NotImplementedError\n",
        "a.py:2 raises NotImplementedError",
    ),
]

RULES = list(dict.fromkeys(planted.rule for planted in PLANTED))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule: Rule) -> None:
    assert rule(SRC) == []


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: f"{p.rule.__name__}-{p.file}")
def test_the_rule_notices_what_breaks_it(planted: Planted, tmp_path: Path) -> None:
    _plant(tmp_path, "loops/weeds/__init__.py", DOC)
    _plant(tmp_path, planted.file, planted.text)
    assert planted.said in planted.rule(tmp_path)


def test_every_rule_is_run() -> None:
    public = {
        value
        for name, value in vars(rules).items()
        if callable(value) and getattr(value, "__module__", "") == rules.__name__
        if not name.startswith("_") and name != "python_files"
    }
    assert public - {rules.operations_named_by_generators} <= {*RULES}


@pytest.mark.parametrize(
    "rule",
    [
        rules.long_files,
        rules.unplaced_files,
        rules.vague_names,
        rules.changelog_comments,
        rules.bare_suppressions,
        rules.unfinished,
    ],
    ids=lambda rule: rule.__name__,
)
@pytest.mark.parametrize("folder", ["evals", "tests", "tools"])
def test_what_stands_beside_the_source_keeps_the_rule(rule: Rule, folder: str) -> None:
    own = ("architecture/rules.py", "architecture/test_tree.py")
    assert [line for line in rule(ROOT / folder) if not line.startswith(own)] == []


def _plant(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
