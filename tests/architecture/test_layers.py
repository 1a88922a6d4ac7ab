"""Each import contract notices the import it forbids: a copy of the tree, one line added."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
NAMES = {contract["id"]: contract["name"] for contract in DECLARED["contracts"]}


class Break(NamedTuple):
    """One import that one contract forbids, and the file it is written into."""

    contract: str
    file: str
    line: str


BREAKS = [
    Break("layers", "domain/scope.py", "import passdown.text"),
    Break("layers", "storage/port.py", "import passdown.engines.port"),
    Break("layers", "novel.py", '"""In no layer."""'),
    Break("stages", "stages/gate/__init__.py", "import passdown.stages.apply"),
    Break("loops", "loops/weeds.py", "import passdown.loops.claims"),
    Break("surfaces", "surfaces/cli.py", "import passdown.surfaces.http"),
    Break("backends", "ops/operation.py", "import passdown.storage.sqlite"),
    Break("backends", "config/__init__.py", "import passdown.storage.postgres"),
    Break("backends", "testing.py", "import passdown.storage.memory"),
    Break("loops-write-nothing", "loops/claims/detect.py", "import passdown.storage.port"),
    Break("contract-is-small", "contract/card.py", "import passdown.storage.port"),
    Break("contract-is-small", "contract/loop.py", "import passdown.stages.gate"),
]


def test_the_contracts_hold() -> None:
    done = _lint(ROOT / "src")
    assert done.returncode == 0, done.stdout


def test_every_contract_is_broken_once_below() -> None:
    assert {b.contract for b in BREAKS} == set(NAMES)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b.contract}-{b.file}")
def test_the_contract_notices_the_import_it_forbids(broken: Break, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "src" / "passdown" / broken.file
    before = file.read_text() if file.exists() else ""
    file.write_text(f"{before}\n{broken.line}\n")
    done = _lint(tmp_path / "src", "--contract", broken.contract)
    assert done.returncode == 1, done.stdout
    assert f"{NAMES[broken.contract]} BROKEN" in done.stdout


def _lint(source: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--no-cache", "--config", str(ROOT / "pyproject.toml"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(source), "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
