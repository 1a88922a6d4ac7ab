"""What was answered is there, whenever the server dies."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path

from passdown.app import open_app
from passdown.domain.observation import Seen
from passdown.domain.scope import ALL

ROUNDS = 3
POSTERS = 8


def served(store: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "passdown", "serve", "--port", "0", "--no-worker"]
    process = subprocess.Popen([*command, "--store", str(store)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found is not None
    return process, found[0]


def post_on(base: str, told: list[str]) -> None:
    """Post until nobody answers; note what was answered."""
    while True:
        body = json.dumps({"source": "bot", "ok": True, "n": len(told)}).encode()
        sent = {"content-type": "application/json"}
        try:
            asked = urllib.request.Request(f"{base}/event", body, sent)
            with urllib.request.urlopen(asked, timeout=20) as answer:
                told.append(json.load(answer)["event_id"])
        except (OSError, HTTPException, ValueError):
            return


def test_every_answered_event_survives_a_kill(tmp_path: Path) -> None:
    store, told = tmp_path / ".passdown", list[str]()
    for n in range(ROUNDS):
        process, base = served(store)
        threads = [threading.Thread(target=post_on, args=(base, told)) for _ in range(POSTERS)]
        for thread in threads:
            thread.start()
        before, deadline = len(told), time.monotonic() + 30
        while len(told) < before + 60 + 37 * n:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for thread in threads:
            thread.join(30)
    with open_app(store=str(store)) as app, app.store.read(ALL) as tx:
        stored = {one.uid for one in tx.observations.scan(kinds=[Seen.EVENT], limit=1_000_000)}
        sessions = tx.observations.sessions(format="event")
    assert len(told) > 180
    assert {*told} <= stored
    counted = sum(ok for s in sessions for ok, *_ in s.meta["events"]["kinds"].values())
    assert counted == len(stored)
    lines = (tmp_path / "data" / "_observer" / "ops.jsonl").read_text().splitlines()
    assert {*told} <= {json.loads(line)["event_id"] for line in lines}
