"""An answer is drawn once while nothing was decided, seen or turned, and anew as soon as it was."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App, memory_app
from passdown.contract.corpus import Corpus
from passdown.contract.query import Query
from passdown.domain.clock import later
from passdown.domain.record import Record
from passdown.domain.scope import ALL
from passdown.ops import still
from passdown.stages.mine.past import Past
from passdown.testing import VirtualClock
from tests.desk import ALICE, Desk, places
from tests.notes import NOTES, Add

DRAWN: list[str] = []


def drawn(corpus: Corpus, word: str = "") -> dict[str, Any]:
    """How many records there are, and that it was counted."""
    DRAWN.append(word)
    return {"n": len(corpus.records("note")), "word": word}


@pytest.fixture
def at() -> Desk:
    from dataclasses import replace

    DRAWN.clear()
    clock = VirtualClock()
    loop = replace(NOTES, queries=(Query("count", drawn, still=True),))
    return Desk(memory_app(clock, loops={"notes": loop}), clock)


def test_what_did_not_change_is_drawn_once_for_each_thing_asked(at: Desk) -> None:
    first = at.call("notes.count")
    assert at.call("notes.count") == first
    at.call("notes.count", word="other")
    assert DRAWN == ["", "other"]


def test_a_decision_a_sight_a_turn_and_a_day_draw_it_anew(at: Desk) -> None:
    for change in (
        lambda: at.agree(Add("tea is at four")),
        lambda: at.say("so it is"),
        lambda: at.call("controls.set", name="gate.max_open", value="70"),
        lambda: at.clock.advance(days=1),
    ):
        at.call("notes.count")
        DRAWN.clear()
        change()
        at.call("notes.count")
        assert DRAWN == [""]
    assert at.call("notes.count")["n"] == 1


def test_what_begins_or_ends_to_be_known_later_in_the_day_draws_it_anew(at: Desk) -> None:
    ends, begins = later(at.clock.now(), seconds=60), later(at.clock.now(), seconds=120)
    with at.store.write(ALL) as tx:
        tx.knowledge.put(Record("note", "ends", "tea", valid_to=ends))
        tx.knowledge.put(Record("note", "begins", "milk", valid_from=begins))
    for seconds, times in ((0, 1), (59, 1), (1, 2), (59, 2), (1, 3), (3600, 3)):
        at.clock.advance(seconds=seconds)
        at.call("notes.count")
        assert len(DRAWN) == times


def test_another_store_in_the_place_of_this_one_draws_it_anew(at: Desk, tmp_path: Path) -> None:
    empty = tmp_path / "empty.backup"
    at.store.backup(empty)
    for text in ("tea is at four", "tea is at five"):
        at.say(text)
        at.call("notes.count")
        at.store.restore(empty)
    assert len(DRAWN) == 2


def test_only_so_many_answers_are_kept(at: Desk) -> None:
    for n in range(still.MOST + 1):
        at.call("notes.count", word=str(n))
    DRAWN.clear()
    at.call("notes.count", word=str(still.MOST))
    at.call("notes.count", word="0")
    assert DRAWN == ["0"]


def test_what_an_answer_was_drawn_from_goes_with_it(tmp_path: Path) -> None:
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


def test_a_refusal_is_not_kept(tmp_path: Path) -> None:
    app = App(places(str(tmp_path / "store.db"), tmp_path), clock=VirtualClock())
    with pytest.raises(Exception, match="nobody knows this"):
        app.call("ontology.show", {"name": "nobody knows this"}, ALICE)
    with pytest.raises(Exception, match="nobody knows this"):
        app.call("ontology.show", {"name": "nobody knows this"}, ALICE)
    app.close()
