"""The third party's distribution, built into a wheel and installed where only a test sees it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from passdown.ops.couriers import COURIERS

SOURCE = Path(__file__).parent / "remarks"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages with the plug-in in it, from its wheel."""
    work = tmp_path_factory.mktemp("plugin")
    tree = shutil.copytree(SOURCE, work / "tree")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(work)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = work.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(work / "site")
    return work / "site"


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The plug-in importable in this process, and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(site))
    # Another test may have looked for carriers already.
    monkeypatch.setattr(COURIERS, "_found", None)
    yield site
    for name in [m for m in sys.modules if m.partition(".")[0] == "passdown_remarks"]:
        del sys.modules[name]
