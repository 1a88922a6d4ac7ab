"""One sitting of a reviewer: keys to decisions, decisions to operations, results to the page."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from passdown.domain.errors import PassdownError
from passdown.surfaces.review import edit
from passdown.surfaces.review.desk import (
    Decision,
    Desk,
    decide,
    more,
    move,
    reopen,
    send_all,
    set_aside,
    take_back,
)
from passdown.surfaces.review.page import REASONS, View, frame, furthest, help_lines

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from passdown.app import App
    from passdown.domain.actor import Actor
    from passdown.text.draw import Look

PAUSE = 30.0
"""Seconds without a key after which decisions are sent."""

TOO_QUICK = 0.15
"""Seconds a card is shown before a key can be meant for it."""

MOST = 1000


class Screen(Protocol):
    """What a sitting needs of a terminal."""

    def size(self) -> os.terminal_size: ...
    def draw(self, lines: list[str]) -> None: ...
    def key(self, timeout: float | None = None) -> str: ...
    def aside(self) -> AbstractContextManager[None]: ...


@dataclass
class Sitting:
    """A reviewer at the desk until they leave; `done` and `refused` say what came of it."""

    app: App
    actor: Actor
    screen: Screen
    look: Look
    loop: str = ""
    editor: str = ""
    now: Callable[[], float] = time.monotonic
    desk: Desk = field(default_factory=lambda: Desk(()))
    done: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    refused: list[tuple[Decision, PassdownError]] = field(default_factory=list)
    dropped: tuple[Decision, ...] = ()
    _shown: dict[str, Any] | None = None
    _view: View = View(Desk(()))  # noqa: RUF009 - an immutable value
    _draft: str | None = None
    _since: float = 0.0
    _spent: list[float] = field(default_factory=list)
    _left: bool = False

    def run(self) -> None:
        """Until `q`, an interrupt or the end of the terminal; however it ends, what was decided
        and neither taken back nor dropped is sent."""
        self._turn(more(self.desk, self._waiting()))
        try:
            while not self._left:
                self._draw()
                self._press(self.screen.key(PAUSE if self.desk.unsent else None))
        finally:
            self._send_all()

    # ---- keys

    def _press(self, key: str) -> None:
        action = {
            "q": self._leave,
            "gone": self._leave,
            "interrupt": self._interrupt,
            "": self._send_all,
            "send": self._send_all,
            "a": self._accept,
            "x": self._reject,
            "e": self._edit,
            "u": self._undo,
            "backspace": self._undo,
            "?": self._help,
        }.get(key)
        steps = {"space": 1, "j": 1, "n": 1, "k": -1, "p": -1}
        if action is not None:
            action()
        elif key in steps:
            self._turn(move(self.desk, steps[key]))
        else:
            self._scroll(key)

    def _accept(self) -> None:
        if self._may_decide():
            self._decide(Decision(self.desk.id, yes=True, edit=self._view.edit))

    def _reject(self) -> None:
        if not self._may_decide():
            return
        numbered = [f"{n} {reason}" for n, reason in enumerate(REASONS, 1)]
        key = self._ask("Why not?", " · ".join([*numbered, "o in your own words"]), "esc goes back")
        reason = self._own_words() if key == "o" else ""
        if key.isdecimal() and 1 <= int(key) <= len(REASONS):
            reason = REASONS[int(key) - 1]
        if reason:
            self._decide(Decision(self.desk.id, yes=False, reason=reason))

    def _own_words(self) -> str:
        with self.screen.aside():
            try:
                return input("Why not: ").strip()
            except (EOFError, KeyboardInterrupt):
                return ""

    def _edit(self) -> None:
        """The card as the reviewer would have it; what does not hold is said, and not lost."""
        if self._shown is None or not self._may_decide():
            return
        payload = self._shown["payload"]
        try:
            before = self._draft
            text = edit.draft(payload, self.editor) if before is None else before
            with self.screen.aside():
                self._draft = edit.ask(text, self.editor)
            wanted = edit.payload_of(self._draft, payload, self.editor)
            found = self.app.call("preview", {"id": self.desk.id, "edit": wanted}, self.actor)
        except (EOFError, KeyboardInterrupt):
            self._say("Not edited.")
        except PassdownError as error:
            self._say(str(error))
        else:
            self._shown = {**self._shown, "card": found["card"]}
            changed = None if wanted == payload else wanted
            self._view = self._view._replace(shown=self._shown, edit=changed, scroll=0)
            self._say("" if changed else "Nothing was changed.")
        self._since = self.now()

    def _undo(self) -> None:
        if self._view.edit is not None:
            self._turn(self.desk)
        elif self.desk.unsent:
            self._turn(take_back(self.desk))
            self._say("Taken back.")
        else:
            self._say("Nothing is unsent; `passdown undo ID` takes back what was sent.")

    def _help(self) -> None:
        self.screen.draw(help_lines(self.look))
        while self.screen.key() == "resize":
            self.screen.draw(help_lines(self.look))

    def _scroll(self, key: str) -> None:
        page = self.screen.size().lines // 2
        step = {"up": -1, "down": 1, "page up": -page, "page down": page}.get(key, 0)
        last = furthest(self._view, self.look, self.screen.size().lines)
        self._view = self._view._replace(scroll=max(0, min(self._view.scroll + step, last)))

    def _leave(self) -> None:
        self._left = True

    def _interrupt(self) -> None:
        """Leave; what is unsent is sent or dropped as the answer says."""
        if not self.desk.unsent:
            self._leave()
            return
        count = len(self.desk.unsent)
        key = self._ask(
            f"{count} {'decision is' if count == 1 else 'decisions are'} unsent.",
            "s send and leave · d drop and leave · any other key goes on",
        )
        if key in ("d", "interrupt"):
            self.dropped = self.desk.unsent
            self.desk = replace(self.desk, unsent=())
        self._left = key in ("d", "interrupt", "s", "gone")

    # ---- decisions

    def _may_decide(self) -> bool:
        if self._shown is None:
            return False
        if self.desk.id in self.desk.sent:
            self._say("That was sent; `passdown undo ID` takes it back.")
            return False
        if self.now() - self._since < TOO_QUICK:
            self._say("That key came before the card could be read; nothing was decided.")
            return False
        return True

    def _decide(self, decision: Decision) -> None:
        self._spent.append(self.now() - self._since)
        desk, out = decide(self.desk, decision)
        self._turn(desk)
        self._send(out)

    def _send_all(self) -> None:
        self.desk, out = send_all(self.desk)
        self._send(out)

    def _send(self, decisions: Iterable[Decision]) -> None:
        for d in decisions:
            name = "approve" if d.yes else "reject"
            params: dict[str, Any] = {"id": d.id, "reason": d.reason}
            if d.edit is not None:
                params["edit"] = d.edit
            try:
                self.app.call(name, params, self.actor)
            except PassdownError as error:
                self._refuse(d, error)
            else:
                self.done[d.yes] += 1
        self._view = self._view._replace(desk=self.desk)

    def _refuse(self, decision: Decision, error: PassdownError) -> None:
        """Say it, remember it, and put the card back unless somebody else settled it."""
        self.refused.append((decision, error))
        if error.code not in ("not_pending", "not_found"):
            self.desk = reopen(self.desk, decision.id)
        self._say(f"{decision.id[:12]} was not taken: {error.what}")

    # ---- the page

    def _waiting(self) -> list[str]:
        params = {"loop": self.loop, "order": "value", "limit": MOST}
        found = self.app.call("pending", params, self.actor)
        return [p["id"] for p in found["proposals"]]

    def _turn(self, desk: Desk) -> None:
        """This desk from now on: its top card, read afresh."""
        if not desk.id and desk.queue:
            desk = more(desk, self._waiting())
        self.desk, self._shown, self._draft, said = desk, None, None, ""
        while self.desk.id and self._shown is None:
            try:
                shown = self.app.call("show", {"id": self.desk.id}, self.actor)
                settled = shown["status"] != "pending" and self.desk.id not in self.desk.sent
                self._shown = None if settled else shown
            except PassdownError as error:
                settled, said = True, error.what
            if settled:
                said = said or f"{self.desk.id[:12]} was decided elsewhere."
                self.desk = set_aside(self.desk)
        self._since = self.now()
        self._view = View(self.desk, self._shown, said, left=self._minutes_left())

    def _minutes_left(self) -> int:
        if len(self._spent) < 3:
            return 0
        median = sorted(self._spent)[len(self._spent) // 2]
        return max(1, round(median * self.desk.open / 60))

    def _say(self, message: str) -> None:
        self._view = self._view._replace(message=message, desk=self.desk)

    def _draw(self) -> None:
        self._fit()
        self.screen.draw(frame(self._view, self.look, self.screen.size().lines))
        self._view = self._view._replace(message="")

    def _fit(self) -> None:
        self.look = self.look._replace(width=self.screen.size().columns)

    def _ask(self, *lines: str) -> str:
        """The next key, with this question at the foot."""
        key = "resize"
        while key == "resize":
            self._fit()
            view = self._view._replace(asking=lines, message="")
            self.screen.draw(frame(view, self.look, self.screen.size().lines))
            key = self.screen.key()
        return key
