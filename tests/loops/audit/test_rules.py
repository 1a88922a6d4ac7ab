"""A rule comes to weigh more only by people's words and somebody's yes, and less by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from passdown.app import App
from passdown.domain.errors import Invalid
from passdown.domain.scope import ALL
from passdown.loops.audit import LOOP
from passdown.stages.audit import keep
from passdown.stages.audit.rules import standings
from passdown.testing import VirtualClock
from passdown.text.earned import fallen, offered
from tests.desk import ROBOT, Desk, places
from tests.loops.audit.past import told

if TYPE_CHECKING:
    from collections.abc import Iterator

RULE = "claims.docs_updated"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = VirtualClock()
    url, home = str(tmp_path / "store.db"), tmp_path / "home"
    app = App(places(url, home), clock=clock, flags={"audit.observer": ""}, loops={"audit": LOOP})
    made = Desk(app, clock)
    yield made
    made.close()


def judged(desk: Desk, rights: int, wrongs: int, rule: str = RULE) -> None:
    """So many findings of one rule that people judged: the row and the event, as feedback makes."""
    root = desk.app.places.root
    for n in range(rights + wrongs):
        verdict = "confirmed" if n < rights else "dismissed"
        row: dict[str, Any] = {
            "kind": keep.FEEDBACK, "id": f"{rule}{n}{verdict}", "audit_key": f"a{n}", "fp": f"f{n}",
            "rule": rule, "verdict": verdict, "by": "alice", "repo": "acme/shop", "claim_ids": [],
            "evidence_digest": "", "reason": "",
        }  # fmt: skip
        keep.note(root / keep.OUTCOMES, row)
        desk.call("event", event=told(n, verdict, rule))


def stands(desk: Desk, rule: str = RULE) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in desk.call("audit.rules")["rules"] if one["rule"] == rule
    )
    return found


def asked(desk: Desk) -> list[Any]:
    desk.call("mine", loop="audit")
    return [(one["action"], one["id"]) for one in desk.call("pending")["proposals"]]


@pytest.mark.parametrize(
    ("level", "right", "n", "next"),
    [
        ("info", 9, 9, ""), ("info", 10, 10, "warn"), ("info", 4, 10, ""), ("info", 5, 10, "warn"),
        ("warn", 34, 34, ""), ("warn", 35, 35, "block"), ("warn", 52, 53, "block"),
        ("warn", 51, 53, ""), ("block", 99, 99, ""), ("shadow", 10, 10, "info"),
    ],
)  # fmt: skip
def test_what_is_offered_follows_the_bound(level: str, right: int, n: int, next: str) -> None:
    assert offered(level, right, n) == next


@pytest.mark.parametrize(
    ("level", "right", "n", "left"),
    [
        ("block", 35, 35, "block"), ("block", 35, 38, "warn"), ("warn", 0, 3, "info"),
        ("warn", 0, 2, "warn"), ("warn", 4, 7, "warn"), ("info", 0, 9, "info"),
    ],
)  # fmt: skip
def test_a_weight_that_people_do_not_bear_out_falls(
    level: str, right: int, n: int, left: str
) -> None:
    assert fallen(level, right, n) == left


def test_a_rule_rises_by_a_yes_and_falls_by_three_dismissals(desk: Desk) -> None:
    judged(desk, 10, 0)
    assert stands(desk)["level"] == "info"
    ((action, id),) = asked(desk)
    assert action == "PROMOTE_RULE"
    assert stands(desk)["level"] == "info"
    desk.call("approve", id=id, reason="seen them")
    assert stands(desk)["level"] == "warn"
    judged(desk, 0, 12, RULE)
    assert stands(desk)["level"] == "info"
    assert stands(desk)["approved"] == "warn"
    assert [action for action, _ in asked(desk)] == ["DEMOTE_RULE"]


def test_a_block_is_asked_for_at_thirty_five_of_thirty_five_and_not_before(desk: Desk) -> None:
    judged(desk, 34, 0)
    ((_, id),) = asked(desk)
    desk.call("approve", id=id)
    assert asked(desk) == []
    judged(desk, 35, 0)
    ((action, id),) = asked(desk)
    assert action == "PROMOTE_RULE"
    desk.call("approve", id=id)
    assert stands(desk)["level"] == "block"


def test_nobody_makes_a_rule_block_that_has_not_earned_it(desk: Desk) -> None:
    judged(desk, 10, 0)
    payload = {"action": "PROMOTE_RULE", "rule": RULE, "was": "info", "to": "block"}
    filed = desk.call("propose", ROBOT, loop="audit", payload=payload, text="Let it block.")
    with pytest.raises(Invalid, match="too few to block"):
        desk.call("approve", id=filed["proposal"])
    assert stands(desk)["level"] == "info"


def test_the_last_word_of_a_person_about_a_finding_counts() -> None:
    row = {"kind": keep.FEEDBACK, "rule": RULE, "audit_key": "a", "fp": "f", "by": "alice"}
    rows = [{**row, "verdict": "dismissed"}, {**row, "verdict": "confirmed"}]
    (one,) = [one for one in standings(rows, {}) if one.rule == RULE]
    assert (one.right, one.n) == (1, 1)


def test_a_playbook_is_filed_by_a_yes_only(desk: Desk) -> None:
    filed = desk.call("audit.playbook", title="Migrations", text="Never edit one that ran.",
                      applies_to="migrations/*, alembic/*")  # fmt: skip
    assert desk.call("search", query="migrations")["results"] == []
    desk.call("approve", id=filed["proposal"])
    with desk.store.read(ALL) as tx:
        (record,) = tx.knowledge.all("playbook")
    assert record.body["applies_to"] == ["migrations/*", "alembic/*"]
