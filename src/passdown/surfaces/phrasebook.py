"""The phrasebook inside another program: a bot asks it first, and a model only where it is silent.

    from passdown.surfaces.phrasebook import Phrasebook

    with Phrasebook() as phrases:
        found = phrases.match("what is my burn today?", {"cost": {"today": 42}})
        send(found.reply or ask_the_agent())

It reads the store and nothing else: no loop, no model, no web framework is loaded.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from passdown.app import App, open_app
from passdown.domain.scope import ALL
from passdown.stages.serve.phrases import HOW, Shelf
from passdown.stages.serve.served import Reader, note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.stages.serve.phrases import Answer

BOT = "bot"


class Phrasebook:
    """Answers messages from the phrases approved in a store, as they stand when it is asked: what
    is approved, changed or switched off meanwhile counts from the next message on. Threads may
    share one."""

    def __init__(self, store: str = "", *, app: App | None = None) -> None:
        self._app = app or open_app(store=store)
        self._owned = app is None
        self._shelf = Shelf()
        self._turn = Lock()

    def match(
        self, message: str, snapshot: Mapping[str, Any] | None = None, *, session: str = BOT
    ) -> Answer:
        """What the message is answered with, its placeholders filled from the snapshot; where
        `reply` is '', `why` says why nothing answers it. What is answered is counted."""
        with self._turn:
            book = self._shelf.book(self._app.store, ALL)
        answer = book.answer(message, snapshot or {})
        if answer.reply:
            note(self._app.home, Reader(HOW, session), [answer.phrase], self._app.clock.now())
        return answer

    def close(self) -> None:
        """Close the store, unless it was handed in."""
        if self._owned:
            self._app.close()

    def __enter__(self) -> Phrasebook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
