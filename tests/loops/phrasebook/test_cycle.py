"""A day of an operator's replies: what is asked, what is dropped and why, and what expires."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.clock import later
from passdown.domain.scope import ALL
from tests.loops.phrasebook.log import BURN, LOOP, START, World, burns, read, row

ASKED = {
    "What is the burn today?": "The burn is on the cost page, refreshed hourly.",
    "Where is the deploy runbook?": "The deploy runbook is docs/runbook.md in the platform repo.",
    "Who is on call this week?": "The on-call rota is pinned in the operations channel.",
    "How do I reset my password?": "Reset it under account settings, then security.",
}
WORDINGS = ("{}", "hey, {}", "{} thanks")


@pytest.fixture
def world() -> Iterator[World]:
    with World(LOOP) as found:
        yield found


def day() -> list[dict[str, Any]]:
    """200 replies over 24 hours: four questions forty times, and forty that nobody asks twice."""
    rows = []
    for n in range(200):
        at = later(START, seconds=432 * n)
        if n % 5 == 4:
            word = "".join(chr(97 + (n // 5 * 7 + k * 3) % 26) for k in range(7))
            rows.append(row(f"About {word}: see {word[::-1]}.", f"s{n}", at, f"{word} {n}?"))
        else:
            question, reply = list(ASKED.items())[n % 5]
            rows.append(row(reply, f"s{n}", at, WORDINGS[n % 3].format(question)))
    return rows


def cycle(world: World) -> dict[str, Any]:
    (found,) = world.mine("phrasebook")["cycles"]
    return dict(found)


def at(world: World, time: str) -> World:
    world.clock.advance(seconds=_seconds(time) - _seconds(world.clock.now()))
    return world


def _seconds(time: str) -> float:
    from passdown.domain.clock import to_seconds

    return to_seconds(time)


def test_two_hundred_replies_of_a_day_become_four_questions(world: World, tmp_path: Path) -> None:
    at(world, later(START, days=1))
    read(world, day(), tmp_path)
    found = cycle(world)
    assert found["failure"] == ""
    assert found["proposals_generated"] == found["proposals_persisted"] == 4
    assert found["observations_read"] == 400  # each reply and its question
    assert found["clusters_found"] == 4 + found["dropped"]["too small"]
    assert found["enabled"] is True
    assert found["total_synth_cost_usd"] == 0
    assert found["started_at"] == world.clock.now()
    assert found["duration_ms"] >= 0
    replies = {one["proposed_reply_template"] for one in world.pending()}
    assert replies == set(ASKED.values())


def test_one_question_expires_when_the_clock_moves_on_and_the_summary_says_so(
    world: World, tmp_path: Path
) -> None:
    at(world, later(START, days=1))
    read(world, day(), tmp_path)
    assert cycle(world)["expired_count"] == 0
    first, *rest = world.pending()
    for one in rest:
        world.call("reject", id=one["id"], reason="answered elsewhere")
    world.clock.advance(days=13, hours=23)
    assert cycle(world)["expired_count"] == 0
    world.clock.advance(hours=2)
    assert cycle(world)["expired_count"] == 1
    assert world.call("show", id=first["id"])["status"] == "expired"
    assert cycle(world)["expired_count"] == 0


def test_a_disabled_loop_reads_nothing(world: World, tmp_path: Path) -> None:
    read(world, burns(), tmp_path)
    world.call("controls.set", name="phrasebook.enabled", value="false")
    found = cycle(world)
    assert (found["enabled"], found["observations_read"], found["found"]) == (False, 0, 0)


def test_what_may_go_stale_is_dropped_where_the_operator_says_so(
    world: World, tmp_path: Path
) -> None:
    read(world, burns(), tmp_path)
    world.call("controls.set", name="phrasebook.stale_policy", value="drop")
    found = cycle(world)
    assert found["dropped"] == {"stale risk": 1}
    assert world.pending() == []


def test_what_may_go_stale_is_not_flagged_where_the_operator_allows_it(
    world: World, tmp_path: Path
) -> None:
    read(world, burns(), tmp_path)
    world.call("controls.set", name="phrasebook.stale_policy", value="allow")
    cycle(world)
    (found,) = world.pending()
    assert (found["stale_risk"], found["volatile_tokens"]) == (False, [])


def test_every_dropped_cluster_is_counted_with_its_reason(world: World, tmp_path: Path) -> None:
    asked = "Where do I find the cafeteria menu?"
    rows = [row(BURN, f"small{n}") for n in range(4)]
    rows += [row(reply, f"wide{n}", question=asked) for n, reply in enumerate(DIFFERENT)]
    read(world, rows, tmp_path)
    found = cycle(world)
    assert found["dropped"] == {"answers diverge": 1, "too small": 1}
    assert found["clusters_found"] == 2
    assert found["found"] == 0


DIFFERENT = (
    "It hangs by the door.",
    "Ask the kitchen staff about lunch.",
    "Nobody publishes one any more.",
    "Look at the intranet, under facilities.",
    "Try the mobile application instead.",
    "Mondays only, printed on paper.",
)


def test_every_reply_that_is_not_read_is_counted_with_its_reason(
    world: World, tmp_path: Path
) -> None:
    rows = [
        *burns(),
        row(BURN, "hit", short_circuit=True),
        row(BURN, "failed", send_status="failed"),
        row(BURN, "canned", model_used=None),
        row(BURN, "fallback", engine="fallback"),
        row(BURN, "elsewhere", route="billing"),
        row("x" * 3000, "long"),
    ]
    read(world, rows, tmp_path)
    world.call("controls.set", name="phrasebook.routes", value="chat, ops")
    found = cycle(world)
    assert found["unread"] == {
        "no model": 2,
        "route not allowed": 1,
        "send failed": 1,
        "short circuit": 1,
        "too long to be canned": 1,
        "without a question": 6,
        "without a route": 6,
    }
    assert world.pending()[0]["cluster_size"] == 6


def test_a_log_that_never_names_a_model_is_read_all_the_same(world: World, tmp_path: Path) -> None:
    rows = [row(BURN, f"s{n}", model_used=None, input_tokens=None) for n in range(5)]
    read(world, rows, tmp_path)
    found = cycle(world)
    assert found["unread"] == {"without a known cost": 5, "without a question": 5}
    assert world.pending()[0]["payload"]["seen"]["usd"] is None
    assert "What they cost is not known." in world.pending()[0]["replay"]["sentence"]


def test_replies_before_the_window_are_not_looked_at(world: World, tmp_path: Path) -> None:
    at(world, later(START, days=8))
    read(world, burns(), tmp_path)
    assert cycle(world)["clusters_found"] == 0


def test_what_a_phrase_answers_is_asked_no_more_and_what_is_answered_otherwise_is(
    world: World, tmp_path: Path
) -> None:
    at(world, later(START, days=1))
    asked = "Where is the deploy runbook?"
    read(world, [row("It is docs/runbook.md.", f"a{n}", START, asked) for n in range(6)], tmp_path)
    cycle(world)
    (one,) = world.pending()
    world.call("approve", id=one["id"])
    found = cycle(world)
    assert found["dropped"] == {"answered by a phrase": 1}
    moved = [row("The wiki has it now, under platform.", f"b{n}", later(START, days=20), asked)
             for n in range(6)]  # fmt: skip
    at(world, later(START, days=21))
    read(world, moved, tmp_path, "later")
    cycle(world)
    (update,) = world.pending()
    assert update["action"] == "UPDATE"
    world.call("approve", id=update["id"])
    with world.store.read(ALL) as tx:
        (record,) = tx.knowledge.all("phrase")
    assert record.text == "The wiki has it now, under platform."


def test_replies_without_questions_are_told_from_the_questions_there_are(
    world: World, tmp_path: Path
) -> None:
    asked = "Where is the deploy runbook?"
    rows = [row("It is docs/runbook.md.", f"a{n}", START, asked) for n in range(6)]
    other = "The budget of the team is on the wiki, ask today."
    rows += [*burns(), *(row(other, f"b{n}") for n in range(6))]
    read(world, rows, tmp_path)
    assert cycle(world)["failure"] == ""
    found = {one["proposed_reply_template"]: one for one in world.pending()}
    assert found.keys() == {BURN, other, "It is docs/runbook.md."}
    assert {one["replay"]["wrong"] for one in found.values()} == {0}
    assert found[BURN]["questions_stood_in"]
    assert not found["It is docs/runbook.md."]["questions_stood_in"]


def test_a_new_store_files_the_terms_that_operators_know(world: World) -> None:
    values = world.app.settings.values
    assert values["phrasebook.enabled"].value is True
    assert values["phrasebook.every"].value == "1d"
    assert values["phrasebook.observation_window_days"].value == 7
    assert values["phrasebook.min_cluster_size"].value == 5
    assert values["phrasebook.expiry_days"].value == 14
    assert values["phrasebook.synthesize"].value is False
    assert values["phrasebook.day_micro_usd"].value == 10_000
    assert values["engine.day_micro_usd"].value == 50_000
    assert values["phrasebook.stale_policy"].value == "flag"
