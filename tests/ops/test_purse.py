"""Budgets are counted in the store, before a question is asked; answers go with their session."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import Limit
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting, Settings
from passdown.engines.port import Answer
from passdown.engines.replay import ReplayWriter
from passdown.ops.purse import Purse, Spent, Tape, recorded, spent
from passdown.stages.observe.forget import Part, forget_part
from passdown.stages.observe.rescan import rescan
from passdown.stages.observe.retain import retain
from passdown.text.redact import Redactor
from tests.desk import Desk, desk

LARGE = 1000


def purse(at: Desk, **most: int) -> Purse:
    budgets = {"session": LARGE, "day": LARGE, "backfill": LARGE, **most}
    values = {f"engine.{name}_micro_usd": Setting(value) for name, value in budgets.items()}
    return Purse(at.store, Settings(values), at.clock)


def today(at: Desk) -> Spent:
    with at.store.read(ALL) as tx:
        return spent(tx, day=at.clock.now()[:10])


def test_what_is_set_aside_counts_until_it_is_settled(on_each: Desk) -> None:
    mine = purse(on_each).within(session="s", run="r")
    hold = mine.reserve(300)
    assert today(on_each) == Spent(300, 1, 0)
    mine.settle(hold, 20)
    with on_each.store.read(ALL) as tx:
        every = [spent(tx, session="s"), spent(tx, run="r"), today(on_each)]
    assert every == [Spent(20, 1, 0)] * 3


def test_a_cost_that_is_not_known_counts_as_the_most_it_may_be(on_each: Desk) -> None:
    mine = purse(on_each)
    mine.settle(mine.reserve(300), None)
    assert today(on_each) == Spent(300, 1, 1)


@pytest.mark.parametrize("what", ["session", "day", "backfill"])
def test_every_budget_holds_by_itself(what: str, on_each: Desk) -> None:
    mine = purse(on_each, **{what: 100}).within(session="s", run="r")
    mine.reserve(60)
    with pytest.raises(Limit) as told:
        mine.reserve(60)
    assert told.value.where == f"engine.{what}_micro_usd"
    assert "60 of 100 micro-USD are spent" in told.value.what
    assert today(on_each) == Spent(60, 1, 0)
    mine.reserve(40)


def test_another_session_and_another_day_have_budgets_of_their_own(on_each: Desk) -> None:
    mine = purse(on_each, session=50, day=80)
    mine.within(session="a", run="").reserve(50)
    mine.within(session="b", run="").reserve(30)
    with pytest.raises(Limit, match="the day's budget"):
        mine.within(session="c", run="").reserve(1)
    on_each.clock.advance(days=1)
    mine.within(session="c", run="").reserve(50)


def test_what_is_settled_after_midnight_is_settled_on_the_day_it_was_set_aside(
    on_each: Desk,
) -> None:
    hold = purse(on_each).reserve(300)
    on_each.clock.advance(days=1)
    purse(on_each).settle(hold, 20)
    assert today(on_each) == Spent(0, 0, 0)
    on_each.clock.advance(days=-1)
    assert today(on_each) == Spent(20, 1, 0)


SPEND = """
import sys
from passdown.domain.errors import Limit
from tests.desk import desk
from tests.ops.test_purse import purse
from pathlib import Path
mine = purse(desk("sqlite", Path(sys.argv[1])), day=100)
done = 0
for _ in range(40):
    try:
        mine.reserve(3)
        done += 1
    except Limit:
        pass
print(done)
"""


def test_two_processes_share_one_budget(tmp_path: Path) -> None:
    desk("sqlite", tmp_path).close()
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", SPEND, str(tmp_path)]
    both = [
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    done = [int(process.communicate(timeout=60)[0]) for process in both]
    assert sum(done) == 33


# ---- answers


GIVEN = Answer({"items": ["tea"]}, "m-1", 10, 2, 5)


def tape(at: Desk, session: str = "s1") -> Tape:
    return Tape(at.store, at.clock).within(session=session)


def test_an_answer_is_found_by_its_question_engine_and_session(on_each: Desk) -> None:
    tape(on_each).keep("k1", "toy", GIVEN)
    assert tape(on_each).recall("k1", "toy") == GIVEN
    assert tape(on_each).recall("k2", "toy") is None
    assert tape(on_each).recall("k1", "other") is None
    assert tape(on_each, "s2").recall("k1", "toy") is None


def test_a_session_can_be_replayed_from_what_was_kept(on_each: Desk) -> None:
    from passdown.engines.replay import question_key

    key = question_key("tea?", {})
    tape(on_each).keep(key, "toy", GIVEN)
    with on_each.store.read(ALL) as tx:
        writer = ReplayWriter(recorded(tx, "s1"))
    assert writer.write("tea?", schema={}, max_tokens=1) == GIVEN


def test_what_was_answered_goes_when_its_session_is_forgotten(on_each: Desk) -> None:
    on_each.say("tea is at four")
    with on_each.store.read(ALL) as tx:
        (session,) = tx.observations.sessions()
    tape(on_each, session.id).keep("k1", "toy", GIVEN)
    on_each.call("forget", _admin(), session=session.id, confirm=True)
    assert tape(on_each, session.id).recall("k1", "toy") is None
    with on_each.store.read(ALL) as tx:
        assert tx.ledger.activities(name="exchange") == []


def test_what_was_answered_goes_when_a_part_of_its_session_is_forgotten(on_each: Desk) -> None:
    on_each.say("tea is at four")
    tape(on_each, "s1").keep("k1", "toy", GIVEN)
    tape(on_each, "s2").keep("k1", "toy", GIVEN)
    with on_each.store.write(ALL) as tx:
        (session,) = tx.observations.sessions()
        forget_part(tx, Part(session, ("a file",)))
    assert tape(on_each, "s1").recall("k1", "toy") is None
    assert tape(on_each, "s2").recall("k1", "toy") == GIVEN


def test_what_was_answered_goes_with_what_is_not_kept_any_longer(on_each: Desk) -> None:
    on_each.say("tea is at four")
    tape(on_each, "s1").keep("k1", "toy", GIVEN)
    on_each.clock.advance(days=3)
    now = on_each.clock.now()
    retain(on_each.store, now, "retention", scrub="scrub", report=lambda *_: None)
    assert tape(on_each, "s1").recall("k1", "toy") is None


def test_what_was_answered_goes_when_what_is_stored_is_redacted_anew(on_each: Desk) -> None:
    on_each.say("Write to jane.doe" + "@corp-mail.com about tea.")
    tape(on_each, "s1").keep("k1", "toy", GIVEN)
    rescan(on_each.store, Redactor(b"k"), "person", report=lambda *_: None)
    assert tape(on_each, "s1").recall("k1", "toy") is None


def _admin() -> Any:
    from passdown.domain.actor import Proof, human

    return human("alice", Proof.TOKEN)
