"""Approved phrases answer messages: counted, filled from a snapshot, silent rather than wrong."""

import json
import subprocess
import sys
from tempfile import TemporaryDirectory

import pytest

from passdown.app import memory_app
from passdown.domain.actor import Actor, agent, human
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.stages.serve.phrases import KIND, Book, phrase_of
from passdown.surfaces.phrasebook import Phrasebook
from passdown.testing import VirtualClock
from tests.desk import ALICE, ROBOT, Desk, desk

BURN = {
    "pattern": r"(?i)\bburn\b.*\btoday\b",
    "category": "cost_query",
    "min_similarity": 0.5,
    "prototypes": ["what is the burn today", "burn today?"],
    "enabled": True,
    "usd": 0.12,
    "asked": 6,
}
NOW = {"cost": {"today": 42}}
REPLY = "Burn is ${snapshot.cost.today} today."


def keep(made: Desk, key: str = "burn", text: str = REPLY, **body: object) -> Record:
    with made.store.write(ALL) as tx:
        before = tx.knowledge.get(KIND, key)
        version = before.version if before else 0
        kept = tx.knowledge.put(Record(KIND, key, text, {**BURN, **body}, version=version))
        tx.ledger.append("phrase.updated", "alice", kept.id, {})
    return kept


@pytest.fixture
def made() -> Desk:
    found = desk()
    keep(found)
    return found


def test_a_message_is_answered_with_what_the_snapshot_says(made: Desk) -> None:
    found = made.call("match", message="What is our BURN  today?", snapshot=NOW)
    assert found["answered"]
    assert found["reply"] == "Burn is $42 today."
    assert found["key"] == "burn"
    assert found["category"] == "cost_query"
    assert found["saved_usd"] == 0.02
    assert found["similarity"] >= 0.5


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("how is the weather", "no phrase fires"),
        ("  ", "empty"),
        ("burn today " * 1000, "longer"),
        ("I would burn that bridge down behind me, not today but on some other day", "like"),
    ],
)
def test_a_message_that_nothing_answers_is_told_why(made: Desk, message: str, why: str) -> None:
    found = made.call("match", message=message, snapshot=NOW)
    assert not found["answered"]
    assert found["reply"] == ""
    assert why in found["why"]


def test_a_placeholder_without_a_value_is_no_answer(made: Desk) -> None:
    found = made.call("match", message="burn today?", snapshot={"cost": {}})
    assert found["reply"] == ""
    assert found["missing"] == ["snapshot.cost.today"]
    assert "snapshot.cost.today" in found["why"]


def test_a_phrase_that_is_switched_off_answers_nothing(made: Desk) -> None:
    assert made.call("match", message="burn today?", snapshot=NOW)["answered"]
    keep(made, enabled=False)
    assert not made.call("match", message="burn today?", snapshot=NOW)["answered"]
    (row,) = made.call("phrases.used")["phrases"]
    assert row["state"] == "switched off"


def test_nothing_but_active_phrases_answers(made: Desk) -> None:
    with made.store.write(ALL) as tx:
        found = tx.knowledge.get(KIND, "burn")
        assert found is not None
        tx.knowledge.put(
            Record(KIND, "burn", REPLY, BURN, life=Life.ARCHIVED, version=found.version)
        )
        tx.ledger.append("phrase.updated", "alice", found.id, {})
    assert not made.call("match", message="burn today?", snapshot=NOW)["answered"]


def test_two_phrases_that_fit_as_well_are_no_answer_unless_they_say_the_same(made: Desk) -> None:
    keep(made, "other", "It is a secret.")
    found = made.call("match", message="burn today?", snapshot=NOW)
    assert "several phrases" in found["why"]
    keep(made, "other", REPLY)
    assert made.call("match", message="burn today?", snapshot=NOW)["answered"]


def test_trying_a_message_shows_every_phrase_and_counts_nothing(made: Desk) -> None:
    keep(made, "other", "It is a secret.", min_similarity=0.99)
    found = made.call("phrases.test", message="what burn is it today", snapshot=NOW)
    assert [row["enough"] for row in found["fired"]] == [True, False]
    assert found["reply"] == "Burn is $42 today."
    made.call("jobs")
    assert made.call("phrases.used")["answered"] == 0


