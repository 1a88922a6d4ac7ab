"""A third party's distribution, really built and installed, is as good as what is built in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from passdown import loops
from passdown.app import App, memory_app
from passdown.domain.actor import agent, human
from passdown.domain.errors import Forbidden
from passdown.testing import check_loop, check_reader, person, transcript

ANN = human("ann")
TEXT = "#remarks r1\nperson> remember: tea is at four\nassistant> noted\nnonsense\n"
LATER = "person> remember: milk is cold\n"


@pytest.fixture
def app(installed: Path) -> App:
    """An app of an installation that has the plug-in."""
    return memory_app()


def test_its_loop_keeps_the_contract(installed: Path):
    loop = import_module("passdown_remarks").LOOP
    found = check_loop(loop, transcript("s1", person("remember: tea"), person("remember: milk")))
    assert len(found) == 2


def test_its_reader_keeps_the_contract(installed: Path):
    reader = import_module("passdown_remarks.reader").READER
    assert [d.text for d in check_reader(reader, TEXT.encode())] == [
        "remember: tea is at four",
        "noted",
    ]


def test_doctor_names_a_reader_that_cannot_be_loaded(app: App):
    checks = {c["check"]: c for c in app.call("doctor", {}, ANN)["checks"]}
    assert not checks["readers"]["ok"]
    assert "torn = passdown_remarks.torn:READER" in checks["readers"]["found"]


def test_it_stands_beside_the_built_in_loops(app: App):
    assert "remarks" in app.loops
    assert set(loops.BUILTIN) < set(app.loops)
    assert app.call("capabilities", {}, ANN)["loops"]["remarks"]["actions"] == ["KEEP"]


def call(app: App, name: str, **params: Any) -> Any:
    return app.call(name, params, ANN)


def test_its_reader_reads_its_loop_finds_a_person_says_yes_and_takes_it_back(
    app: App, tmp_path: Path
):
    file = tmp_path / "day.remarks"
    file.write_text(TEXT)
    read = call(app, "ingest", paths=[str(file)])
    assert (read["observations"], len(read["skipped"])) == (2, 1)
    (cycle,) = call(app, "mine", loop="remarks")["cycles"]
    assert cycle["fates"] == {"filed": 1}
    (asked,) = call(app, "pending", loop="remarks")["proposals"]
    assert "tea is at four" in json.dumps(call(app, "show", id=asked["id"])["card"])

    with pytest.raises(Forbidden):
        app.call("approve", {"id": asked["id"]}, agent())
    (record,) = call(app, "approve", id=asked["id"])["records"]
    assert (record["kind"], record["text"]) == ("remark", "tea is at four")
    assert "tea is at four" in call(app, "brief")["text"]
    assert call(app, "remarks.loud") == ["tea is at four"]
    assert call(app, "remarks.loud", least=99) == []
    assert call(app, "deliver") == {"delivered": 1, "failed": 0}

    assert call(app, "undo", id=asked["id"]) == {"undone": [asked["id"]]}
    assert call(app, "records", kind="remark")["records"] == []
    assert call(app, "ledger.verify")["ok"]


def test_its_reader_reads_on_where_it_ended(app: App, tmp_path: Path):
    file = tmp_path / "day.remarks"
    file.write_text(TEXT)
    call(app, "ingest", paths=[str(file)])
    with file.open("a") as more:
        more.write(LATER)
    assert call(app, "ingest", paths=[str(file)])["observations"] == 1
    assert len(call(app, "session", id="r1")["observations"]) == 3


def test_a_plug_in_that_cannot_be_imported_is_named_and_takes_nothing_with_it(app: App):
    assert "torn" not in app.loops
    found = call(app, "doctor")
    (check,) = [c for c in found["checks"] if c["check"] == "loops"]
    assert (found["ok"], check["ok"]) == (False, False)
    assert "'torn'" in check["found"]
    assert "passdown_remarks_missing_part" in check["found"]
    assert check["next"]


def test_a_process_of_its_own_finds_it_too(site: Path, tmp_path: Path):
    environment = {**os.environ, "PYTHONPATH": str(site), "HOME": str(tmp_path)}
    code = (
        "from passdown.app import open_app; from passdown.domain.actor import agent;"
        "app = open_app(store='store'); print(sorted(app.loops));"
        "print(app.call('remarks.loud', {}, agent()))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [str(sorted([*loops.BUILTIN, "remarks"])), "[]"]


def test_here_it_is_not_installed():
    assert "remarks" not in loops.load()
