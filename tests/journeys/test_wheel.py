"""The wheel is the whole product: installed into an empty environment it walks a journey."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import passdown

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "passdown"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, built by the locked backend without a download."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`passdown`, installed from the wheel; its dependencies are lent by the tests' environment."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    if uv := shutil.which("uv"):
        _run(uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(home))
        _run(
            uv,
            "pip",
            "install",
            "-q",
            "--offline",
            "--no-cache",
            "--no-deps",
            "-p",
            str(home),
            str(wheel),
        )
    else:
        _run(sys.executable, "-m", "venv", str(home))
        pip = str(home / "bin" / "pip")
        _run(pip, "install", "-q", "--no-index", "--no-deps", str(wheel))
    (site,) = home.glob("lib/python*/site-packages")
    # A path in a .pth file lends packages only: the .pth files found there are not read, so the
    # editable install of this very tree stays out.
    (site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return home / "bin" / "passdown"


def test_the_wheel_carries_every_file_of_the_package(wheel: Path) -> None:
    there = {n for n in zipfile.ZipFile(wheel).namelist() if n.startswith("passdown/")}
    here = {
        f"passdown/{path.relative_to(PACKAGE).as_posix()}"
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert there == here


@pytest.mark.parametrize(
    "kind",
    [
        "passdown/storage/migrations/*/*.sql",
        "passdown/storage/queries/*.sql",
        "passdown/samples/test_sessions/session_*.jsonl",
        "passdown/text/*.toml",
        "passdown/py.typed",
        "passdown-*.dist-info/licenses/LICENSE",
    ],
)
def test_the_wheel_carries_what_is_not_python(kind: str, wheel: Path) -> None:
    assert [n for n in zipfile.ZipFile(wheel).namelist() if Path(n).match(kind)]


def test_what_is_installed_is_the_wheel(program: Path) -> None:
    python = str(program.with_name("python"))
    said = _run(python, "-c", "import passdown; print(passdown.__file__)")
    assert Path(said.strip()).is_relative_to(program.parents[1])
    assert _run(str(program), "--version").strip() == f"passdown {passdown.__version__}"


def test_the_installed_program_reads_mines_and_asks(program: Path, home: Path) -> None:
    (samples,) = program.parents[1].glob("lib/python*/site-packages/passdown/samples")
    store = ("--store", str(home / "store"), "--json")
    _run(str(program), "ingest", str(samples), *store)
    _run(str(program), "mine", *store)
    asked = json.loads(_run(str(program), "pending", *store))["proposals"]
    assert asked
    assert all(proposal["replay"]["sentence"] for proposal in asked)
    assert json.loads(_run(str(program), "ledger", "verify", *store))["ok"]


def test_the_installed_program_walks_the_whole_loop(program: Path) -> None:
    said = _run(str(program), "demo")
    for step in ("Observe", "Replay: ", "Approved by", "passdown undo ", "Next"):
        assert step in said


def _run(*command: str, cwd: Path | None = None) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout
