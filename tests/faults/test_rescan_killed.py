"""A rescan that is killed, again and again: nothing is half done, and the last one ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from passdown.app import App
from passdown.testing import VirtualClock, faults
from tests.desk import ALICE, BOB, Desk, places
from tests.notes import NOTES, Add

KEY = "AKIA" + "Q3EGRIPSLZAB7WXY"

SCRIPT = """
import sys
from pathlib import Path
from passdown.app import App
from tests.desk import ALICE, places
from tests.notes import NOTES
home = Path(sys.argv[1])
with App(places(str(home / "store.db"), home), loops={"notes": NOTES}) as app:
    app.store
    print("ready", flush=True)
    app.call("rescan", {}, ALICE)
"""


def test_killed_at_any_time_it_goes_on_and_ends_with_nothing_left(tmp_path: Path) -> None:
    home, clock = tmp_path / "store", VirtualClock()
    where = places(str(home / "store.db"), home)
    allowing = {"observe.allow": KEY}
    with App(where, clock=clock, flags=allowing, loops={"notes": NOTES}) as app:
        at = Desk(app, clock)
        for n in range(400):
            at.say(f"{n} of {KEY} " * 40, f"s{n % 7}")
        for n in range(30):
            asked = at.ask(Add(f"note {n}"), at.say(f"because of {KEY} {n}"))
            at.call("approve", BOB, id=asked.id, reason=f"{KEY} says so")
    for after in (0.0, 0.02, 0.05, 0.1, 0.2):
        with subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(home)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(after)
            os.kill(child.pid, signal.SIGKILL)
        with App(where, clock=clock, loops={"notes": NOTES}) as app:
            assert faults(app.store) == []
    with App(where, clock=clock, loops={"notes": NOTES}) as app:
        assert app.call("rescan", {}, ALICE)["scrubbed"]
        assert faults(app.store) == []
        for file in filter(Path.is_file, home.rglob("*")):
            assert KEY.encode() not in file.read_bytes(), file
