"""Who may be asked about now: age, refractory time, cooldown and what is being ingested."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals._shapes import shapes
from evals._verdicts import world_of
from passdown.loops.ontology.admit import refractory
from passdown.loops.ontology.graph import Failure, World
from passdown.loops.ontology.judge import candidates, held, judge
from passdown.loops.ontology.thresholds import DEFAULT

EVERY = {one.name: one for one in shapes()}
PULLED = world_of(EVERY["S2"])
INTO = Failure("dc", "u3", "SPLIT_INTO_EXISTING", "cloud", 1000, "NAME_TAKEN", "it was taken")


def _later(of: World, events: int) -> World:
    return replace(of, clock=of.clock + events)


def test_the_same_that_failed_is_silent_for_as_long_as_it_cools_down() -> None:
    failed = replace(PULLED, failures=(INTO,))
    silent = [judge(_later(failed, events), "dc").action for events in range(DEFAULT.cooldown)]
    assert silent == ["NO_ACTION"] * DEFAULT.cooldown
    assert judge(_later(failed, DEFAULT.cooldown), "dc").action == "SPLIT_INTO_EXISTING"


def test_what_failed_does_not_come_back_as_another_action_on_the_same_piece() -> None:
    found = candidates(replace(PULLED, failures=(INTO,)))
    assert found == ()
    assert held(replace(PULLED, failures=(INTO,))) == {"dc": ("The same failed lately.",)}


@pytest.mark.parametrize(
    "other",
    [
        replace(INTO, action="MERGE"),
        replace(INTO, target="elsewhere"),
        replace(INTO, anchor="d5"),
        replace(INTO, subject="cloud"),
    ],
)
def test_another_failure_silences_nothing(other: Failure) -> None:
    assert judge(replace(PULLED, failures=(other,)), "dc").action == "SPLIT_INTO_EXISTING"


def test_a_newborn_is_left_alone_for_three_events() -> None:
    young = replace(PULLED.ontologies["dc"], created=998)
    of = replace(PULLED, ontologies={**PULLED.ontologies, "dc": young})
    assert judge(of, "dc").reasons == ("It is too young.",)
    assert judge(_later(of, 1), "dc").action == "SPLIT_INTO_EXISTING"


def test_an_empty_newborn_is_not() -> None:
    of = world_of(EVERY["S9"])
    young = replace(of.ontologies["empty"], created=of.clock)
    found = judge(replace(of, ontologies={**of.ontologies, "empty": young}), "empty")
    assert found.action == "DECOMPOSE_TO_PRIMORDIAL"


def test_nothing_goes_where_something_is_being_ingested() -> None:
    assert judge(replace(PULLED, inflight=frozenset({"cloud"})), "dc").action == "NO_ACTION"


def test_just_after_a_change_only_what_is_clear_is_asked() -> None:
    starving = replace(world_of(EVERY["S4"]), changed={"x": 1000})
    assert judge(starving, "x").action == "NO_ACTION"
    assert judge(_later(starving, 30), "x").action == "DECOMPOSE_TO_PRIMORDIAL"
    assert judge(replace(PULLED, changed={"dc": 1000}), "dc").action == "SPLIT_INTO_EXISTING"


def test_the_margin_a_change_asks_for_is_full_at_first_and_fades() -> None:
    of = replace(PULLED, changed={"dc": 1000})
    asked = [refractory(_later(of, events), "dc", DEFAULT) for events in (0, 2, 3, 13, 63)]
    assert asked[:3] == [0.3, 0.3, 0.3]
    assert asked[3] == pytest.approx(0.3 / 2.71828, rel=1e-4)
    assert asked[4] < 0.001
    assert refractory(PULLED, "dc", DEFAULT) == 0


def test_the_floor_is_split_however_lately_it_changed() -> None:
    pool = replace(world_of(EVERY["S1b"]), changed={"primordial": 1000})
    assert judge(pool, "primordial").action == "SPLIT_NEW"
