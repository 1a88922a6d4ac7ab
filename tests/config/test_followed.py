"""Settings follow what is decided, in a process that runs already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from passdown.app import open_app
from passdown.domain.actor import human
from passdown.domain.record import Record
from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from pathlib import Path

    from passdown.app import App

ANN = human("ann")


def decide(app: App, knob: str, value: object) -> None:
    """What an approved change of a knob leaves in the store."""
    with app.store.write(ALL) as tx:
        known = tx.knowledge.get("control", knob)
        control = known or Record("control", knob, f"{knob} is set")
        tx.knowledge.put(replace(control, body={"value": value}))


def test_a_knob_that_another_process_set_reaches_this_one(tmp_path: Path) -> None:
    with open_app(store=str(tmp_path)) as running, open_app(store=str(tmp_path)) as other:
        before = running.settings
        assert before.whole("search.limit") == 10
        assert running.settings is before
        decide(other, "search.limit", 3)
        assert running.settings.whole("search.limit") == 3
        assert running.settings.values["search.limit"].origin == "control"
        decide(other, "search.limit", 4)
        shown = running.call("config.show", {"name": "search.limit"}, ANN)["settings"]
        assert [(s["value"], s["origin"]) for s in shown] == [(4, "control")]


def test_redaction_follows_too(tmp_path: Path) -> None:
    where = "See 81.2.69.142 for it"
    with open_app(store=str(tmp_path)) as app:
        before = app.call("redact", {"text": where}, ANN)["found"]
        decide(app, "observe.redact_ips", True)
        assert (before, app.call("redact", {"text": where}, ANN)["found"]) == (0, 1)


def test_a_knob_that_is_pinned_stays(tmp_path: Path) -> None:
    with open_app(store=str(tmp_path), flags={"search.limit": "7"}) as app:
        decide(app, "search.limit", 3)
        assert app.settings.whole("search.limit") == 7