def test_what_answered_is_counted_with_what_it_saved(made: Desk) -> None:
    for _ in range(3):
        made.call("match", message="burn today?", snapshot=NOW, session="s1")
    made.call("match", message="no such thing", snapshot=NOW)
    assert made.call("phrases.used")["answered"] == 3, "also before it is drained"
    drained(made)
    found = made.call("phrases.used")
    assert found["answered"] == 3
    assert found["saved_usd"] == 0.06
    assert found["phrases"][0]["last"] == made.clock.now()


def test_an_unknown_cost_is_unknown(made: Desk) -> None:
    keep(made, usd=None)
    assert made.call("match", message="burn today?", snapshot=NOW)["saved_usd"] is None
    drained(made)
    found = made.call("phrases.used")
    assert found["of_unknown_cost"] == 1
    assert found["phrases"][0]["saved_usd"] is None


@pytest.mark.parametrize("actor", [ALICE, ROBOT])
def test_a_report_of_a_wrong_fire_lowers_the_confidence(made: Desk, actor: Actor) -> None:
    id = keep(made).id
    before = made.call("phrases.used")["phrases"][0]["confidence"]
    made.call("feedback", actor, id=id, verdict="harmful", reason="it meant calories")
    row = made.call("phrases.used")["phrases"][0]
    assert row["confidence"] < before
    assert row["harmful"] == 1


@pytest.mark.parametrize("voices", [[human("ann")], [agent(f"agent:{n}") for n in range(3)]])
def test_reports_of_wrong_fires_ask_whether_the_phrase_is_retired(voices: list[Actor]) -> None:
    with memory_app() as app:
        made = Desk(app, VirtualClock())
        id = keep(made).id
        said = [
            app.call("feedback", {"id": id, "verdict": "harmful", "reason": "calories"}, one)
            for one in voices
        ]
        assert all("proposal" not in one for one in said[:-1])
        asked = app.call("show", {"id": said[-1]["proposal"]}, human("bob"))
        assert (asked["action"], asked["payload"]["target"]) == ("RETIRE", "burn")
        app.call("approve", {"id": said[-1]["proposal"], "reason": "so it is"}, human("bob"))
        assert not app.call("match", {"message": "burn today?", "snapshot": NOW}, ROBOT)["answered"]


def test_what_a_bot_loads_is_neither_a_loop_nor_a_model_nor_a_web_framework() -> None:
    heavy = ["msgspec", "pydantic", "fastapi", "mcp", "numpy", "click", "passdown.loops"]
    code = (
        "import sys; from passdown.surfaces.phrasebook import Phrasebook\n"
        "with Phrasebook(sys.argv[1]) as phrases: print(phrases.match('tea?').why)\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    with TemporaryDirectory() as folder:
        words = [sys.executable, "-c", code, f"{folder}/store"]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == "no phrase fires\n[]\n"


def test_a_pattern_that_cannot_be_used_is_told_and_harms_no_other(made: Desk) -> None:
    keep(made, "broken", "Never said.", pattern="(a")
    assert made.call("match", message="burn today?", snapshot=NOW)["answered"]
    states = {row["key"]: row["state"] for row in made.call("phrases.used")["phrases"]}
    assert states["broken"].startswith("refused")


def test_a_bot_asks_it_and_sees_what_was_decided_since(made: Desk) -> None:
    with Phrasebook(app=made.app) as phrases:
        assert phrases.match("burn today?", NOW).reply == "Burn is $42 today."
        keep(made, text="It is high.")
        assert phrases.match("burn today?").reply == "It is high."
        keep(made, enabled=False)
        assert phrases.match("burn today?").why == "no phrase fires"
    drained(made)
    assert made.call("phrases.used")["answered"] == 2


def test_a_body_of_any_shape_makes_a_phrase_or_a_reason() -> None:
    odd = [{}, {"pattern": 7}, {"pattern": "(?i)a", "prototypes": "x", "min_similarity": "high"}]
    for n, body in enumerate(odd):
        record = Record(KIND, str(n), "text", json.loads(json.dumps(body)))
        Book([record]).answer("a", {})
        assert phrase_of(record).min_similarity == 0.0


def drained(made: Desk) -> None:
    """What was noted beside the store is moved into it, as the worker does."""
    from passdown.stages.serve.served import FOLDER, collect
    from passdown.storage import spool

    with spool.drain(made.app.home / FOLDER) as rows, made.store.write(ALL) as tx:
        collect(tx, rows)
