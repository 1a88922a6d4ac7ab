"""A sitting of a reviewer: what they see, and what becomes of what they decide."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import given, strategies as st

from passdown.domain.actor import Actor, human
from passdown.domain.errors import Conflict, Invalid, NotPending, PassdownError
from passdown.surfaces.review import edit, report
from passdown.surfaces.review.desk import Desk
from passdown.surfaces.review.page import REASONS, View, frame, furthest, help_lines
from passdown.surfaces.review.sitting import Sitting
from passdown.text.draw import Look
from passdown.text.safe import columns

IDS = tuple(f"{n:02d}aa" for n in range(14))
LOOK = Look(80, color=False, fit=True)


# ---- the page


def shown(id: str, text: str = "Staging sleeps on Fridays.", **more: Any) -> dict[str, Any]:
    card = {"question": "Is this true?", "blocks": [{"type": "text", "text": text}]}
    return {
        "id": id,
        "loop": "claims",
        "action": "ADD",
        "scope": "repo:web",
        "confidence": 0.82,
        "status": "pending",
        "flags": [],
        "payload": {"kind": "ADD", "text": text},
        "card": card,
        **more,
    }


def test_a_card_fits_a_small_terminal() -> None:
    drawn = frame(View(Desk(IDS), shown(IDS[0], "word " * 600)), LOOK, 24)
    assert len(drawn) == 24
    assert max(map(columns, drawn)) <= 80
    assert drawn[0].startswith("passdown review")
    assert drawn[0].endswith("1 of 14 · 0 unsent")
    assert any(line.startswith("↓ ") for line in drawn)
    assert drawn[-1] == "a accept  x reject  e edit  space skip  u undo  ? help  q quit"


def test_a_long_card_can_be_scrolled_to_its_end() -> None:
    view = View(Desk(IDS), shown(IDS[0], "word " * 600))
    end = frame(view._replace(scroll=furthest(view, LOOK, 24)), LOOK, 24)
    assert f"id          {IDS[0]}" in end
    assert not any(line.startswith("↓ ") for line in end)


@given(st.integers(1, 60), st.integers(1, 140), st.integers(0, 400))
def test_a_frame_never_leaves_the_terminal(height: int, width: int, scroll: int) -> None:
    view = View(Desk(IDS), shown(IDS[0], "word " * 60), "message " * 30, scroll=scroll)
    for asking in ((), ("Why not?", "1 wrong")):
        drawn = frame(view._replace(asking=asking), LOOK._replace(width=max(width, 30)), height)
        assert len(drawn) <= height
        assert max(map(columns, drawn)) <= max(width, 30)


def test_every_reason_and_the_whole_message_are_shown_in_a_narrow_terminal() -> None:
    reasons = " · ".join([*(f"{n} {r}" for n, r in enumerate(REASONS, 1)), "o in your own words"])
    said = "Nothing is unsent; `passdown undo ID` takes back what was sent."
    view = View(Desk(IDS), shown(IDS[0]), said, asking=("Why not?", reasons))
    drawn = frame(view, LOOK._replace(width=40), 24)
    foot = " ".join(" ".join(drawn[-8:]).split())
    assert foot.endswith(f"{said} Why not? {reasons}")
    assert (len(drawn), max(map(columns, drawn)) <= 40) == (24, True)


def test_a_card_says_how_sure_it_is_and_what_was_noted() -> None:
    page = "\n".join(frame(View(Desk(IDS), shown(IDS[0], flags=["stale_risk"])), LOOK, 24))
    assert "confidence  likely (0.82)" in page
    assert "proposes    claims ADD · repo:web" in page
    assert "noted       stale_risk" in page


def test_a_confidence_that_the_card_says_is_not_said_twice() -> None:
    known = shown(IDS[0])
    known["card"]["blocks"].append({"type": "facts", "facts": [["Confidence", "likely (0.82)"]]})
    page = "\n".join(frame(View(Desk(IDS), known), LOOK, 24))
    assert page.casefold().count("confidence") == 1


def test_the_end_says_what_is_left() -> None:
    desk = Desk(IDS, place=14, sent=frozenset(IDS[:3]))
    page = "\n".join(frame(View(desk), LOOK, 24))
    assert "That was the last of 14: 11 skipped and still open." in page


def test_the_help_names_every_key_of_the_foot() -> None:
    page = "\n".join(help_lines(LOOK))
    assert all(word in page for word in ("accept", "reject", "edit", "skip", "undo", "send"))


# ---- a sitting


class QueueApp:
    """Proposals that wait, and what was decided about them."""

    def __init__(self, *ids: str) -> None:
        self.waiting = {i: shown(i, f"Claim {i}.") for i in ids}
        self.decided: list[tuple[str, dict[str, Any]]] = []
        self.refuse: dict[str, PassdownError] = {}

    def call(self, name: str, params: dict[str, Any], actor: Actor) -> Any:
        return getattr(self, f"_{name}")(**params)

    def _pending(self, **_: Any) -> Any:
        return {"proposals": [p for p in self.waiting.values() if p["status"] == "pending"]}

    def _show(self, id: str) -> Any:
        return self.waiting[id]

    def _preview(self, id: str, edit: dict[str, Any]) -> Any:
        if not edit["text"]:
            raise Invalid("a claim needs a text", where=id)
        return {"card": shown(id, edit["text"])["card"]}

    def _approve(self, **params: Any) -> None:
        self._settle("approve", "approved", params)

    def _reject(self, **params: Any) -> None:
        self._settle("reject", "rejected", params)

    def _settle(self, name: str, status: str, params: dict[str, Any]) -> None:
        if error := self.refuse.get(params["id"]):
            raise error
        self.decided.append((name, params))
        self.waiting[params["id"]]["status"] = status


class Typed:
    """A terminal whose keys are known beforehand; '' is half a minute without any."""

    def __init__(self, keys: list[str]) -> None:
        self.keys = keys
        self.frames: list[list[str]] = []

    def size(self) -> os.terminal_size:
        return os.terminal_size((80, 24))

    def draw(self, lines: list[str]) -> None:
        self.frames.append(lines)

    def key(self, timeout: float | None = None) -> str:
        return self.keys.pop(0) if self.keys else "gone"

    @contextmanager
    def aside(self) -> Iterator[None]:
        yield

    def page(self, n: int = -1) -> str:
        return "\n".join(self.frames[n])


def sit(app: QueueApp, *keys: str, seconds: float = 5) -> tuple[Sitting, Typed]:
    """A reviewer who looks that long before every key."""
    screen = Typed(list(keys))
    now = partial(next, count(0.0, seconds))
    one = Sitting(app, human("ann"), screen, LOOK, now=now)  # type: ignore[arg-type]
    one.run()
    return one, screen


def names(app: QueueApp) -> list[tuple[str, str]]:
    return [(name, params["id"]) for name, params in app.decided]


def test_decisions_are_sent_on_leaving_in_the_order_they_were_made() -> None:
    app = QueueApp("a1", "b2", "c3")
    one, _ = sit(app, "a", "x", "3", "space", "q")
    assert app.decided == [
        ("approve", {"id": "a1", "reason": ""}),
        ("reject", {"id": "b2", "reason": "duplicate"}),
    ]
    assert list(report(one)) == ["Approved 1, rejected 1. 1 still waits."]


def test_what_was_taken_back_is_not_sent() -> None:
    app = QueueApp("a1", "b2")
    _, screen = sit(app, "a", "u", "resize", "x", "1", "q")
    assert names(app) == [("reject", "a1")]
    assert "Taken back." in screen.page(2)


def test_half_a_minute_without_a_key_sends() -> None:
    app = QueueApp("a1", "b2")
    one, screen = sit(app, "a", "", "u", "resize", "q")
    assert names(app) == [("approve", "a1")]
    assert any("Nothing is unsent" in "\n".join(f) for f in screen.frames)
    assert one.done[True] == 1


@pytest.mark.parametrize(("number", "reason"), list(enumerate(REASONS, 1)))
def test_a_rejection_takes_one_key_more(number: int, reason: str) -> None:
    app = QueueApp("a1")
    sit(app, "x", str(number), "q")
    assert app.decided[0][1]["reason"] == reason


@pytest.mark.parametrize("key", ["escape", "0", "6", "a", "paste"])
def test_another_key_after_x_rejects_nothing(key: str) -> None:
    app = QueueApp("a1")
    sit(app, "x", key, "q")
    assert app.decided == []


def test_a_rejection_may_be_in_the_reviewers_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: " only on one branch ")
    app = QueueApp("a1")
    sit(app, "x", "o", "q")
    assert app.decided[0][1]["reason"] == "only on one branch"


def test_an_edit_is_looked_at_then_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edit, "in_prompt", lambda text: text + " Edited.")
    app = QueueApp("a1")
    _, screen = sit(app, "e", "resize", "a", "q")
    assert "Claim a1. Edited." in screen.page(1)
    wanted = {"kind": "ADD", "text": "Claim a1. Edited."}
    assert app.decided == [("approve", {"id": "a1", "reason": "", "edit": wanted})]


def test_an_edit_that_does_not_hold_is_said_and_kept_for_the_next_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = {"Claim a1.": "", "": "Better."}
    monkeypatch.setattr(edit, "in_prompt", answers.__getitem__)
    app = QueueApp("a1")
    _, screen = sit(app, "e", "e", "a", "q")
    assert "a claim needs a text" in screen.page(1)
    assert app.decided[0][1]["edit"]["text"] == "Better."


def test_an_edit_can_be_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edit, "in_prompt", lambda text: "Other.")
    app = QueueApp("a1")
    sit(app, "e", "u", "a", "q")
    assert app.decided == [("approve", {"id": "a1", "reason": ""})]


def test_an_interrupt_asks_and_drops_only_on_request() -> None:
    for answer, sent in (("s", 1), ("d", 0), ("interrupt", 0)):
        app = QueueApp("a1", "b2")
        one, screen = sit(app, "a", "interrupt", answer)
        assert "1 decision is unsent." in screen.page()
        assert len(app.decided) == sent
        assert [d.id for d in one.dropped] == ([] if sent else ["a1"])
    assert "dropped unsent: approve a1" in list(report(one))


def test_an_interrupt_that_was_not_meant_goes_on() -> None:
    app = QueueApp("a1", "b2")
    sit(app, "a", "interrupt", "n", "a", "q")
    assert names(app) == [("approve", "a1"), ("approve", "b2")]


def test_an_interrupt_with_nothing_unsent_leaves() -> None:
    assert sit(QueueApp("a1"), "interrupt", "a")[0].done == {True: 0, False: 0}


def test_a_terminal_that_goes_away_loses_nothing() -> None:
    app = QueueApp("a1", "b2")
    sit(app, "a", "gone")
    assert names(app) == [("approve", "a1")]


def test_a_fault_of_ours_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = QueueApp("a1", "b2")
    monkeypatch.setattr(Sitting, "_help", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sit(app, "a", "?")
    assert names(app) == [("approve", "a1")]


def test_a_decision_that_is_refused_is_told_and_its_card_open_again() -> None:
    app = QueueApp("a1", "b2")
    app.refuse = {"a1": Conflict("the record moved")}
    one, screen = sit(app, "a", "send", "resize", "k", "resize", "q")
    assert any("a1 was not taken: the record moved" in "\n".join(f) for f in screen.frames)
    assert one.desk.open == 2
    assert "not taken: approve a1: the record moved" in list(report(one))


def test_a_card_that_somebody_else_decided_stays_decided() -> None:
    app = QueueApp("a1", "b2")
    app.refuse = {"a1": NotPending("it is executed")}
    one, _ = sit(app, "a", "send", "q")
    assert one.desk.open == 1


def test_a_card_that_was_decided_meanwhile_is_passed_over() -> None:
    app = QueueApp("a1", "b2", "c3")
    app.waiting["b2"]["status"] = "rejected"
    app._pending = lambda **_: {"proposals": list(app.waiting.values())}  # type: ignore[method-assign]
    _, screen = sit(app, "space", "resize", "q")
    assert "b2 was decided elsewhere." in screen.page(1)
    assert "Claim c3." in screen.page(1)


def test_a_key_before_the_card_could_be_read_decides_nothing() -> None:
    app = QueueApp("a1", "b2")
    _, screen = sit(app, "a", "resize", "q", seconds=0.01)
    assert app.decided == []
    assert "nothing was decided" in screen.page(1)


def test_moving_and_scrolling_decide_nothing() -> None:
    app = QueueApp("a1", "b2")
    keys = ["j", "k", "n", "p", "up", "down", "page up", "page down", "?", "a", "enter", "paste"]
    sit(app, *keys, "Z", "escape", "q")
    assert app.decided == []


def test_what_arrives_meanwhile_is_shown_at_the_end() -> None:
    app = QueueApp("a1")
    screen = Typed(["space", "a", "q"])
    now = partial(next, count(0.0, 5))
    one = Sitting(app, human("ann"), screen, LOOK, now=now)  # type: ignore[arg-type]
    app.waiting["b2"] = shown("b2")
    first = app.call("pending", {}, human("ann"))
    app._pending = lambda **_: first  # type: ignore[method-assign]
    one.run()
    assert names(app) == [("approve", "b2")]


# ---- editing


def test_an_editor_gets_the_whole_payload(tmp_path: Any) -> None:
    program = tmp_path / "editor"
    program.write_text('#!/bin/sh\nsed -i s/Old/New/ "$1"\n')
    program.chmod(0o755)
    payload = {"kind": "ADD", "text": "Old", "n": 1}
    text = edit.ask(edit.draft(payload, str(program)), str(program))
    assert edit.payload_of(text, payload, str(program)) == {**payload, "text": "New"}


@pytest.mark.parametrize("program", ["false", "/no/such/editor", "'"])
def test_an_editor_that_fails_is_an_error_that_names_it(program: str) -> None:
    with pytest.raises(PassdownError) as error:
        edit.in_editor("text", program)
    assert error.value.where == program


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000])
def test_an_edit_that_is_no_payload_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        edit.payload_of(text, {}, "vi")


def test_without_an_editor_what_has_no_text_cannot_be_edited() -> None:
    with pytest.raises(PassdownError, match="no editor is named"):
        edit.draft({"a": 1}, "")
