"""A sweep that is killed between any two of its steps: the next one leaves one end of each request,
and one question about each playbook."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any

from passdown.stages.audit import keep
from passdown.stages.audit.keep import RESULT
from tests.desk import ALICE
from tests.faults.dying import each_time
from tests.faults.sweeper import app_of
from tests.forges import TOKEN, Forge, requested, serving
from tests.ops.test_playbooks_kept import PROXIES
from tests.stages.audit.shelves import NEW, OLD, installed, wheel


def prepared(home: Path, forge: Forge) -> Path:
    """A store with two audits whose requests are over, and two playbooks, one of them stale."""
    home.mkdir(mode=0o700)
    (home / "token").touch(0o600)
    (home / "token").write_text(TOKEN)
    app = app_of(forge.kind, forge.url, home)
    for title, versions in (("Proxies", OLD), ("More proxies", OLD), ("Right", NEW)):
        given = {"title": title, "text": PROXIES, "tools": f"netty=={versions}"}
        asked = app.call("audit.playbook", given, ALICE)
        app.call("approve", {"id": asked["proposal"]}, ALICE)
    app.close()
    installed(wheel(wheel(home / "wheels", OLD), NEW), NEW)
    for n in (7, 8):
        row: dict[str, Any] = {
            "kind": keep.AUDIT, "id": f"k{n}", "audit_key": f"k{n}", "repo": "acme/shop",
            "host": "127.0.0.1", "pr_number": n, "paths": [], "symbols": [],
        }  # fmt: skip
        keep.note(home / keep.OUTCOMES, row)
    return home


def once_each(forge: Forge, home: Path) -> None:
    """One of everything, and nothing half."""
    file = home / keep.OUTCOMES
    rows = [json.loads(row) for row in file.read_text().splitlines()]
    ends = sorted((row["pr_number"], row["result"]) for row in rows if row["kind"] == RESULT)
    assert ends == [(7, "merged"), (8, "closed")]
    assert keep.broken_at(file) == 0
    app = app_of(forge.kind, forge.url, home)
    asked = app.call("pending", {}, ALICE)["proposals"]
    assert sorted(one["title"].partition("”")[0] for one in asked) == ["“More proxies", "“Proxies"]
    states = {one["title"]: one["state"] for one in app.call("audit.playbooks", {}, ALICE)[
        "playbooks"]}  # fmt: skip
    assert states == {"More proxies": "stale", "Proxies": "stale", "Right": "stands"}
    app.close()


def test_killed_between_any_two_steps_the_next_sweep_leaves_one_of_each(tmp_path: Path) -> None:
    died = 0
    with (
        serving("gitea", tmp_path / "forge") as forge,
        each_time("tests.faults.sweeper", forge) as sweep,
    ):
        requested(forge, {"cart.py": "x = 1\n"}, "Tidies.")
        over = {"state": "closed", "merged": True, "merge_commit_sha": "0" * 40}
        forge.pulls["acme/shop", 7] |= over
        forge.pulls["acme/shop", 8] = {
            **forge.pulls["acme/shop", 7], "number": 8, "merged": False, "merge_commit_sha": None,
        }  # fmt: skip
        template = prepared(tmp_path / "template", forge)
        while True:
            home = tmp_path / "home"
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(template, home)
            ended = sweep(home, died + 1)
            if ended != -signal.SIGKILL:
                break
            died += 1
            assert sweep(home, 0) == 0
            once_each(forge, home)
        assert ended == 0
        once_each(forge, home)
    assert died >= 14
