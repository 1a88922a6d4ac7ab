"""`passdown report` as a person runs it: one file that needs nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from passdown.app import open_app
from passdown.domain.actor import Proof, human
from passdown.up.report import BROWSERS

ANN = human("ann", Proof.TOKEN)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    home = tmp_path / "store"
    with open_app(store=str(home)) as app:
        for n in range(3):
            app.call("add", {"text": f"Rule {n} <b>holds</b>.", "confirm": True}, ANN)
    return home


def report(store: Path, *words: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **({"PATH": path} if path is not None else {})}
    return subprocess.run(
        [sys.executable, "-m", "passdown", "report", *words, "--store", str(store)],
        capture_output=True,
        text=True,
        timeout=120,
        env=env,
    )


def test_a_report_is_one_page_that_fetches_and_runs_nothing(store: Path, tmp_path: Path) -> None:
    to = tmp_path / "report.html"
    done = report(store, "--html", str(to), "--days", "7")
    assert done.returncode == 0, done.stderr
    page = to.read_text()
    assert "The last 7 days" in page
    assert "<svg" in page
    assert ": 3 approved</title>" in page
    assert "not enough data" in page
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=|url\(|@import", page)


def test_a_picture_is_drawn_by_an_installed_browser(store: Path, tmp_path: Path) -> None:
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip("no Chromium is installed, so no picture was drawn: apt-get install chromium")
    to = tmp_path / "report.png"
    done = report(store, "--png", str(to))
    assert done.returncode == 0, done.stderr
    drawn = to.read_bytes()
    assert drawn.startswith(b"\x89PNG")
    assert int.from_bytes(drawn[16:20]) == 1000
    assert len(drawn) > 10_000


def test_without_a_browser_a_picture_is_an_error_that_says_how(store: Path, tmp_path: Path) -> None:
    to = tmp_path / "report.png"
    done = report(store, "--png", str(to), path="")
    assert done.returncode != 0
    assert "a picture needs Chromium" in done.stderr
    assert "--html" in done.stderr
    assert not to.exists()


def test_where_to_write_must_be_said_and_be_possible(store: Path, tmp_path: Path) -> None:
    assert "where to write it was not said" in report(store).stderr
    nowhere = report(store, "--html", str(tmp_path / "no" / "such" / "folder.html"))
    assert nowhere.returncode != 0
    assert "cannot write it" in nowhere.stderr
