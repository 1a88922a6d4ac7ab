"""A repository to install into, and what stands in a folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("passdown"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "web"
    (folder / ".git").mkdir(parents=True)
    (folder / "src").mkdir()
    monkeypatch.chdir(folder / "src")
    monkeypatch.setattr(sys, "argv", [PROGRAM])
    return folder
