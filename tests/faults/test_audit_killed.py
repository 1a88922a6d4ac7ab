"""An audit that is killed between any two of its steps: the next one leaves one verdict, one row,
one event, and at the forge one of each thing."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from passdown.app import App
from passdown.stages.audit.remote.mirror import Mirrors
from passdown.stages.audit.remote.place import Forge as Located, Place
from passdown.stages.audit.remote.request import read
from tests.desk import ALICE, places
from tests.faults.dying import each_time
from tests.forges import TOKEN, Forge, pushed, seeded, serving
from tests.stages.audit.repo import commit, run

MANY = 7
"""Findings beside lines: more than that process sends at once."""


def opened(forge: Forge) -> None:
    """A request that lies often."""
    work, _ = seeded(forge)
    names = [f"legacy_total_{n}" for n in range(MANY)]
    base = commit(work, {"cart.py": "".join(f"def {name}(): ...\n" for name in names)}, "many")
    run(work, "push", "-q", "origin", "main")
    head = pushed(work, "topic", {"other.py": "x = 1\n"}, "Tidy")
    forge.pull(7, head, base, "Tidy", "\n".join(f"- Removes `{name}`." for name in names))


def prepared(home: Path, forge: Forge) -> Path:
    """A store that never saw an audit, with a mirror that has the commits."""
    home.mkdir(mode=0o700)
    (home / "token").touch(0o600)
    (home / "token").write_text(TOKEN)
    app = App(places(str(home / "store.db"), home))
    app.call("stats", {}, ALICE)
    app.close()
    place = Place(Located(forge.kind, forge.url), "acme/shop", 7)
    Mirrors(home / "forges", 100, os.environ).fetched(place, read(forge.pulls["acme/shop", 7]))
    return home


def fresh(template: Path, home: Path, forge: Forge) -> Path:
    """A store before the audit, and a forge that was told nothing."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(template, home)
    for told in (forge.comments, forge.runs, forge.statuses, forge.reviews):
        told.clear()
    return home


def once_each(forge: Forge, home: Path) -> None:
    """One of everything, and nothing half."""
    (verdict,) = (home / "data/_auditor/verdicts").glob("*.json")
    key = json.loads(verdict.read_bytes())["audit_key"]
    rows = [json.loads(row) for row in (home / "data/_kb/outcomes.jsonl").read_text().splitlines()]
    assert [(row["kind"], row["audit_key"]) for row in rows] == [("audit", key)]
    app = App(places(str(home / "store.db"), home))
    assert app.call("stats", {}, ALICE)["by_source"]["auditor"] == 1
    app.close()
    assert len(forge.comments) == 1
    if forge.kind == "github":
        (made,) = forge.runs
        notes = [(note["path"], note["start_line"], note["message"]) for note in made["notes"]]
        assert len(notes) == len(set(notes)) >= MANY
    else:
        assert len(forge.statuses) == len(forge.reviews) == 1


@pytest.mark.parametrize("kind", ["github", "gitea"])
def test_killed_between_any_two_steps_the_next_audit_leaves_one_of_each(
    kind: str, tmp_path: Path
) -> None:
    died = 0
    with (
        serving(kind, tmp_path / "forge") as forge,
        each_time("tests.faults.auditor", forge) as audit,
    ):
        opened(forge)
        template = prepared(tmp_path / "template", forge)
        while True:
            home = fresh(template, tmp_path / "home", forge)
            ended = audit(home, died + 1)
            if ended != -signal.SIGKILL:
                break
            died += 1
            assert audit(home, 0) == 0
            once_each(forge, home)
        assert ended == 0
        once_each(forge, home)
    assert died >= 20
