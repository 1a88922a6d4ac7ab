"""What is kept of a store is told what changed: the same as drawn anew, whoever looks."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from passdown.app import App, memory_app
from passdown.domain.change import Put, Retire
from passdown.domain.record import Record
from passdown.domain.scope import ALL, Sight
from passdown.ops import graph, views
from passdown.stages.apply.execute import execute
from passdown.stages.measure.calibration import calibration
from passdown.stages.mine.past import Past
from passdown.testing import VirtualClock
from tests.desk import ALICE, BOB, Desk, places
from tests.notes import NOTES, Add, Drop

HERE = Sight(("global", "repo:web"))
NAMES = ("tea", "milk", "cup", "pot")
SCOPES = st.sampled_from(("global", "repo:web", "repo:api"))
ASKED: tuple[dict[str, Any], ...] = ({}, {"scope": "repo:web"}, {"as_of": "2026-01-02"})


def desk() -> Desk:
    clock = VirtualClock()
    return Desk(memory_app(clock, loops={"notes": NOTES}), clock)


def anew(at: Desk, name: str, sight: Sight, **params: Any) -> Any:
    """The answer of an operation on which nothing that was kept has any bearing."""
    with views._lock:
        views._views.pop(at.store, None)
    return at.app.call(name, params, ALICE, sight=sight)


def agreed(at: Desk) -> None:
    """Graphs and calibrations are those drawn anew; those that are kept are kept after it."""
    asked = [("graph", params) for params in ASKED] + [("ledger.calibrate", {})]
    for sight in (ALL, HERE):
        mine = [at.app.call(name, params, ALICE, sight=sight) for name, params in asked]
        kept = dict(views._views.get(at.store, {}))
        assert mine == [anew(at, name, sight, **params) for name, params in asked]
        with views._lock:
            views._views[at.store].update(kept)
        with at.store.read(sight) as tx:
            whole = calibration(tx, target=0.9)
        assert [g["n"] for g in mine[-1]["groups"]] == [g.n for g in whole]


def know(n: int, names: list[str], scope: str) -> Callable[[Desk], None]:
    def do(at: Desk) -> None:
        with at.store.write(ALL) as tx:
            before = tx.knowledge.get("note", f"k{n}")
            body, version = {"entities": names}, before.version if before else 0
            made = Record("note", f"k{n}", f"k{n}", body, scope=scope, version=version)
            execute(tx, f"made-{n}-{version}", [Put(made)], "alice")

    return do


def leave(n: int) -> Callable[[Desk], None]:
    def do(at: Desk) -> None:
        with at.store.write(ALL) as tx:
            if before := tx.knowledge.get("note", f"k{n}"):
                execute(tx, f"gone-{n}-{before.version}", [Retire("note", f"k{n}", before.version)],
                        "alice")  # fmt: skip

    return do


def decide(n: int, scope: str, yes: bool, back: bool) -> Callable[[Desk], None]:
    def do(at: Desk) -> None:
        one = at.ask(Add(f"rule {n} {at.clock.now()}", scope=scope), scope=scope)
        at.clock.advance(seconds=1)
        if yes:
            at.call("approve", BOB, id=one.id)
        else:
            at.call("reject", BOB, id=one.id, reason="no")
        if yes and back:
            at.call("undo", BOB, id=one.id)

    return do


def forget() -> Callable[[Desk], None]:
    def do(at: Desk) -> None:
        if at.call("sessions.list")["sessions"]:
            at.call("forget", session="s1", confirm=True)

    return do


N = st.integers(0, 7)
HAPPENS: st.SearchStrategy[Callable[[Desk], None]] = st.one_of(
    st.builds(know, N, st.lists(st.sampled_from(NAMES), max_size=3), SCOPES),
    st.builds(leave, N),
    st.builds(decide, N, SCOPES, st.booleans(), st.booleans()),
    st.builds(forget),
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    happens=st.lists(st.tuples(HAPPENS, st.booleans()), min_size=2, max_size=10),
    read=st.sampled_from((2, 4, 3000)),
)
def test_after_anything_what_is_kept_is_what_is_drawn_anew(
    happens: list[tuple[Callable[[Desk], None], bool]], read: int
) -> None:
    at = desk()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "READ", read)
        patch.setattr(graph, "SPARE", 1)
        agreed(at)
        for happen, looked in happens:
            happen(at)
            at.clock.advance(seconds=1)
            if looked:
                agreed(at)
        agreed(at)
    at.close()


def test_a_decision_is_told_and_nothing_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    at = desk()
    know(1, ["tea", "milk"], "global")(at)
    assert len(at.call("graph")["nodes"]) == 2
    monkeypatch.setattr(graph._First, "_read", None)
    know(2, ["tea", "cup"], "global")(at)
    assert len(at.call("graph")["nodes"]) == 3
    leave(1)(at)
    assert len(at.call("graph")["nodes"]) == 2
    at.close()


def test_who_signs_in_and_which_knob_is_turned_changes_no_view(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = desk()
    know(1, ["tea", "milk"], "global")(at)
    before = at.call("graph")
    monkeypatch.setattr(graph._First, "_read", None)
    at.call("controls.set", name="gate.max_open", value="70")
    at.call("token.new", name="carol", role="review")
    assert at.call("graph")["nodes"] == before["nodes"]
    at.close()


def test_what_was_decided_on_records_is_told_by_their_entries() -> None:
    at = desk()
    at.call("graph")
    at.agree(Add("tea is at four"))
    assert at.call("graph")["known"] == 1
    at.agree(Drop("tea is at four"))
    assert at.call("graph")["read"] == 0
    at.close()


def test_what_a_view_was_drawn_from_goes(tmp_path: Path) -> None:
    app = App(places(str(tmp_path / "store.db"), tmp_path), clock=VirtualClock())
    gc.collect()
    gc.disable()
    try:
        before = sum(isinstance(one, Past) for one in gc.get_objects())
        for word in ("pressure", "list", "regions"):
            app.call(f"ontology.{word}", {}, ALICE)
        assert sum(isinstance(one, Past) for one in gc.get_objects()) == before
    finally:
        gc.enable()
        app.close()


def test_a_refusal_is_no_answer(tmp_path: Path) -> None:
    app = App(places(str(tmp_path / "store.db"), tmp_path), clock=VirtualClock())
    for _ in range(2):
        with pytest.raises(Exception, match="nobody knows this"):
            app.call("ontology.show", {"name": "nobody knows this"}, ALICE)
    app.close()
