"""A forge posts to a real `passdown serve`, which is killed before it has done anything about it:
the next one audits the request and says so there, once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forges import TOKEN, Forge, requested, serving
from tests.surfaces.hooked import SECRET, payload, sealed

PROGRAM = str(Path(sys.executable).with_name("passdown"))


@pytest.fixture(params=["github", "gitea"])
def forge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forge]:
    with serving(request.param, tmp_path / "forge") as found:
        requested(found, {"cart.py": "def legacy_total(): ...\n"}, "Removes `legacy_total`.")
        yield found


def started(forge: Forge, tmp_path: Path, *words: str) -> tuple[subprocess.Popen[str], str]:
    """A server that knows the forge, and where it is."""
    name = forge.kind.upper()
    env = {**os.environ, f"{name}_TOKEN": TOKEN, f"{name}_WEBHOOK_SECRET": SECRET,
           f"PASSDOWN_AUDIT_{name}": forge.url, "PASSDOWN_AUDIT_OBSERVER": ""}  # fmt: skip
    command = [PROGRAM, "serve", "--store", str(tmp_path / "store"), "--port", "0", *words]
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, env=env)
    assert process.stdout is not None
    said = ""
    while "Ctrl-C" not in said:
        said += process.stdout.readline()
    found = re.search(r"http://\S+", said)
    assert found is not None
    return process, found[0]


def post(forge: Forge, base: str) -> dict[str, object]:
    body = json.dumps(payload(forge, "opened")).encode()
    asked = urllib.request.Request(f"{base}/hook/{forge.kind}", body, sealed(forge, body))
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert answer.status == 202
        found: dict[str, object] = json.loads(answer.read())
        return found


def test_a_server_that_is_killed_with_a_post_in_hand_loses_nothing(
    forge: Forge, tmp_path: Path
) -> None:
    process, base = started(forge, tmp_path, "--no-worker")
    try:
        first = post(forge, base)
        assert forge.asked == []
    finally:
        process.kill()
        process.communicate()
    process, base = started(forge, tmp_path)
    try:
        assert post(forge, base) == first
        deadline = time.monotonic() + 60
        while not forge.comments:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert post(forge, base) == first
        time.sleep(2)
    finally:
        process.terminate()
        process.communicate()
    assert len(forge.comments) == 1
    assert "Changes are asked for" in forge.comments[0]["body"]
