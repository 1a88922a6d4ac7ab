"""Claims that are said to be surer hold more often: mined before a time, held against what came
after. The table over real sessions is the evaluation `calibration`."""

from __future__ import annotations

import pytest

from evals import calibration
from evals.calibration import Tried, bands, made, surer, tried
from passdown.loops.claims.detect import detect
from passdown.stages.mine.past import Past
from passdown.stages.mine.vectors import Lexical, Vectors


@pytest.fixture(scope="module")
def claims() -> list[Tried]:
    return list(tried(made()))


def test_claims_at_nine_tenths_hold_more_often_than_those_at_a_half(claims: list[Tried]):
    table = bands(claims)
    (_, most, surest), (_, least, unsure) = table["0.9_and_more"], table["below_0.7"]
    assert min(most, least) >= calibration.ENOUGH
    assert surest / most > unsure / least
    assert surer(table) == 1.0


def test_the_table_says_of_how_many_claims_it_speaks():
    measured = calibration.measure(None)
    assert measured.against["0.9_and_more"] == "14 of 14 hold, 14 mined"
    assert measured.against["below_0.7"] == "0 of 14 hold, 14 mined"
    assert measured.n == 28


def test_what_nothing_later_speaks_of_is_not_counted_in_either_direction():
    table = bands([Tried(0.95, 0, 0), Tried(0.95, 2, 0), Tried(0.5, 1, 1), Tried(0.75, 0, 1)])
    assert table == {"0.9_and_more": (2, 1, 1), "0.7_to_0.9": (1, 1, 0), "below_0.7": (1, 1, 0)}


def test_a_table_that_is_upside_down_is_seen():
    upside = [Tried(0.95, 0, 1)] * 10 + [Tried(0.5, 1, 0)] * 10
    assert surer(bands(upside)) == -1.0
    assert surer(bands(upside[:15])) is None


def test_what_was_mined_saw_nothing_of_what_came_after(claims: list[Tried]):
    world = made()
    middle = sorted(one.started_at for one in world.sessions)[len(world.sessions) // 2 - 1]
    early = [one for one in world.sessions if one.started_at <= middle]
    known = {one.id for one in early}
    seen = [one for one in world.seen if one.session in known]
    past = Past(middle, early, seen, (), Vectors(Lexical()))
    alone = [one.confidence for one in detect(past, calibration.SETTINGS)]
    assert [one.confidence for one in claims] == alone
